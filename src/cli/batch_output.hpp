// Where `convert` writes: a candump log, MCAP, a history, a journal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  // Nobody wants what is not whole: its file goes. Of a journal the folder stays, with what it has.
  virtual void discard() {}
  // The files, where it was not one of the name that was said.
  [[nodiscard]] virtual std::vector<std::string> files() const { return {}; }
};

// A line that names them; empty: there is nothing to say.
[[nodiscard]] std::string files_text(const BatchOutput& output);

// By the name: .log is a candump log, .mcap is MCAP, .db is a history; one that ends in / or has no dot is a
// journal's folder. `journal`: whose positions the batches have. Faults: rejected, if something is there
// already, or the name is that of another kind of file; those of the file system.
struct LogStyle {
  bool nanoseconds = false;  // microseconds otherwise, as candump writes
};
Result<std::unique_ptr<BatchOutput>> open_batch_output(const std::string& path,
                                                       const std::optional<JournalId>& journal,
                                                       LogStyle style = {});

}  // namespace cantrail::cli
