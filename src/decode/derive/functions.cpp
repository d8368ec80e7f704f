#include "decode/derive/functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

namespace cantrail::derive {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr double kStandardPressureHpa = 1013.25;
constexpr double kMostDigits = 15;

bool is_absent(double value) {
  return std::isnan(value);
}

template <double (*F)(double)>
double of_one(const double* x, int /*count*/) {
  return F(x[0]);
}

template <double (*F)(double, double)>
double of_two(const double* x, int /*count*/) {
  return is_absent(x[0]) || is_absent(x[1]) ? kAbsent : F(x[0], x[1]);
}

double or_default(const double* x, int /*count*/) {
  return is_absent(x[0]) ? x[1] : x[0];
}

double is_valid(const double* x, int /*count*/) {
  return is_absent(x[0]) ? 0 : 1;
}

double least(const double* x, int count) {
  return std::any_of(x, x + count, is_absent) ? kAbsent : *std::min_element(x, x + count);
}

double greatest(const double* x, int count) {
  return std::any_of(x, x + count, is_absent) ? kAbsent : *std::max_element(x, x + count);
}

double clamped(const double* x, int count) {
  return std::any_of(x, x + count, is_absent) ? kAbsent : std::max(x[1], std::min(x[0], x[2]));
}

double rounded(const double* x, int count) {
  if (count == 1) return std::round(x[0]);
  if (is_absent(x[1])) return kAbsent;
  return round_to(x[0], static_cast<int>(std::clamp(x[1], 0.0, kMostDigits)));
}

double saturation_hpa(double celsius) {
  return 6.112 * std::exp(17.67 * celsius / (celsius + 243.5));
}

double vapour_hpa(const double* x, int count) {
  const double pressure = count > 2 ? x[2] : kStandardPressureHpa;
  return saturation_hpa(x[1]) - 0.000662 * pressure * (x[0] - x[1]);
}

double psychro_rh(const double* x, int count) {
  return 100 * vapour_hpa(x, count) / saturation_hpa(x[0]);
}

double psychro_vpd(const double* x, int count) {
  return (saturation_hpa(x[0]) - vapour_hpa(x, count)) / 10;
}

// NaN compares as false in C++: here it makes the result absent.
template <class Compare>
double compared(double a, double b, Compare compare) {
  return is_absent(a) || is_absent(b) ? kAbsent : static_cast<double>(compare(a, b));
}

double both(double a, double b) {
  if (a == 0 || b == 0) return 0;
  return is_absent(a) || is_absent(b) ? kAbsent : 1;
}

double either(double a, double b) {
  if ((!is_absent(a) && a != 0) || (!is_absent(b) && b != 0)) return 1;
  return is_absent(a) || is_absent(b) ? kAbsent : 0;
}

// pow(NaN, 0) and pow(1, NaN) are 1.
double power(double a, double b) {
  return is_absent(a) || is_absent(b) ? kAbsent : std::pow(a, b);
}

constexpr std::array kFunctions{Function{"or", 2, 2, or_default},
                                Function{"valid", 1, 1, is_valid},
                                Function{"abs", 1, 1, of_one<std::fabs>},
                                Function{"min", 2, kMostArguments, least},
                                Function{"max", 2, kMostArguments, greatest},
                                Function{"clamp", 3, 3, clamped},
                                Function{"sqrt", 1, 1, of_one<std::sqrt>},
                                Function{"pow", 2, 2, of_two<std::pow>},
                                Function{"exp", 1, 1, of_one<std::exp>},
                                Function{"log", 1, 1, of_one<std::log>},
                                Function{"log10", 1, 1, of_one<std::log10>},
                                Function{"sin", 1, 1, of_one<std::sin>},
                                Function{"cos", 1, 1, of_one<std::cos>},
                                Function{"tan", 1, 1, of_one<std::tan>},
                                Function{"atan2", 2, 2, of_two<std::atan2>},
                                Function{"floor", 1, 1, of_one<std::floor>},
                                Function{"ceil", 1, 1, of_one<std::ceil>},
                                Function{"round", 1, 2, rounded},
                                Function{"psychro_rh", 2, 3, psychro_rh},
                                Function{"psychro_vpd", 2, 3, psychro_vpd}};

constexpr std::array kOperators{
    Operator{"<=", 3, false, [](double a, double b) { return compared(a, b, std::less_equal<double>()); }},
    Operator{">=", 3, false, [](double a, double b) { return compared(a, b, std::greater_equal<double>()); }},
    Operator{"==", 3, false, [](double a, double b) { return compared(a, b, std::equal_to<double>()); }},
    Operator{"!=", 3, false, [](double a, double b) { return compared(a, b, std::not_equal_to<double>()); }},
    Operator{"&&", 2, false, both},
    Operator{"||", 1, false, either},
    Operator{"<", 3, false, [](double a, double b) { return compared(a, b, std::less<double>()); }},
    Operator{">", 3, false, [](double a, double b) { return compared(a, b, std::greater<double>()); }},
    Operator{"+", 4, false, [](double a, double b) { return a + b; }},
    Operator{"-", 4, false, [](double a, double b) { return a - b; }},
    Operator{"*", 5, false, [](double a, double b) { return a * b; }},
    Operator{"/", 5, false, [](double a, double b) { return a / b; }},
    Operator{"%", 5, false, [](double a, double b) { return std::fmod(a, b); }},
    Operator{"^", 7, true, power}};

}  // namespace

std::span<const Function> functions() {
  return kFunctions;
}

std::span<const Operator> operators() {
  return kOperators;
}

double round_to(double value, int digits) {
  constexpr double kAllWhole = 9007199254740992;  // 2^53: from there on there is nothing behind the point
  const double scale = std::pow(10, digits);
  const double scaled = value * scale;
  return std::fabs(scaled) < kAllWhole ? std::round(scaled) / scale : value;
}

}  // namespace cantrail::derive
