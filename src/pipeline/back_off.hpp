// How long a lane waits before it tries again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace cantrail {

inline constexpr Duration kLongestBackOff = std::chrono::seconds(30);

// Doubling waits with jitter of a quarter, from 100 ms to `longest`.
class BackOff {
 public:
  explicit BackOff(Duration longest = kLongestBackOff) : longest_(longest) {}

  [[nodiscard]] Duration next() {
    random_ = random_ * 1664525U + 1013904223U;
    const Duration jitter = wait_ / 4 * (random_ >> 24) / 256;
    const Duration result = wait_ + jitter;
    wait_ = std::min(wait_ * 2, longest_);
    return result;
  }
  void reset() { wait_ = kFirst; }

 private:
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  Duration longest_;
  Duration wait_ = kFirst;
  std::uint32_t random_ = 0x9E3779B9;
};

}  // namespace cantrail
