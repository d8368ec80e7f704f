#include "pipeline/clock_watch.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace cantrail {
namespace {

using namespace std::chrono_literals;

class ClockWatchTest : public ::testing::Test {
 protected:
  std::optional<ClockStep> look() {
    clock_.advance(3ms);
    return watch_.note(clock_.pair());
  }
  ManualClock clock_{WallTime{30'000'000'000}, MonoTime{1'000'000'000}};
  ClockWatch watch_;
};

TEST_F(ClockWatchTest, TellsOfAStepForwardOnceItIsCertain) {
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(look());
  const WallTime before = clock_.wall();
  clock_.step_wall(std::chrono::hours(490'000));
  EXPECT_FALSE(look());
  const auto step = look();
  ASSERT_TRUE(step);
  EXPECT_EQ(step->by(), std::chrono::hours(490'000));
  EXPECT_EQ(step->from, before + 3ms);
  EXPECT_FALSE(look());
  EXPECT_EQ(watch_.steps().count, 1U);
  EXPECT_NE(to_string(*step).find("set forward by"), std::string::npos);
  EXPECT_NE(to_string(*step).find("from 1970-01-01T00:00:30"), std::string::npos);
}

TEST_F(ClockWatchTest, TellsOfAStepBackAtOnce) {
  EXPECT_FALSE(look());
  clock_.step_wall(-60ms);
  const auto step = look();
  ASSERT_TRUE(step);
  EXPECT_EQ(step->by(), -60ms);
  EXPECT_FALSE(look());
}

// Between the reading of the one clock and of the other.
TEST_F(ClockWatchTest, AnInterruptedReadingIsNoStep) {
  EXPECT_FALSE(look());
  for (int i = 0; i < 10; ++i) {
    ClockPair late = clock_.pair();
    late.wall = late.wall + 400ms;
    EXPECT_FALSE(watch_.note(late));
    EXPECT_FALSE(look());
  }
  EXPECT_EQ(watch_.steps().count, 0U);
}

TEST_F(ClockWatchTest, PairsOfSeveralSourcesMayComeTheWrongWayRound) {
  EXPECT_FALSE(look());
  const ClockPair before = clock_.pair();
  clock_.step_wall(-10s);
  EXPECT_TRUE(look());
  EXPECT_FALSE(watch_.note(before));
  EXPECT_FALSE(look());
  EXPECT_EQ(watch_.steps().count, 1U);
}

TEST_F(ClockWatchTest, SlewingIsNoStep) {
  for (int i = 0; i < 1000; ++i) {
    clock_.step_wall(i % 2 == 0 ? 20us : -15us);
    EXPECT_FALSE(look());
  }
}

TEST_F(ClockWatchTest, RemembersTheLastOnes) {
  EXPECT_FALSE(look());
  for (int i = 0; i < 40; ++i) {
    clock_.step_wall(-1s);
    EXPECT_TRUE(look());
  }
  EXPECT_EQ(watch_.steps().count, 40U);
  EXPECT_EQ(watch_.steps().recent.size(), 16U);
}

}  // namespace
}  // namespace cantrail
