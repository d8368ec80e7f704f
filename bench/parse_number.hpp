// A number of the command line.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace cantrail::bench {

// False: it is none, or not above 0.
template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0;
}

}  // namespace cantrail::bench
