#include "decode/dbc/number.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace cantrail::dbc {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - from;
}

bool starts_with_word(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    if (c != lower_case[i]) return false;
  }
  return true;
}

// Words that programs print for values that are not finite.
struct Special {
  std::string_view word;
  double value;
};
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Special kSpecial[] = {{"infinity", kInfinite}, {"inf", kInfinite}, {"nan", kNan},
                                {"1.#inf", kInfinite},   {"1.#qnan", kNan},  {"1.#ind", kNan}};

const Special* special_at(std::string_view text) {
  for (const Special& special : kSpecial) {
    if (starts_with_word(text, special.word)) return &special;
  }
  return nullptr;
}

// from_chars says "out of range" for both too large and too small.
double out_of_range(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) return text.substr(exponent).find('-') == 1 ? 0 : kInfinite;
  const std::size_t point = text.find('.');
  return text.substr(0, point).find_first_of("123456789") != std::string_view::npos ? kInfinite : 0;
}

double to_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return out_of_range(text);
  return value;
}

template <class Integer>
std::optional<Integer> whole(std::string_view digits) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::size_t number_length(std::string_view text) {
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (const Special* special = special_at(text.substr(sign))) return sign + special->word.size();
  const std::size_t before = digits_at(text, sign);
  std::size_t end = sign + before;
  std::size_t after = 0;
  if (end < text.size() && text[end] == '.') {
    after = digits_at(text, end + 1);
    if (before + after > 0) end += 1 + after;
  }
  if (before + after == 0) return 0;
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    const std::size_t plus = end + 1 < text.size() && (text[end + 1] == '-' || text[end + 1] == '+') ? 1 : 0;
    const std::size_t digits = digits_at(text, end + 1 + plus);
    if (digits > 0) end += 1 + plus + digits;
  }
  return end;
}

Number to_number(std::string_view text) {
  Number number;
  const bool negative = text.front() == '-';
  std::string_view body = negative || text.front() == '+' ? text.substr(1) : text;
  if (const Special* special = special_at(body)) {
    number.value = negative ? -special->value : special->value;
    return number;
  }
  number.value = negative ? -to_double(body) : to_double(body);
  const std::size_t point = body.find('.');
  if (point != std::string_view::npos) {
    number.bare_point = point == 0 || point + 1 == body.size() || !is_digit(body[point + 1]);
  }
  if (body.find_first_of("eE") != std::string_view::npos) {
    // Exact: a double below 2^63 that is whole is that integer.
    if (std::abs(number.value) < 0x1p63 && number.value == std::floor(number.value)) {
      number.integer = static_cast<std::int64_t>(number.value);
    }
  } else if (point == std::string_view::npos ||
             body.find_first_not_of('0', point + 1) == std::string_view::npos) {
    std::string_view digits = text.substr(0, text.find('.'));
    if (!negative && digits.size() > body.substr(0, point).size()) digits.remove_prefix(1);  // "+5"
    number.integer =
        digits == "-" || digits.empty() ? std::optional<std::int64_t>(0) : whole<std::int64_t>(digits);
    if (!negative) number.natural = digits.empty() ? 0 : whole<std::uint64_t>(digits);
  }
  if (!number.natural && number.integer && *number.integer >= 0) {
    number.natural = static_cast<std::uint64_t>(*number.integer);
  }
  return number;
}

}  // namespace cantrail::dbc
