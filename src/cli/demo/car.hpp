// The demonstration's car: one simulated drive that began two hours ago and goes on in real time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/status.hpp"
#include "component/frame_target.hpp"
#include "model/frame.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::cli::demo {

inline constexpr Duration kPast = std::chrono::hours(2);  // of the drive is shown

// A drive of seed 7 that began with so much in the battery charged from its 80th minute to its 116th: six
// minutes before kAge, so that a chart of ten minutes shows both.
inline constexpr std::uint64_t kSeed = 7;
inline constexpr double kChargeAtFirst = 0.39;
inline constexpr Duration kAge = std::chrono::minutes(122);

// One thread.
class Car {
 public:
  // The drive began `age` ago.
  static Result<Car> make(std::uint64_t seed, double bus_factor, Duration age, const Clock& clock);

  // The last two hours of the drive until make(): of each message the first frame in each second, ascending
  // by time.
  [[nodiscard]] FrameBlock past();

  // The frames that have come due since the last call. Call past() first.
  const FrameBlock& drive(MonoTime now);
  // When the next frame is due.
  [[nodiscard]] MonoTime next_due() const { return start_.mono + next_; }

 private:
  Car(std::unique_ptr<simulate::Scenario> scenario, ClockPair start, Duration age)
      : scenario_(std::move(scenario)), start_(start), age_(age) {}

  std::unique_ptr<simulate::Scenario> scenario_;
  ClockPair start_;  // of the drive
  Duration age_;
  Duration next_{0};
  FrameBlock due_;
};

}  // namespace cantrail::cli::demo
