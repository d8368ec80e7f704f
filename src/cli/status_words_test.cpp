#include "cli/status_words.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace cantrail::cli {
namespace {

std::string clock_of(const std::string& text) {
  const boost::json::value clock = boost::json::parse(text);
  return clock_text(&clock.as_object());
}

std::string step(const std::string& by_ms) {
  return R"({"from":"1970-01-01T00:00:30.000000000Z","to":"2026-11-21T07:49:00.250000000Z","by_ms":)" +
         by_ms + "}";
}

TEST(ClockText, SaysWhatTheKernelSays) {
  EXPECT_EQ(clock_of(R"({"synchronised":true,"error_ms":2.4,"steps":0,"last_steps":[]})"),
            "synchronised ± 2 ms");
  EXPECT_EQ(clock_of(R"({"synchronised":true,"error_ms":0.01,"steps":0,"last_steps":[]})"),
            "synchronised ± 1 ms")
      << "nobody needs to know it better";
  EXPECT_EQ(clock_of(R"({"synchronised":true,"error_ms":null,"steps":0,"last_steps":[]})"), "synchronised");
  EXPECT_EQ(clock_of(R"({"synchronised":false,"error_ms":null,"steps":0,"last_steps":[]})"),
            "not synchronised");
  EXPECT_EQ(clock_of(R"({"synchronised":false,"error_ms":3,"steps":0,"last_steps":[]})"), "not synchronised")
      << "the error is that of a clock that is kept";
}

TEST(ClockText, SaysWhenTheClockWasSet) {
  EXPECT_EQ(clock_of(R"({"synchronised":true,"error_ms":null,"steps":1,"last_steps":[)" +
                     step("1795247310000") + "]}"),
            "synchronised, set forward 56.9 years at 2026-11-21T07:49:00Z");
  EXPECT_EQ(clock_of(R"({"synchronised":false,"error_ms":null,"steps":1234,"last_steps":[)" +
                     step("1795247310000") + "," + step("-120") + "]}"),
            "not synchronised, set back 0.1 s at 2026-11-21T07:49:00Z, set 1,234 times");
}

TEST(ClockText, IsNotKnownOfANodeThatDoesNotTell) {
  EXPECT_EQ(clock_text(nullptr), "not known");
}

// web/src/model/format_test.ts has the same of the page's duration().
TEST(RoughDuration, ReadsAsOnThePage) {
  for (const auto& [seconds, text] : {std::pair(0.002, "2 ms"),
                                      {0.099, "99 ms"},
                                      {0.1, "0.1 s"},
                                      {4.0, "4.0 s"},
                                      {90.0, "90 s"},
                                      {150.0, "3 min"},
                                      {3600.0, "1 h"},
                                      {3900.0, "1 h 5 min"},
                                      {24 * 3600.0, "1 d"},
                                      {123 * 3600.0, "5 d 3 h"},
                                      {40 * 86400.0 + 5 * 3600, "40 d"},
                                      {730 * 86400.0, "2.0 years"}}) {
    EXPECT_EQ(rough_duration(seconds), text) << seconds;
  }
}

TEST(HoldsText, IsInWholeDaysAndHours) {
  for (const auto& [hours, text] : {std::pair(0.0, "holds less than 1 h at this rate"),
                                    {0.99, "holds less than 1 h at this rate"},
                                    {1.0, "holds 1 h at this rate"},
                                    {23.9, "holds 23 h at this rate"},
                                    {24.0, "holds 1 d 0 h at this rate"},
                                    {123.5, "holds 5 d 3 h at this rate"},
                                    {24.0 * 1234, "holds 1,234 d 0 h at this rate"}}) {
    EXPECT_EQ(holds_text(hours * 3600), text) << hours;
  }
}

}  // namespace
}  // namespace cantrail::cli
