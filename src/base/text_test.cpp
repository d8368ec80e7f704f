#include "base/text.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;

TEST(Glob, MatchesRunsAndSingleCharacters) {
  EXPECT_TRUE(glob_match("Gps*", "GpsPosition"));
  EXPECT_TRUE(glob_match("*.soc", "Battery.soc"));
  EXPECT_TRUE(glob_match("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(glob_match("can?", "can0"));
  EXPECT_FALSE(glob_match("can?", "can10"));
  EXPECT_FALSE(glob_match("Gps*", "gpsPosition"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_FALSE(glob_match("", "x"));
}

TEST(Nearest, FindsASlipOfTheFingerAndNothingElse) {
  const std::vector<std::string> names{"bitrate", "interface", "dbc"};
  EXPECT_EQ(nearest("bitrat", names), "bitrate");
  EXPECT_EQ(nearest("bitrtae", names), "bitrate");
  EXPECT_EQ(nearest("dcb", names), "dbc");
  EXPECT_EQ(nearest("password", names), std::nullopt);
}

TEST(Units, BytesAndDurations) {
  EXPECT_EQ(parse_bytes("64MiB"), 64U << 20);
  EXPECT_EQ(parse_bytes("8GB"), 8'000'000'000U);
  EXPECT_EQ(parse_bytes("1.5KiB"), 1536U);
  EXPECT_EQ(parse_bytes("12"), 12U);
  EXPECT_EQ(parse_bytes("12 apples"), std::nullopt);
  EXPECT_EQ(parse_bytes("-1"), std::nullopt);
  EXPECT_EQ(parse_duration("10s"), Duration(10s));
  EXPECT_EQ(parse_duration("1h30m"), Duration(1h) + Duration(1800s));
  EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_duration("10"), std::nullopt);
  EXPECT_EQ(parse_duration("10 s"), std::nullopt);
  EXPECT_EQ(format_duration(Duration(90s)), "1m 30s");
  EXPECT_EQ(format_bytes(64U << 20), "64 MiB");
  EXPECT_EQ(format_count(41208), "41,208");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(counted(0, "frame"), "0 frames");
  EXPECT_EQ(counted(1, "frame"), "1 frame");
  EXPECT_EQ(counted(41208, "frame"), "41,208 frames");
}

TEST(Quantities, TellTooMuchFromNoQuantity) {
  const std::string endless(400, '9');
  for (const std::string& text :
       {std::string("99999999999999999999TB"), std::string("9200000000000000000"), endless}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
    EXPECT_TRUE(is_too_many_bytes(text)) << text;
  }
  for (const char* text : {"", "8GB", "99999999999999999999 apples", "TB", "-99999999999999999999TB"}) {
    EXPECT_FALSE(is_too_many_bytes(text)) << text;
  }
  for (const std::string& text : {std::string("293000d"), "1h" + endless + "s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    EXPECT_TRUE(is_too_long_duration(text)) << text;
  }
  for (const char* text : {"", "30d", "99999999999999999999", "99999999999999999999 s"}) {
    EXPECT_FALSE(is_too_long_duration(text)) << text;
  }
}

TEST(Encoding, KnowsUtf8AndTranslatesCp1252) {
  EXPECT_TRUE(
      is_valid_utf8("\xC2\xB0"
                    "C"));
  EXPECT_FALSE(
      is_valid_utf8("\xB0"
                    "C"));
  EXPECT_FALSE(is_valid_utf8("\xC0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_EQ(cp1252_to_utf8("\xB0"
                           "C \x80"),
            "\xC2\xB0"
            "C \xE2\x82\xAC");
  EXPECT_EQ(printable("a\x01\xFF"), "a\\x01\\xFF");
}

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(from_hex("00fF10"), (std::vector<std::uint8_t>{0, 255, 16}));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(to_hex(std::vector<std::uint8_t>{1, 0xAB}, true), "01AB");
}

}  // namespace
}  // namespace cantrail
