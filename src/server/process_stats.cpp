#include "server/process_stats.hpp"

#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace cantrail::server {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// proc(5), /proc/pid/statm: the second number is the resident set in pages.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessStats::ProcessStats(const Clock& clock)
    : clock_(clock), since_(clock.mono()), seconds_then_(cpu_seconds()) {}

ProcessSample ProcessStats::sample() {
  const double used = cpu_seconds();
  const std::lock_guard lock(mutex_);
  const Duration passed = clock_.mono() - since_;
  if (passed >= std::chrono::seconds(1)) {
    percent_ = 100 * (used - seconds_then_) / std::chrono::duration<double>(passed).count();
    since_ = clock_.mono();
    seconds_then_ = used;
  }
  return {used, percent_, resident_bytes()};
}

}  // namespace cantrail::server
