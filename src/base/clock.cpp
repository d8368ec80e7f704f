#include "base/clock.hpp"

#include <ctime>

namespace cantrail {
namespace {

std::int64_t read_ns(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

WallTime SystemClock::wall() const {
  return {read_ns(CLOCK_REALTIME)};
}
MonoTime SystemClock::mono() const {
  return {read_ns(CLOCK_MONOTONIC)};
}

}  // namespace cantrail
