#include <gtest/gtest.h>

#include "cli/frame_output.hpp"
#include "cli/log_catalog.hpp"
#include "cli/pace.hpp"

namespace cantrail::cli {
namespace {

using namespace std::chrono_literals;

TEST(Speed, IsAFactorOrMax) {
  EXPECT_EQ(parse_speed("10")->factor, 10.0);
  EXPECT_EQ(parse_speed("0.5x")->factor, 0.5);
  EXPECT_EQ(parse_speed("max")->factor, std::nullopt);
  for (const char* text : {"", "0", "-1", "fast", "1 0", "x", "nan", "inf", "1e9"}) {
    EXPECT_FALSE(parse_speed(text).has_value()) << text;
  }
}

TEST(Pace, HoldsFramesBackByTheirRecordedDistance) {
  Pace pace(Speed{2.0});
  EXPECT_EQ(pace.until_due(WallTime{1'000'000'000}, MonoTime{50}), 0ns);
  EXPECT_EQ(pace.until_due(WallTime{3'000'000'000}, MonoTime{50}), 1s);
  EXPECT_LT(pace.until_due(WallTime{2'000'000'000}, MonoTime{50 + 2'000'000'000}), 0ns);
}

TEST(FrameOutput, SaysWhatATargetLooksLike) {
  for (const char* name : {"", "vcan0", "socketcan:", "candump:file", "kafka:x"}) {
    const auto target = open_frame_output(name);
    ASSERT_FALSE(target.ok()) << name;
    EXPECT_EQ(target.fault().kind, FaultKind::config);
    EXPECT_NE(target.fault().message.find("socketcan:vcan0"), std::string::npos);
  }
}

TEST(LogCatalog, LearnsChannelsAndKeepsTheirIds) {
  Diagnostics diagnostics;
  auto log =
      LogCatalog::create({{{"a.dbc", "BO_ 1 A: 8 X\n SG_ s : 0|8@1+ (1,0) [0|0] \"\" X\n"}}}, diagnostics);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ(log->channel("can0"), 0);
  EXPECT_EQ(log->channel("can1"), 1);
  EXPECT_EQ(log->channel("can0"), 0);
  EXPECT_EQ(log->compiled()->catalog->qualified_name(1), "can1:A");
  for (int i = 2; i < 256; ++i) ASSERT_EQ(log->channel("x" + std::to_string(i)), i);
  EXPECT_EQ(log->channel("one too many"), std::nullopt);
  EXPECT_EQ(log->channel("one too many"), std::nullopt);
  EXPECT_EQ(log->left_out(), "1 channel");
  EXPECT_EQ(log->channel("x255"), 255);
}

TEST(LogCatalog, CountsNamesThatGotNoChannelWithinBounds) {
  Diagnostics diagnostics;
  auto log =
      LogCatalog::create({{{"a.dbc", "BO_ 1 A: 8 X\n SG_ s : 0|8@1+ (1,0) [0|0] \"\" X\n"}}}, diagnostics);
  ASSERT_TRUE(log.ok());
  for (int i = 0; i < 256 + 65'536; ++i) (void)log->channel("x" + std::to_string(i));
  EXPECT_EQ(log->left_out(), "65,536 channels");
  (void)log->channel("x300");
  EXPECT_EQ(log->left_out(), "65,536 channels");
  (void)log->channel("another");
  EXPECT_EQ(log->left_out(), "more than 65,536 channels");
}

}  // namespace
}  // namespace cantrail::cli
