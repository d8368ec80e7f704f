// What can be said about an expression of [signal] without computing it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cantrail {

struct ExpressionCheck {
  std::string problem;              // what is wrong first, as it follows the option's name; empty: nothing
  std::vector<std::string> fields;  // [channel:]Stream.field that it names, for the catalog
};

// Numbers, + - * / % ^, comparisons, parentheses, the functions below with the right number of arguments,
// names of signals, fields. Functions: or(x, default) and valid(x) for what may be absent; psychro_rh and
// psychro_vpd (dry, wet, pressure in hPa); abs min max clamp sqrt pow exp log log10 sin cos tan atan2 floor
// ceil round.
[[nodiscard]] ExpressionCheck check_expression(std::string_view text, std::span<const std::string> signals);

}  // namespace cantrail
