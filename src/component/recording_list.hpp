// What a sink that writes files has finished: for those who fetch or upload them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/status.hpp"
#include "base/time.hpp"
#include "model/position.hpp"

namespace cantrail {

struct RecordedFile {
  std::string path;
  std::uint64_t bytes = 0;
  WallTime from, to;  // of its records
  WallTime finished;
  std::uint64_t messages = 0;
  Digest digest;  // SHA-256 of the file; zero: not known
};

// Somebody asks that what happens now be recorded.
struct TriggerCall {
  Position at;  // of the next record that the node takes
  WallTime time;
  std::string name, reason;  // of letters, digits, '_', '-' and '.'; printable text, or empty
};

// Any thread.
class RecordingList {
 public:
  virtual ~RecordingList() = default;
  // By finishing, the newest last. Files that somebody has taken away meanwhile may be among them.
  [[nodiscard]] virtual std::vector<RecordedFile> recordings() const = 0;
  // Whether it is recorded by triggers of that name.
  [[nodiscard]] virtual bool takes_trigger(std::string_view name) const {
    (void)name;
    return false;
  }
  // A crash forgets nothing of it once it has returned ok. Precondition: takes_trigger().
  virtual Status trigger(const TriggerCall& call) {
    (void)call;
    return {FaultKind::bug, "this sink has no triggers"};
  }
};

struct SinkRecordings {
  std::string sink;
  std::shared_ptr<RecordingList> list;
};

}  // namespace cantrail
