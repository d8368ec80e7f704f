// What a sink that writes files has finished: for those who fetch or upload them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace cantrail {

struct RecordedFile {
  std::string path;
  std::uint64_t bytes = 0;
  WallTime from, to;  // of its records
  WallTime finished;
};

// Any thread.
class RecordingList {
 public:
  virtual ~RecordingList() = default;
  // By finishing, the newest last. Files that somebody has taken away meanwhile may be among them.
  [[nodiscard]] virtual std::vector<RecordedFile> recordings() const = 0;
};

struct SinkRecordings {
  std::string sink;
  std::shared_ptr<const RecordingList> list;
};

}  // namespace cantrail
