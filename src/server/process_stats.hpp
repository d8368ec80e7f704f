// What this process costs: its own processor time and memory.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.hpp"

namespace cantrail::server {

struct ProcessSample {
  double cpu_seconds = 0;  // user and system, since the process began
  double cpu_percent = 0;  // of one core, over the last second or more
  std::uint64_t rss_bytes = 0;
};

// Thread-safe.
class ProcessStats {
 public:
  explicit ProcessStats(const Clock& clock);
  [[nodiscard]] ProcessSample sample();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  MonoTime since_;
  double seconds_then_ = 0;
  double percent_ = 0;
};

}  // namespace cantrail::server
