#include "component/toml/quantity_advice.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

TEST(QuantityAdvice, KnowsHowTimesAreMisspelt) {
  EXPECT_EQ(advise_duration("10 s"), "10s");
  EXPECT_EQ(advise_duration("10S"), "10s");
  EXPECT_EQ(advise_duration("1h 30m"), "1h30m");
  EXPECT_EQ(advise_duration("10 seconds"), "10s");
  EXPECT_EQ(advise_duration("5min"), "5m");
  EXPECT_EQ(advise_duration("10"), "10s");
}

TEST(QuantityAdvice, KnowsHowSizesAreMisspelt) {
  EXPECT_EQ(advise_bytes("64mb"), "64MB");
  EXPECT_EQ(advise_bytes("64 mib"), "64MiB");
  EXPECT_EQ(advise_bytes("8g"), "8GB");
  EXPECT_EQ(advise_bytes("1.5 Gb"), "1.5GB");
}

TEST(QuantityAdvice, KnowsHowRatesAreMisspelt) {
  EXPECT_EQ(advise_rate("1 / s"), "1/s");
  EXPECT_EQ(advise_rate("10Hz"), "10/s");
  EXPECT_EQ(advise_rate("5"), "5/s");
  EXPECT_EQ(advise_rate("2/minute"), "2/m");
  EXPECT_EQ(advise_bandwidth("50kb/s"), "50KB/s");
  EXPECT_EQ(advise_bandwidth("50KB"), "50KB/s");
}

TEST(QuantityAdvice, HasNoneWhereNothingWasMeant) {
  EXPECT_EQ(advise_duration("soon"), std::nullopt);
  EXPECT_EQ(advise_duration(""), std::nullopt);
  EXPECT_EQ(advise_bytes("-5MB"), std::nullopt);
  EXPECT_EQ(advise_bytes("MB"), std::nullopt);
  EXPECT_EQ(advise_rate("often"), std::nullopt);
  EXPECT_EQ(advise_bandwidth("50kbit/s"), std::nullopt);
}

}  // namespace
}  // namespace cantrail
