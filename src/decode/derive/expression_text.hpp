// An expression of [signal] as text: what is wrong with it, what it names, and the same with names and
// numbers replaced, so that no library has to read what users write.
//
// Numbers, + - * / % ^ (to the right; -2^2 is -4), comparisons, && ||, parentheses, names of signals, fields
// [channel:]Stream.field, and the functions of functions.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cantrail::derive {

inline constexpr std::size_t kLongestExpression = 2000;  // characters

struct ExpressionText {
  std::string
      problem;  // what is wrong first, as it follows the option's name; empty: nothing, and the rest is set
  std::vector<std::string> operands;  // signals and fields, each once, in the order of their first appearance
  std::vector<double> numbers;
  std::string text;  // operand i is v<i>, number i is c<i>
};

[[nodiscard]] ExpressionText read_expression(std::string_view text);

// "dry_bulb" is a signal, "PT100.temp_dry_c" a field.
[[nodiscard]] inline bool is_field(std::string_view operand) {
  return operand.find('.') != std::string_view::npos;
}

}  // namespace cantrail::derive
