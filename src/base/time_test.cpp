#include "base/time.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

TEST(Time, ReadsRfc3339AndEpochExactly) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), WallTime{0});
  EXPECT_EQ(parse_time("2023-11-14T22:13:20.123456789Z"), WallTime{1700000000123456789});
  EXPECT_EQ(parse_time("2023-11-14 23:13:20+01:00"), WallTime{1700000000000000000});
  EXPECT_EQ(parse_time("1700000000.123456789"), WallTime{1700000000123456789});
  EXPECT_EQ(parse_time("-1.5"), WallTime{-1500000000});
  EXPECT_EQ(parse_time("0"), WallTime{0});
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "x", "2023-11-14", "2023-02-30T00:00:00Z", "2023-11-14T25:00:00Z", "1.", "1e9",
                           "99999999999", "2023-11-14T22:13:20", "1700000000.1234567890"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

TEST(Time, WritesWhatItReads) {
  const WallTime time{1700000000123456789};
  EXPECT_EQ(to_rfc3339(time), "2023-11-14T22:13:20.123456789Z");
  EXPECT_EQ(parse_time(to_rfc3339(time)), time);
  EXPECT_EQ(to_rfc3339(WallTime{-1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(to_rfc3339(WallTime{std::numeric_limits<std::int64_t>::min()}), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(to_rfc3339(WallTime{std::numeric_limits<std::int64_t>::max()}), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(to_seconds(time), "1700000000.123456789");
  EXPECT_EQ(to_seconds(WallTime{-1}), "-0.000000001");
}

}  // namespace
}  // namespace cantrail
