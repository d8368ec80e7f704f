// The clock is passed in, never asked for globally, so that tests own the time.
#pragma once

#include <atomic>

#include "base/clock_trust.hpp"
#include "base/time.hpp"

namespace cantrail {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual MonoTime mono() const = 0;
  // Whether the wall clock is the time of day; nobody vouches for it unless this says so.
  [[nodiscard]] virtual ClockTrust trust() const { return {}; }
  [[nodiscard]] ClockPair pair() const { return {mono(), wall()}; }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] MonoTime mono() const override;
  [[nodiscard]] ClockTrust trust() const override { return clock_trust(); }
};

// Stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = {}, MonoTime mono = {}) : wall_ns_(wall.ns), mono_ns_(mono.ns) {}
  [[nodiscard]] WallTime wall() const override { return {wall_ns_.load()}; }
  [[nodiscard]] MonoTime mono() const override { return {mono_ns_.load()}; }
  void advance(Duration by) {  // both clocks
    wall_ns_ += by.count();
    mono_ns_ += by.count();
  }
  void step_wall(Duration by) { wall_ns_ += by.count(); }  // as NTP does
  [[nodiscard]] ClockTrust trust() const override { return {trusted_.load(), std::nullopt}; }
  void vouch(bool trusted) { trusted_ = trusted; }

 private:
  std::atomic<std::int64_t> wall_ns_;
  std::atomic<std::int64_t> mono_ns_;
  std::atomic<bool> trusted_{false};
};

}  // namespace cantrail
