#include "sources/protobuf/well_known.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace cantrail::protobuf {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

std::string timestamp(std::int64_t seconds, std::int32_t nanos) {
  std::string text;
  return append_timestamp(text, {seconds, nanos}) ? text : "no";
}

std::string duration(std::int64_t seconds, std::int32_t nanos) {
  std::string text;
  return append_duration(text, {seconds, nanos}) ? text : "no";
}

TEST(WellKnown, TimestampsAreWrittenAsProtobufDoes) {
  EXPECT_EQ(timestamp(0, 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(timestamp(1'700'000'000, 500'000'000), "2023-11-14T22:13:20.500Z");
  EXPECT_EQ(timestamp(1'700'000'000, 1'000), "2023-11-14T22:13:20.000001Z");
  EXPECT_EQ(timestamp(-1, 999'999'999), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(timestamp(-62'135'596'800, 0), "0001-01-01T00:00:00Z");
  EXPECT_EQ(timestamp(253'402'300'799, 0), "9999-12-31T23:59:59Z");
  for (const auto& [seconds, nanos] :
       {std::pair(253'402'300'800, 0), std::pair(-62'135'596'801, 0), std::pair(0L, -1),
        std::pair(0L, 1'000'000'000), std::pair(kMost, 0)}) {
    EXPECT_EQ(timestamp(seconds, nanos), "no");
  }
}

TEST(WellKnown, DurationsAreWrittenAsProtobufDoes) {
  EXPECT_EQ(duration(0, 0), "0s");
  EXPECT_EQ(duration(1, 500'000'000), "1.500s");
  EXPECT_EQ(duration(-1, -500'000'000), "-1.500s");
  EXPECT_EQ(duration(0, -1), "-0.000000001s");
  EXPECT_EQ(duration(-315'576'000'000, 0), "-315576000000s");
  for (const auto& [seconds, nanos] :
       {std::pair(1L, -1), std::pair(-1L, 1), std::pair(315'576'000'001, 0), std::pair(-kMost - 1, 0),
        std::pair(0L, 1'000'000'000), std::pair(0L, std::numeric_limits<std::int32_t>::min())}) {
    EXPECT_EQ(duration(seconds, nanos), "no");
  }
}

TEST(WellKnown, NanosecondsAreExactOrNone) {
  EXPECT_EQ(nanoseconds({1, 5}), 1'000'000'005);
  EXPECT_EQ(nanoseconds({9'223'372'036, 854'775'807}), kMost);
  EXPECT_EQ(nanoseconds({9'223'372'036, 854'775'808}), std::nullopt);
  EXPECT_EQ(nanoseconds({-9'223'372'037, 145'224'192}), -kMost - 1);
  EXPECT_EQ(nanoseconds({kMost, 0}), std::nullopt);
}

}  // namespace
}  // namespace cantrail::protobuf
