#include "cli/demo/car.hpp"

#include <algorithm>
#include <map>

namespace cantrail::cli::demo {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

Result<Car> Car::make(std::uint64_t seed, double bus_factor, Duration age, const Clock& clock) {
  simulate::ScenarioOptions options;
  options.seed = seed;
  options.charge = kChargeAtFirst;
  options.bus_factor = bus_factor;
  Diagnostics diagnostics;
  auto scenario = simulate::make_scenario(options, diagnostics);
  if (!scenario) return scenario.fault();
  const ClockPair now = clock.pair();
  const ClockPair start{now.mono - age, now.wall - age};
  (*scenario)->stamp = {start.wall, 1, 0};
  return Car(std::move(*scenario), start, age);
}

FrameBlock Car::past() {
  FrameBlock thinned, all;
  std::map<std::uint32_t, std::int64_t> last_second;
  const WallTime begin = start_.wall + (age_ - std::min(age_, kPast));
  while (next_ < age_) {
    all.clear();
    next_ = scenario_->produce(age_, kBlock, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const FrameView frame = all[i];
      if (frame.time < begin) continue;
      const std::int64_t second = frame.time.ns / kSecond;
      const auto [known, is_new] = last_second.emplace(frame.id, second);
      if (!is_new && known->second == second) continue;
      known->second = second;
      thinned.append(frame);
    }
  }
  return thinned;
}

const FrameBlock& Car::drive(MonoTime now) {
  due_.clear();
  next_ = scenario_->produce(now - start_.mono, kBlock, due_);
  return due_;
}

}  // namespace cantrail::cli::demo
