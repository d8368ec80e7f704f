// The clock is passed in, never asked for globally, so that tests own the time.
#pragma once

#include <atomic>

#include "base/time.hpp"

namespace cantrail {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual MonoTime mono() const = 0;
  [[nodiscard]] ClockPair pair() const { return {mono(), wall()}; }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] MonoTime mono() const override;
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

 private:
  std::atomic<std::int64_t> wall_ns_;
  std::atomic<std::int64_t> mono_ns_;
};

}  // namespace cantrail
