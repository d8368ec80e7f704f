// Where `convert` writes: a candump log, MCAP, a history, a journal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/status.hpp"
#include "model/batch.hpp"

namespace cantrail::cli {

class BatchOutput {
 public:
  virtual ~BatchOutput() = default;
  virtual Status write(const BatchPtr& batch) = 0;
  // Everything is there, under its final name. What was not finished leaves nothing, or a file that ends in
  // .part.
  virtual Status finish() = 0;
};

// By the name: .log is a candump log, .mcap is MCAP, .db is a history, any other is a journal's folder.
// `journal`: whose positions the batches have. Faults: rejected, if something is there already; those of the
// file system.
Result<std::unique_ptr<BatchOutput>> open_batch_output(const std::string& path,
                                                       const std::optional<JournalId>& journal);

}  // namespace cantrail::cli
