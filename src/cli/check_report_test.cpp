#include "cli/check_report.hpp"

#include <gtest/gtest.h>

namespace cantrail::cli {
namespace {

LaneForecast lane(std::string name, Amount rows, std::optional<Amount> bytes) {
  LaneForecast made;
  made.name = std::move(name);
  made.rows = rows;
  made.bytes = bytes;
  return made;
}

TEST(CheckReport, SaysHowSureAnAmountIs) {
  EXPECT_EQ(amount_text({1088640, 1088640}), "1,088,640");
  EXPECT_EQ(amount_text({0, 0}), "0");
  EXPECT_EQ(amount_text({100, 1234567}), "at most 1,240,000");
  EXPECT_EQ(amount_text({0, 999.2}), "at most 1,000");
  EXPECT_EQ(amount_text({0, 0, true}), "unknown");
  EXPECT_EQ(amount_text({86400, 90000, true}), "over 86,400");
}

TEST(CheckReport, WritesMegabytesWithThreeDigits) {
  const auto text = [](double bytes) { return megabytes_text({bytes, bytes}); };
  EXPECT_EQ(text(0), "0.00 MB");
  EXPECT_EQ(text(1'684'000), "1.68 MB");
  EXPECT_EQ(text(18'640'000), "18.6 MB");
  EXPECT_EQ(text(99'960'000), "100 MB");
  EXPECT_EQ(text(2'615'800'000), "2,616 MB");
  EXPECT_EQ(megabytes_text({0, 2'611'000'000}), "at most 2,620 MB");
}

TEST(CheckReport, AlignsItsColumns) {
  Forecast forecast;
  forecast.lanes = {lane("history", {24'796'800, 24'796'800}, Amount{215'250'000, 215'250'000}),
                    lane("cloud", {0, 1'382'400}, std::nullopt),
                    lane("archive", {11'520, 11'520}, Amount{4'380'000, 4'380'000}),
                    lane("journal", {0, 0, true}, Amount{0, 0, true})};
  forecast.lanes[0].holds = std::chrono::hours(74);
  forecast.lanes[0].limit = "1GiB";
  forecast.lanes[3].is_journal = true;
  forecast.notes = {"drive: a recording, so nobody knows how much it brings"};
  EXPECT_EQ(forecast_text(forecast),
            "  A day, about               rows   stored  kept, at this rate\n"
            "  sink history         24,796,800   215 MB  3d 2h (1GiB)\n"
            "  sink cloud    at most 1,390,000        -\n"
            "  sink archive             11,520  4.38 MB  for ever\n"
            "  journal                 unknown  unknown\n"
            "  drive: a recording, so nobody knows how much it brings\n");
}

TEST(CheckReport, WhatIsAtMostIsHeldForAtLeast) {
  Forecast forecast;
  forecast.lanes = {lane("history", {0, 1000}, Amount{0, 1e6})};
  forecast.lanes[0].holds = std::chrono::hours(26);
  forecast.lanes[0].limit = "30MB";
  EXPECT_NE(forecast_text(forecast).find("  at least 1d 2h (30MB)\n"), std::string::npos);
  forecast.lanes[0].bytes = Amount{1e6, 1e6};
  forecast.lanes[0].limit = "26h";
  EXPECT_NE(forecast_text(forecast).find("MB  1d 2h\n"), std::string::npos) << "the limit is the time itself";
}

}  // namespace
}  // namespace cantrail::cli
