// What a sink that writes files has finished: for those who fetch or upload them.
#pragma once

#include <algorithm>
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

// Which calls a sink records, and how much around each.
struct CallTriggers {
  bool any = false;                // of any name
  std::vector<std::string> names;  // else of these
  Duration before{}, after{};

  [[nodiscard]] bool takes(std::string_view name) const {
    return any || std::find(names.begin(), names.end(), name) != names.end();
  }
};

// Any thread.
class RecordingList {
 public:
  virtual ~RecordingList() = default;
  // By finishing, the newest last. Files that somebody has taken away meanwhile may be among them.
  [[nodiscard]] virtual std::vector<RecordedFile> recordings() const = 0;
  [[nodiscard]] virtual CallTriggers triggers() const { return {}; }
  // A crash forgets nothing of it once it has returned ok. Precondition: triggers() takes its name.
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
