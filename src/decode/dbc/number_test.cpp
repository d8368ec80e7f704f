#include "decode/dbc/number.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace cantrail::dbc {
namespace {

TEST(DbcNumber, MeasuresWhatIsANumber) {
  EXPECT_EQ(number_length("12|3"), 2u);
  EXPECT_EQ(number_length("-1.5E+3,"), 7u);
  EXPECT_EQ(number_length(".25,"), 3u);
  EXPECT_EQ(number_length("1.)"), 2u);
  EXPECT_EQ(number_length("0-0"), 1u);
  EXPECT_EQ(number_length("1e"), 1u);
  EXPECT_EQ(number_length("-1.#INF|"), 7u);
  EXPECT_EQ(number_length("."), 0u);
  EXPECT_EQ(number_length("-"), 0u);
  EXPECT_EQ(number_length(""), 0u);
}

TEST(DbcNumber, KeepsIntegersExact) {
  EXPECT_EQ(to_number("9223372036854775807").integer, INT64_MAX);
  EXPECT_EQ(to_number("-9223372036854775808").integer, INT64_MIN);
  EXPECT_EQ(to_number("18446744073709551615").natural, UINT64_MAX);
  EXPECT_EQ(to_number("18446744073709551615").integer, std::nullopt);
  EXPECT_EQ(to_number("18446744073709551616").natural, std::nullopt);
  EXPECT_EQ(to_number("+5").integer, 5);
  EXPECT_EQ(to_number("-0").integer, 0);
  EXPECT_EQ(to_number("-.0").integer, 0);
  EXPECT_EQ(to_number("4.000").integer, 4);
  EXPECT_EQ(to_number("1.").integer, 1);
  EXPECT_EQ(to_number("1E3").natural, 1000u);
  EXPECT_EQ(to_number("15e-1").integer, std::nullopt);
  EXPECT_EQ(to_number("-3").natural, std::nullopt);
  EXPECT_EQ(to_number("1e30").integer, std::nullopt);
}

TEST(DbcNumber, GoesToTheEdgeOfDoublesAndSaysSo) {
  EXPECT_EQ(to_number("-1e999").value, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_number("1e-999").value, 0);
  EXPECT_EQ(to_number(std::string(400, '9')).value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_number("-.25").value, -0.25);
  EXPECT_TRUE(std::isnan(to_number("NaN").value));
  EXPECT_TRUE(std::signbit(to_number("-0.0").value));
  EXPECT_TRUE(to_number(".25").bare_point);
  EXPECT_TRUE(to_number("1.").bare_point);
  EXPECT_TRUE(to_number("1.e3").bare_point);
  EXPECT_FALSE(to_number("1.0").bare_point);
}

}  // namespace
}  // namespace cantrail::dbc
