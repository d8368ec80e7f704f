// Moments for a sender: evenly spaced on average, each a little early or late, so that nothing falls into
// step with the waits of the program that is measured.
#pragma once

#include <cstdint>
#include <ctime>

namespace cantrail::bench {

[[nodiscard]] inline std::int64_t mono_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

inline void sleep_until_ns(std::int64_t when) {
  const timespec until{when / 1'000'000'000, when % 1'000'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

class Pace {
 public:
  Pace(std::int64_t start_ns, std::int64_t every_ns, std::uint64_t seed)
      : next_(start_ns), every_(every_ns), state_(seed) {}

  // When the next one is due. Whoever is late for it sends at once: the average stays.
  std::int64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    const std::int64_t due = next_ + static_cast<std::int64_t>(state_ % static_cast<std::uint64_t>(every_));
    next_ += every_;
    return due;
  }

 private:
  std::int64_t next_, every_;
  std::uint64_t state_;
};

}  // namespace cantrail::bench
