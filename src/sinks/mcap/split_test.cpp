#include "sinks/mcap/split.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace cantrail::mcap_sink {
namespace {

using namespace std::chrono_literals;

Result<Split> parse(const std::vector<std::string>& words) {
  return parse_split(words);
}

TEST(Split, TakesATimeAndASizeOrNone) {
  const auto both = parse({"15m", "100MB"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->time, Duration(15min));
  EXPECT_EQ(both->bytes, 100'000'000U);
  const auto never = parse({"never"});
  ASSERT_TRUE(never);
  EXPECT_FALSE(never->time || never->bytes);
}

TEST(Split, SaysWhatIsWrongWithAWord) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"1h", "2h"},
                                                {"1MB", "2MB"},
                                                {"never", "1h"},
                                                {"100"},
                                                {"often"},
                                                {"1ms"},
                                                {"1KB"}}) {
    const auto split = parse(words);
    ASSERT_FALSE(split);
    EXPECT_EQ(split.fault().kind, FaultKind::config);
    EXPECT_FALSE(split.fault().message.empty());
  }
}

TEST(Split, EndsAtMarksOfTheClock) {
  Split hourly;
  hourly.time = 1h;
  const std::int64_t hour = Duration(1h).count();
  const WallTime start{10 * hour + 5};
  EXPECT_FALSE(hourly.ends_by_time(start, {10 * hour + 5}));
  EXPECT_FALSE(hourly.ends_by_time(start, {11 * hour - 1}));
  EXPECT_TRUE(hourly.ends_by_time(start, {11 * hour}));
  EXPECT_FALSE(hourly.ends_by_time(start, {10 * hour - 1})) << "a little back is no new recording";
  EXPECT_TRUE(hourly.ends_by_time(start, {9 * hour}));
  EXPECT_FALSE(Split{}.ends_by_time(start, {1000 * hour}));
}

TEST(Split, EndsATripWhereNoFramesCame) {
  auto trips = parse({"trip"});
  ASSERT_TRUE(trips);
  trips->trip_gap = 1min;
  const std::int64_t minute = Duration(1min).count();
  EXPECT_FALSE(trips->ends_by_trip({5 * minute}, {6 * minute - 1}));
  EXPECT_TRUE(trips->ends_by_trip({5 * minute}, {6 * minute}));
  EXPECT_FALSE(trips->ends_by_trip({5 * minute}, {1 * minute})) << "a clock that was set back";
  EXPECT_FALSE(Split{}.ends_by_trip({0}, {100 * minute}));
  EXPECT_FALSE(parse({"trip", "trip"}));
}

TEST(Split, TakesTimesAtTheEdges) {
  Split daily;
  daily.time = 24h;
  constexpr WallTime first{std::numeric_limits<std::int64_t>::min()},
      last{std::numeric_limits<std::int64_t>::max()};
  EXPECT_TRUE(daily.ends_by_time(first, last));
  EXPECT_TRUE(daily.ends_by_time(last, first));
  EXPECT_FALSE(daily.ends_by_time(first, first));
  EXPECT_FALSE(daily.ends_by_time({-1}, {-1}));
  EXPECT_TRUE(daily.ends_by_time({-1}, {0})) << "the days before 1970 end at midnight too";
}

}  // namespace
}  // namespace cantrail::mcap_sink
