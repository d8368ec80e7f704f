#include "decode/derive/expression.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace cantrail::derive {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

double compute(std::string_view text, const std::vector<double>& operands) {
  const ExpressionText read = read_expression(text);
  EXPECT_EQ(read.problem, "") << text;
  EXPECT_EQ(read.operands.size(), operands.size()) << text;
  auto compiled = Expression::compile(read);
  EXPECT_TRUE(compiled.ok()) << text;
  if (!compiled) return kAbsent;
  std::copy(operands.begin(), operands.end(), compiled->operands().begin());
  return compiled->evaluate();
}

TEST(ExpressionText, NamesEachOperandOnceInOrder) {
  const ExpressionText read = read_expression("can0:B.volt * B.amp / 1000 + (B.amp - dry_bulb) * 1.5e-3");
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.operands, (std::vector<std::string>{"can0:B.volt", "B.amp", "dry_bulb"}));
  EXPECT_EQ(read.numbers, (std::vector<double>{1000, 1.5e-3}));
  EXPECT_TRUE(is_field(read.operands[0]));
  EXPECT_FALSE(is_field(read.operands[2]));
}

TEST(ExpressionText, SaysWhatIsWrong) {
  EXPECT_NE(read_expression("").problem, "");
  EXPECT_NE(read_expression("x +").problem, "");
  EXPECT_NE(read_expression("(x").problem.find("'('"), std::string::npos);
  EXPECT_NE(read_expression("x y").problem.find("stray"), std::string::npos);
  EXPECT_NE(read_expression("1.2.3 * x").problem, "");
  EXPECT_NE(read_expression("1e * x").problem.find("no number"), std::string::npos);
  EXPECT_NE(read_expression("1e999 * x").problem.find("no number"), std::string::npos);
  EXPECT_NE(read_expression("0x10 * x").problem, "");
  EXPECT_NE(read_expression("mix(x, 1)").problem.find("did you mean min()"), std::string::npos);
  EXPECT_NE(read_expression("min(x)").problem.find("at least 2"), std::string::npos);
  EXPECT_NE(read_expression("psychro_rh(x)").problem.find("2 or 3"), std::string::npos);
  EXPECT_NE(read_expression("2 + 3").problem.find("names no field"), std::string::npos);
  EXPECT_NE(read_expression(std::string(3000, 'x')).problem.find("longer"), std::string::npos);
  EXPECT_NE(read_expression(std::string(500, '(') + "x").problem, "");
}

TEST(Expression, BindsAsInMathematics) {
  EXPECT_EQ(compute("x + 2 * 3", {1}), 7);
  EXPECT_EQ(compute("(x + 2) * 3", {1}), 9);
  EXPECT_EQ(compute("10 - x - 3", {2}), 5);
  EXPECT_EQ(compute("x ^ 3 ^ 2", {2}), 512);
  EXPECT_EQ(compute("-x ^ 2", {2}), -4);
  EXPECT_EQ(compute("2 ^ -x", {1}), 0.5);
  EXPECT_EQ(compute("- - x", {2}), 2);
  EXPECT_EQ(compute("3--x", {2}), 5);
  EXPECT_EQ(compute("+x % 3", {7}), 1);
  EXPECT_EQ(compute("x + 1 > 2 && x < 5 || x == 9", {1.5}), 1);
  EXPECT_EQ(compute("x + 1 >= 2 == 1", {1}), 1);
  EXPECT_EQ(compute("x != 1", {1}), 0);
}

TEST(Expression, CallsFunctions) {
  EXPECT_EQ(compute("clamp(x, 0, 10)", {12}), 10);
  EXPECT_EQ(compute("max(x, 1, 7, 3)", {2}), 7);
  EXPECT_EQ(compute("min (x, 1)", {2}), 1);
  EXPECT_EQ(compute("round(x)", {2.5}), 3);
  EXPECT_EQ(compute("round(x, 2)", {1.2345}), 1.23);
  EXPECT_EQ(compute("atan2(y, x)", {0, 1}), 0);
  EXPECT_EQ(compute("min + sin(min)", {0}), 0);  // a signal may have a function's name
}

TEST(Expression, WhatIsComputedOfAnAbsentValueIsAbsent) {
  for (const char* text :
       {"x + 1", "x > 1", "x == x", "min(x, 1)", "max(1, x)", "clamp(1, 0, x)", "x ^ 0", "pow(1, x)",
        "1 && x", "0 || x", "sqrt(x)", "round(1.23, x)", "psychro_rh(20, x)"}) {
    EXPECT_TRUE(std::isnan(compute(text, {kAbsent}))) << text;
  }
  EXPECT_EQ(compute("or(x, 5)", {kAbsent}), 5);
  EXPECT_EQ(compute("or(x, 5)", {1}), 1);
  EXPECT_EQ(compute("valid(x)", {kAbsent}), 0);
  EXPECT_EQ(compute("valid(x)", {0}), 1);
  EXPECT_EQ(compute("0 && x", {kAbsent}), 0);
  EXPECT_EQ(compute("x || 2", {kAbsent}), 1);
}

// Values of a psychrometric table at 1013.25 hPa: dry 25 °C, wet 18 °C.
TEST(Expression, ComputesPsychrometrics) {
  EXPECT_NEAR(compute("psychro_rh(dry, wet)", {25, 18}), 50.3, 0.3);
  EXPECT_NEAR(compute("psychro_rh(dry, wet, 1013.25)", {25, 25}), 100, 1e-9);
  EXPECT_NEAR(compute("psychro_vpd(dry, wet, p)", {25, 25, 980}), 0, 1e-9);
  EXPECT_NEAR(compute("psychro_vpd(dry, wet)", {25, 18}), 1.57, 0.02);
}

// What is accepted compiles, whatever it is made of.
TEST(Expression, CompilesWhateverIsAccepted) {
  const std::vector<std::string> tokens = {"x",
                                           "B.volt",
                                           "can0:B.amp",
                                           "min",
                                           "1",
                                           "2.5",
                                           ".5",
                                           "3.",
                                           "1e3",
                                           "1e-3",
                                           "(",
                                           ")",
                                           ",",
                                           "+",
                                           "-",
                                           "*",
                                           "/",
                                           "%",
                                           "^",
                                           "<",
                                           "<=",
                                           "==",
                                           "!=",
                                           "&&",
                                           "||",
                                           " ",
                                           "or(",
                                           "valid(",
                                           "max(",
                                           "round(",
                                           "psychro_vpd(",
                                           "abs (",
                                           "e",
                                           "1.2.3",
                                           "0x1",
                                           "!",
                                           "=",
                                           "?",
                                           ":"};
  std::mt19937 random(7);
  std::size_t accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 9; n != 0; --n) text += tokens[random() % tokens.size()];
    const ExpressionText read = read_expression(text);
    if (!read.problem.empty()) continue;
    ++accepted;
    auto compiled = Expression::compile(read);
    ASSERT_TRUE(compiled.ok()) << text << " as " << read.text << ": " << compiled.fault().message;
  }
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace cantrail::derive
