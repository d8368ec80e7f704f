#include "cli/demo/car.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace cantrail::cli::demo {
namespace {

using std::chrono::minutes;

bool charges(const FrameView& frame) {
  return frame.id == 0x390 && frame.data[0] == 1;
}

TEST(DemoCar, HasChargedUntilSixMinutesAgo) {
  ManualClock clock(WallTime{1'700'000'000'000'000'000}, MonoTime{86'400'000'000'000});
  auto car = Car::make(kSeed, 1, kAge, clock);
  ASSERT_TRUE(car);
  const FrameBlock past = car->past();
  std::optional<WallTime> last;
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (charges(past[i])) last = past[i].time;
  }
  ASSERT_TRUE(last);
  EXPECT_GT(*last, clock.wall() - minutes(6) - std::chrono::seconds(2));
  EXPECT_LT(*last, clock.wall() - minutes(6));
}

TEST(DemoCar, HandsOverTheLastTwoHoursOfItsPastInOrder) {
  ManualClock clock(WallTime{1'700'000'000'000'000'000}, MonoTime{86'400'000'000'000});
  auto car = Car::make(kSeed, 1, minutes(121), clock);
  ASSERT_TRUE(car);
  const FrameBlock past = car->past();
  ASSERT_FALSE(past.empty());
  EXPECT_GE(past[0].time, clock.wall() - kPast);
  EXPECT_LT(past[0].time, clock.wall() - kPast + std::chrono::seconds(1));
  for (std::size_t i = 1; i < past.size(); ++i) ASSERT_LE(past[i - 1].time, past[i].time);
  clock.advance(std::chrono::seconds(1));
  const FrameBlock& now = car->drive(clock.mono());
  ASSERT_FALSE(now.empty());
  EXPECT_GE(now[0].time, past[past.size() - 1].time);
}

}  // namespace
}  // namespace cantrail::cli::demo
