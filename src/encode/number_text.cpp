#include "encode/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace cantrail::encode {
namespace {

constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[i * 2] = static_cast<char>('0' + i / 10);
    pairs[i * 2 + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// Writes the digits that end at `end`; returns where they begin.
char* put_digits_before(char* end, std::uint64_t value) {
  while (value >= 100) {
    end -= 2;
    std::memcpy(end, &kPairs[value % 100 * 2], 2);
    value /= 100;
  }
  if (value >= 10) {
    end -= 2;
    std::memcpy(end, &kPairs[value * 2], 2);
  } else {
    *--end = static_cast<char>('0' + value);
  }
  return end;
}

void append_magnitude(std::string& out, bool negative, std::uint64_t magnitude) {
  std::array<char, 24> text;
  char* const end = text.data() + text.size();
  char* begin = put_digits_before(end, magnitude);
  if (negative) *--begin = '-';
  out.append(begin, static_cast<std::size_t>(end - begin));
}

// A value that is a decimal of at most six places and 15 digits, as most signals are (a small integer times
// 0.01). Such a decimal is the shortest text of its double, because decimals of up to 15 digits are all
// different doubles: dividing one exact double by another rounds once, like reading the text does.
bool append_short_decimal(std::string& out, double value) {
  constexpr double kScale = 1e6;
  const double magnitude = std::fabs(value);
  if (!(magnitude < 1e9) || (magnitude < 1e-3 && magnitude != 0) || (value == 0 && std::signbit(value))) {
    return false;
  }
  // Rounded wrong or not, the next line refuses what does not come back; std::lround is a call.
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  const auto scaled = static_cast<std::uint64_t>(magnitude * kScale + 0.5);
  if (static_cast<double>(scaled) / kScale != magnitude) return false;
  std::array<char, 32> text;
  char* const end = text.data() + text.size();
  std::uint64_t fraction = scaled % 1'000'000;
  std::size_t places = 6;
  while (places > 1 && fraction % 10 == 0) {
    fraction /= 10;
    --places;
  }
  char* begin = end;
  for (std::size_t i = 0; i < places; ++i, fraction /= 10) *--begin = static_cast<char>('0' + fraction % 10);
  *--begin = '.';
  begin = put_digits_before(begin, scaled / 1'000'000);
  if (value < 0) *--begin = '-';
  out.append(begin, static_cast<std::size_t>(end - begin));
  return true;
}

}  // namespace

void append_integer(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  append_magnitude(out, value < 0, value < 0 ? 0 - bits : bits);
}

void append_unsigned(std::string& out, std::uint64_t value) {
  append_magnitude(out, false, value);
}

void append_double(std::string& out, double value) {
  if (append_short_decimal(out, value)) return;
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  std::array<char, 32> text;  // the longest is "-2.2250738585072014e-308"
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size() - 2, value);
  const std::string_view written(text.data(), static_cast<std::size_t>(end - text.data()));
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_seconds(std::string& out, WallTime time) {
  const auto bits = static_cast<std::uint64_t>(time.ns);
  const std::uint64_t magnitude = time.ns < 0 ? 0 - bits : bits;
  std::array<char, 32> text;
  char* const end = text.data() + text.size();
  std::uint64_t fraction = magnitude % 1'000'000'000;
  char* begin = end;
  for (int i = 0; i < 4; ++i, fraction /= 100) {
    begin -= 2;
    std::memcpy(begin, &kPairs[fraction % 100 * 2], 2);
  }
  *--begin = static_cast<char>('0' + fraction);
  *--begin = '.';
  begin = put_digits_before(begin, magnitude / 1'000'000'000);
  if (time.ns < 0) *--begin = '-';
  out.append(begin, static_cast<std::size_t>(end - begin));
}

bool append_scalar(std::string& out, const StreamBlock& block, std::size_t field, std::size_t row,
                   FieldType type) {
  switch (type) {
    case FieldType::f64:
      append_double(out, block.f64(field)[row]);
      return true;
    case FieldType::i64:
      append_integer(out, block.i64(field)[row]);
      return true;
    case FieldType::u64:
      append_unsigned(out, block.u64(field)[row]);
      return true;
    case FieldType::boolean:
      out += block.word(field, row) != 0 ? "true" : "false";
      return true;
    case FieldType::text:
    case FieldType::blob:
      break;
  }
  return false;
}

}  // namespace cantrail::encode
