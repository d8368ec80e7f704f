// A recording as decoded batches: what `convert` writes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/status.hpp"
#include "model/batch.hpp"

namespace cantrail::cli {

class BatchLog {
 public:
  virtual ~BatchLog() = default;
  // In their order, each with its catalog and decoded under it; nullptr: the end.
  virtual Result<BatchPtr> next() = 0;
  [[nodiscard]] virtual std::string skipped() const = 0;                         // as FrameLog's
  [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }  // as FrameLog's
  [[nodiscard]] virtual bool is_damaged() const { return false; }
  [[nodiscard]] virtual std::optional<double> progress() const = 0;
  // The journal that the batches' positions are of; nullopt: of none, their seq is 0.
  [[nodiscard]] virtual std::optional<JournalId> journal() const { return std::nullopt; }
};

// A journal is read with all that it holds (rows, gaps), and what is missing in it as gaps, under the
// catalogs that it was captured with. Of every other recording, or of a journal where `dbcs` are given, the
// frames, decoded by these. Faults as open_frame_log(), and `corrupt` or `config` for a text that is no DBC;
// warnings of DBCs go to `diagnostics`.
Result<std::unique_ptr<BatchLog>> open_batch_log(const std::string& path, std::vector<DbcText> dbcs,
                                                 Diagnostics& diagnostics);

}  // namespace cantrail::cli
