#include "pipeline/group_wait.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using namespace std::chrono_literals;

SinkTraits traits(Duration delay, Duration align) {
  SinkTraits made;
  made.delay = delay;
  made.align = align;
  return made;
}

// Seconds into a minute that began at a multiple of a minute since 1970.
WallTime at(double seconds) {
  return {1'700'000'040'000'000'000 + static_cast<std::int64_t>(seconds * 1e9)};
}

TEST(GroupWait, IsTheDelayWhereNothingIsAligned) {
  EXPECT_EQ(group_wait(traits(5s, 0s), at(17)), 5s);
}

TEST(GroupWait, EndsWithTheLastWholeStretchWithinTheDelay) {
  EXPECT_EQ(group_wait(traits(2min, 1min), at(0)), 2min);
  EXPECT_EQ(group_wait(traits(2min, 1min), at(0.5)), 119'500ms);
  EXPECT_EQ(group_wait(traits(2min, 1min), at(59)), 61s);
  EXPECT_EQ(group_wait(traits(150s, 1min), at(15)), 105s);
  EXPECT_EQ(group_wait(traits(150s, 1min), at(45)), 135s);
}

TEST(GroupWait, IsTheDelayWhereItIsShorterThanAStretch) {
  EXPECT_EQ(group_wait(traits(30s, 1min), at(50)), 30s);
}

TEST(GroupWait, HoldsBefore1970) {
  EXPECT_EQ(group_wait(traits(1min, 1min), WallTime{-10'000'000'000}), 10s);
}

}  // namespace
}  // namespace cantrail
