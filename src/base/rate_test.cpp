#include "base/rate.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

TEST(Rate, IsANumberPerUnitOfTime) {
  EXPECT_EQ(parse_rate("1/s"), 1.0);
  EXPECT_EQ(parse_rate("30/min"), 0.5);
  EXPECT_EQ(parse_rate("30/m"), 0.5);
  EXPECT_EQ(parse_rate("36/h"), 0.01);
  EXPECT_EQ(parse_rate("0.5/s"), 0.5);
  EXPECT_EQ(parse_rate("1/10s"), 0.1);
  EXPECT_EQ(parse_rate("1/100ms"), 10.0);
  EXPECT_EQ(parse_rate("1/.5s"), 2.0);
}

TEST(Rate, RefusesWhatIsNone) {
  for (const char* text : {"", "1", "/s", "1/", "1/0s", "-1/s", "1 /s", "one/s", "1/parsec", "nan/s", "inf/s",
                           "1/s/s", "1Hz", "1e3/s", "1/s500ms", "-0/s"}) {
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
  }
}

TEST(Rate, IsWrittenInTheUnitThatFits) {
  EXPECT_EQ(format_rate(1), "1/s");
  EXPECT_EQ(format_rate(0.5), "30/min");
  EXPECT_EQ(format_rate(0.01), "36/h");
  EXPECT_EQ(format_rate(1.0 / 86400), "1/d");
  EXPECT_EQ(format_rate(0.123456), "0.123456/s");
  for (const double rate : {1.0, 0.5, 0.01, 0.123456, 12.5, 1000.0}) {
    EXPECT_NEAR(*parse_rate(format_rate(rate)), rate, 1e-12 * rate);
  }
}

TEST(Bandwidth, NeedsItsUnits) {
  EXPECT_EQ(parse_bandwidth("50KB/s"), 50'000.0);
  EXPECT_EQ(parse_bandwidth("1.5MiB/s"), 1'572'864.0);
  EXPECT_EQ(parse_bandwidth("100B/s"), 100.0);
  for (const char* text : {"", "50", "50KB", "50/s", "50kbit/s", "KB/s", "-1KB/s"}) {
    EXPECT_EQ(parse_bandwidth(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cantrail
