#include "component/option_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.hpp"

namespace cantrail {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// format_duration() and format_bytes() round for the eye and put spaces between; the file wants neither.
std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string exact_bytes(std::uint64_t count) {
  std::string text = without_spaces(format_bytes(count));
  if (parse_bytes(text) == count) return text;
  for (const auto& [factor, unit] : {std::pair(1'000'000'000U, "GB"), {1'000'000U, "MB"}, {1'000U, "KB"}}) {
    if (count % factor == 0) return std::to_string(count / factor) + unit;
  }
  return std::to_string(count) + "B";
}

std::string exact_duration(Duration value) {
  std::string text = without_spaces(format_duration(value));
  return parse_duration(text) == value ? text : std::to_string(value.count()) + "ns";
}

std::string written(bool value) {
  return value ? "true" : "false";
}
std::string written(std::int64_t value) {
  return std::to_string(value);
}
std::string written(double value) {
  std::string text = number_text(value);
  std::erase(text, ',');
  return text;
}
std::string written(const std::string& value) {
  return quoted(value);
}
std::string written(Duration value) {
  return quoted(exact_duration(value));
}
std::string written(const Bytes& value) {
  return quoted(exact_bytes(value.count));
}
std::string written(const Path& value) {
  return quoted(value.value);
}
template <class T>
std::string written(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + written(value);
  return text + "]";
}
template <class T>
std::string written(const std::optional<T>& value) {
  return value ? written(*value) : std::string{};
}

}  // namespace

std::string number_text(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) {
    const auto whole = static_cast<std::int64_t>(number);
    return whole < 0 ? "-" + format_count(static_cast<std::uint64_t>(-whole))
                     : format_count(static_cast<std::uint64_t>(whole));
  }
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string seconds_text(double seconds) {
  return format_duration(Duration(std::llround(seconds * 1e9)));
}

std::string bytes_text(double bytes) {
  return format_bytes(static_cast<std::uint64_t>(bytes));
}

std::string range_text(const OptionSpec& spec) {
  const bool is_time = std::holds_alternative<Duration*>(spec.target) ||
                       std::holds_alternative<std::optional<Duration>*>(spec.target);
  const bool is_size = std::holds_alternative<Bytes*>(spec.target) ||
                       std::holds_alternative<std::optional<Bytes>*>(spec.target);
  const auto show = is_time ? seconds_text : is_size ? bytes_text : number_text;
  if (spec.minimum && spec.maximum) return show(*spec.minimum) + " to " + show(*spec.maximum);
  if (spec.minimum) return "at least " + show(*spec.minimum);
  if (spec.maximum) return "at most " + show(*spec.maximum);
  return {};
}

std::string choices_text(const OptionSpec& spec) {
  std::string text;
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    if (i != 0) text += i + 1 == spec.choices.size() ? " or " : ", ";
    text += quoted(spec.choices[i]);
  }
  return text;
}

std::string type_text(const OptionSpec& spec) {
  constexpr std::array<const char*, std::variant_size_v<OptionTarget>> kTypes{
      "true or false",   "whole number",  "number",       "string", "time", "size", "path",
      "list of strings", "list of paths", "whole number", "number", "time", "size"};
  return kTypes[spec.target.index()];
}

std::string value_text(const OptionSpec& spec) {
  return std::visit([](const auto* target) { return written(*target); }, spec.target);
}

}  // namespace cantrail
