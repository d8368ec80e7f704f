#include "encode/number_text.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace cantrail::encode {
namespace {

std::string text_of(double value) {
  std::string out;
  append_double(out, value);
  return out;
}

TEST(NumberText, ShowsThatADoubleIsNoInteger) {
  EXPECT_EQ(text_of(360), "360.0");
  EXPECT_EQ(text_of(0), "0.0");
  EXPECT_EQ(text_of(-0.0), "-0.0");
  EXPECT_EQ(text_of(-40), "-40.0");
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(text_of(12.34), "12.34");
  EXPECT_EQ(text_of(-0.001), "-0.001");
  EXPECT_EQ(text_of(1e22), "1e+22");
  EXPECT_EQ(text_of(1e-7), "1e-07");
  EXPECT_EQ(text_of(123456789012345680.0), "123456789012345680.0");
  EXPECT_EQ(text_of(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(text_of(std::nan("")), "nan");
  EXPECT_EQ(text_of(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(text_of(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(text_of(-std::numeric_limits<double>::denorm_min()), "-5e-324");
}

// Whichever way a double is written, it is as short as the standard library's and reads back the same.
void expect_shortest(double value) {
  char shortest[40];
  const auto end = std::to_chars(shortest, shortest + sizeof shortest, value).ptr;
  std::string expected(shortest, end);
  if (expected.find_first_of(".en") == std::string::npos) expected += ".0";
  const std::string text = text_of(value);
  double back = 0;
  ASSERT_EQ(std::from_chars(text.data(), text.data() + text.size(), back).ec, std::errc{}) << text;
  ASSERT_EQ(back, value) << text;
  ASSERT_LE(text.size(), expected.size() + (expected.find('e') != std::string::npos ? 4 : 0)) << text;
  if (expected.find('e') == std::string::npos) {
    ASSERT_EQ(text, expected);
  }
}

TEST(NumberText, WritesTheShortestThatReadsBack) {
  std::mt19937_64 random(1);
  const double factors[] = {1, 0.5, 0.1, 0.01, 0.001, 1e-6, 0.0625, 0.03125, 1.0 / 3, 9.80665, 1e-7};
  for (int i = 0; i < 400'000; ++i) {
    const auto raw = static_cast<double>(static_cast<std::int64_t>(random()) >> random() % 60);
    expect_shortest(raw * factors[random() % std::size(factors)] - static_cast<double>(random() % 3) * 40);
    const double any = std::bit_cast<double>(random());
    if (std::isfinite(any)) expect_shortest(any);
  }
  for (double edge :
       {1e9, 999'999'999.999999, 999'999'999.9999999, 1e15, 9007199254740993.0, 0.0009999, 1e-3}) {
    for (int step = 0; step < 5; ++step, edge = std::nextafter(edge, 0)) expect_shortest(edge);
  }
}

TEST(NumberText, WritesIntegersToTheirLimits) {
  std::string out;
  append_integer(out, std::numeric_limits<std::int64_t>::min());
  out += ' ';
  append_integer(out, std::numeric_limits<std::int64_t>::max());
  out += ' ';
  append_unsigned(out, std::numeric_limits<std::uint64_t>::max());
  out += ' ';
  append_integer(out, 0);
  EXPECT_EQ(out, "-9223372036854775808 9223372036854775807 18446744073709551615 0");
}

TEST(NumberText, WritesSecondsExactly) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const WallTime time{static_cast<std::int64_t>(random()) >> random() % 60};
    std::string out;
    append_seconds(out, time);
    ASSERT_EQ(out, to_seconds(time));
  }
}

}  // namespace
}  // namespace cantrail::encode
