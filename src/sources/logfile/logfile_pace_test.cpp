#include <gtest/gtest.h>

#include "sources/logfile/pace.hpp"
#include "sources/logfile/place.hpp"

namespace cantrail::logfile {
namespace {

using namespace std::chrono_literals;

TEST(LogfilePace, ReadsWordsAndFactors) {
  EXPECT_EQ(parse_pace("recorded")->factor, 1.0);
  EXPECT_EQ(parse_pace("max")->factor, std::nullopt);
  EXPECT_EQ(parse_pace("10x")->factor, 10.0);
  EXPECT_EQ(parse_pace("0.5")->factor, 0.5);
  for (const char* text : {"", "x", "fast", "10xx", "0", "-1", "nan", "inf", "1e9", "10 x"}) {
    EXPECT_FALSE(parse_pace(text).ok()) << text;
  }
}

TEST(LogfilePace, SpreadsFramesAsRecordedFromTheFirstOneOn) {
  Schedule schedule(10);
  const WallTime t{1'000'000'000'000};
  const MonoTime start{500};
  EXPECT_EQ(schedule.due(t, start), start);
  EXPECT_EQ(schedule.due(t + 1s, start + 1ms), start + 100ms);
  EXPECT_EQ(schedule.due(t + 1s, start + 50ms), start + 100ms);  // asked again
  EXPECT_EQ(schedule.due(t + 10s, start + 100ms), start + 1s);
}

TEST(LogfilePace, GoesOnAtOnceWhereTheRecordedTimeGoesBack) {
  Schedule schedule(1);
  const WallTime t{1'000'000'000'000};
  (void)schedule.due(t, MonoTime{0});
  (void)schedule.due(t + 5s, MonoTime{0});
  EXPECT_EQ(schedule.due(t - 100s, MonoTime{7}), MonoTime{7});
  EXPECT_EQ(schedule.due(t - 99s, MonoTime{8}), MonoTime{7} + 1s);
}

TEST(LogfilePlace, ComesBackFromItsPosition) {
  const Place place{123'456'789'012, 42, -5s, WallTime{1'700'000'000'123'456'789}};
  const auto back = parse_position(to_position(place, "/a path/with spaces.log"), "/a path/with spaces.log");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->offset, place.offset);
  EXPECT_EQ(back->lines, place.lines);
  EXPECT_EQ(back->shift, place.shift);
  EXPECT_EQ(back->last, place.last);
}

TEST(LogfilePlace, IsOfOneFileOnly) {
  EXPECT_FALSE(parse_position(to_position({}, "a"), "b"));
  for (const char* text :
       {"", "1 ", "1 2 3 4", "2 0 0 0 0 a", "1 x 0 0 0 a", "1 99999999999999999999999 0 0 0 a"}) {
    EXPECT_FALSE(parse_position(text, "a")) << text;
  }
}

}  // namespace
}  // namespace cantrail::logfile
