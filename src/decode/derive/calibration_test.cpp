#include "decode/derive/calibration.hpp"

#include <gtest/gtest.h>

#include "decode/derive/functions.hpp"

namespace cantrail::derive {
namespace {

SignalSpec spec() {
  SignalSpec spec;
  spec.name = "level";
  return spec;
}

Value apply(const SignalSpec& how, double number) {
  return Calibration(how).apply(Value::of(number));
}

TEST(Calibration, ScalesThenRounds) {
  SignalSpec how = spec();
  how.factor = 2;
  how.offset = -0.2;
  how.round = 1;
  EXPECT_EQ(apply(how, 1.04).number, 1.9);
  EXPECT_EQ(apply(how, -0.06).number, -0.3);
}

TEST(Calibration, RoundsHalvesAwayFromZeroAndLeavesLargeNumbers) {
  EXPECT_EQ(round_to(0.125, 2), 0.13);
  EXPECT_EQ(round_to(-2.5, 0), -3);
  EXPECT_EQ(round_to(1e300, 15), 1e300);
  EXPECT_EQ(round_to(123456789.123456, 15), 123456789.123456);
}

TEST(Calibration, InterpolatesInTheTableAndInventsNothingOutside) {
  SignalSpec how = spec();
  how.table = {{0, 100}, {10, 200}, {20, 0}};
  EXPECT_EQ(apply(how, 0).number, 100);
  EXPECT_EQ(apply(how, 5).number, 150);
  EXPECT_EQ(apply(how, 10).number, 200);
  EXPECT_EQ(apply(how, 15).number, 100);
  EXPECT_EQ(apply(how, 20).number, 0);
  for (const double outside : {-0.1, 20.1}) {
    EXPECT_TRUE(apply(how, outside).absent());
    EXPECT_EQ(apply(how, outside).why, Quality::out_of_range);
  }
}

TEST(Calibration, WhatIsOutsideOfTheValidRangeIsAbsentAfterScaling) {
  SignalSpec how = spec();
  how.factor = 10;
  how.valid = Band{-40, 85};
  EXPECT_EQ(apply(how, 8.5).number, 85);
  EXPECT_EQ(apply(how, 8.6).why, Quality::out_of_range);
  EXPECT_TRUE(apply(how, -4.1).absent());
}

TEST(Calibration, AnAbsentValueKeepsItsReason) {
  SignalSpec how = spec();
  how.offset = 1;
  const Value value = Calibration(how).apply(Value::none(Quality::not_available));
  EXPECT_TRUE(value.absent());
  EXPECT_EQ(value.why, Quality::not_available);
  how.factor = 1e300;
  EXPECT_EQ(apply(how, 1e300).why, Quality::error);
}

}  // namespace
}  // namespace cantrail::derive
