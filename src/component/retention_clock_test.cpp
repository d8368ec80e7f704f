#include "component/retention_clock.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;

constexpr std::int64_t kNow = 1'790'000'000'000'000'000;
constexpr std::int64_t k1970 = 30'000'000'000;

std::int64_t ns(Duration time) {
  return time.count();
}

class RetentionClockTest : public ::testing::Test {
 protected:
  RetentionClock opened(std::optional<std::int64_t> newest,
                        std::optional<Duration> shortest = hours(24 * 30)) {
    return RetentionClock(clock_, newest, shortest);
  }
  ManualClock clock_{WallTime{kNow}, MonoTime{5'000'000'000}};
};

TEST_F(RetentionClockTest, CountsTheTimeThatAMachineWasOff) {
  EXPECT_EQ(opened(kNow - ns(10h)).now_ns(), kNow);
  EXPECT_FALSE(opened(kNow - ns(10h)).waits());
  clock_.vouch(true);
  EXPECT_EQ(opened(kNow - ns(hours(24 * 40))).now_ns(), kNow);
}

TEST_F(RetentionClockTest, NeverRunsBackBehindWhatIsStored) {
  EXPECT_EQ(opened(kNow + ns(1h)).now_ns(), kNow + ns(1h));
  clock_.vouch(true);
  RetentionClock ahead = opened(kNow + ns(1h));
  EXPECT_FALSE(ahead.catch_up());
  clock_.advance(10s);
  EXPECT_EQ(ahead.now_ns(), kNow + ns(1h) + ns(10s));
}

TEST_F(RetentionClockTest, WaitsWhereTheClockIsFarAheadAndNobodyVouchesForIt) {
  const std::int64_t newest = kNow - ns(hours(24 * 365 * 4));
  RetentionClock waiting = opened(newest);
  EXPECT_EQ(waiting.waits(), hours(24 * 365 * 4));
  clock_.advance(1h);
  EXPECT_FALSE(waiting.catch_up());
  EXPECT_EQ(waiting.now_ns(), newest + ns(1h));
  // It was right after all. What was stored in this run is an hour old and no more.
  clock_.vouch(true);
  const auto step = waiting.catch_up();
  ASSERT_TRUE(step);
  EXPECT_FALSE(waiting.waits());
  EXPECT_EQ(waiting.now_ns(), kNow + ns(1h));
  std::int64_t of_this_run = newest + 1, of_before = newest;
  step->move(of_this_run);
  step->move(of_before);
  EXPECT_EQ(of_this_run, kNow + 1);
  EXPECT_EQ(of_before, newest);
  EXPECT_FALSE(waiting.catch_up());
}

TEST_F(RetentionClockTest, WaitsSoonerWhereLittleIsKept) {
  EXPECT_TRUE(opened(kNow - ns(40min), 1h).waits());
  EXPECT_FALSE(opened(kNow - ns(20min), 1h).waits());
  EXPECT_FALSE(opened(kNow - ns(20h), std::nullopt).waits());
}

TEST_F(RetentionClockTest, StartsAgainAndAgainUnderAWrongClockAgeNothing) {
  std::int64_t newest = kNow - ns(hours(24 * 365));
  for (int start = 0; start < 400; ++start) {
    RetentionClock wrong = opened(newest);
    clock_.advance(1min);
    newest = wrong.now_ns();
  }
  EXPECT_EQ(newest, kNow - ns(hours(24 * 365)) + 400 * ns(1min));
}

TEST_F(RetentionClockTest, WhatWasStoredUnderAClockThatWasNotSetCountsFromWhenItIs) {
  ManualClock unset{WallTime{k1970}, MonoTime{1'000'000'000}};
  RetentionClock running(unset, k1970 - ns(20s), 1h);  // a run before it was in 1970 too
  unset.advance(1min);
  EXPECT_FALSE(running.catch_up());
  unset.step_wall(Duration(kNow));
  EXPECT_FALSE(running.catch_up()) << "set by hand: nobody vouches for it";
  unset.vouch(true);
  const auto step = running.catch_up();
  ASSERT_TRUE(step);
  std::int64_t stored_before = k1970 - ns(20s);
  step->move(stored_before);
  EXPECT_LT(running.now_ns() - stored_before, ns(2min));
  // Opened once the clock is right, with what was stored in 1970.
  RetentionClock later(unset, k1970, 1h);
  ASSERT_TRUE(later.catch_up());
  EXPECT_EQ(later.now_ns(), unset.wall().ns);
}

TEST_F(RetentionClockTest, FollowsATrustedClockThatIsSetWhileItRuns) {
  RetentionClock running = opened(kNow);
  clock_.step_wall(hours(24 * 8));
  EXPECT_FALSE(running.catch_up());
  clock_.vouch(true);
  EXPECT_EQ(running.catch_up()->by_ns, ns(hours(24 * 8)));
  clock_.step_wall(-hours(24 * 3));
  EXPECT_FALSE(running.catch_up());
  EXPECT_EQ(running.now_ns(), kNow + ns(hours(24 * 8)));
}

}  // namespace
}  // namespace cantrail
