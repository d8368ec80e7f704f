// The functions and operators of expressions. An absent value is NaN here, and only here: what is computed of
// one is absent, too, but for or(), valid(), and && and || where the other side decides.
//
// psychro_rh and psychro_vpd, of a dry and a wet bulb in °C at a pressure in hPa (1013.25 where none is
// given): saturation es(T) = 6.112 exp(17.67 T / (T + 243.5)) hPa (Bolton 1980), vapour pressure
// e = es(wet) - 0.000662 P (dry - wet) (psychrometer equation, ventilated); relative humidity 100 e / es(dry)
// in %, vapour pressure deficit (es(dry) - e) / 10 in kPa.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace cantrail::derive {

inline constexpr std::size_t kMostArguments = 64;

using FunctionOfMany = double (*)(const double* arguments, int count);

struct Function {
  std::string_view name;
  std::size_t least = 0, most = 0;  // arguments; most = kMostArguments: any number
  FunctionOfMany call = nullptr;
};
[[nodiscard]] std::span<const Function> functions();

struct Operator {
  std::string_view name;
  int precedence = 0;  // the higher binds first
  bool to_the_right = false;
  double (*call)(double, double) = nullptr;
};
[[nodiscard]] std::span<const Operator> operators();  // longer names first

// To that many digits behind the point, halves away from zero.
[[nodiscard]] double round_to(double value, int digits);

}  // namespace cantrail::derive
