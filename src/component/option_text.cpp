#include "component/option_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <type_traits>
#include <utility>

#include "base/rate.hpp"
#include "base/text.hpp"

namespace cantrail {
namespace {

// format_duration() and format_bytes() round for the eye and put spaces between; the file wants neither.
std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
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
  return quoted_text(value);
}
std::string written(Duration value) {
  return quoted_text(exact_duration(value));
}
std::string written(const Bytes& value) {
  return quoted_text(exact_bytes(value.count));
}
std::string written(const Path& value) {
  return quoted_text(value.value);
}
std::string written(const Rate& value) {
  return quoted_text(format_rate(value.per_second));
}
std::string written(const Bandwidth& value) {
  return quoted_text(exact_bytes(static_cast<std::uint64_t>(std::llround(value.bytes_per_second))) + "/s");
}
std::string written(const Secret& value) {
  return value.value.empty() ? "" : "\"***\"";
}
std::string written(const Template& value) {
  return quoted_text(value.text);
}
std::string written(const FieldReference& value) {
  return quoted_text(value.text);
}
std::string written(const StreamGlob& value) {
  return quoted_text(value.glob);
}
std::string written(const Point& value) {
  return "[" + written(value.x) + ", " + written(value.y) + "]";
}
std::string written(const NamedTemplate& value) {
  return quoted_text(value.name) + " = " + written(value.text);
}
std::string written(const NamedRate& value) {
  return quoted_text(value.name) + " = " + written(value.rate);
}
std::string written(const TemplateRule& value) {
  return written(value.streams) + " = " + written(value.text);
}
template <class T>
std::string written(const std::vector<T>& values) {
  constexpr bool is_table =
      std::is_same_v<T, NamedTemplate> || std::is_same_v<T, TemplateRule> || std::is_same_v<T, NamedRate>;
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + written(value);
  if (is_table) return text.empty() ? "{}" : "{ " + text + " }";
  return "[" + text + "]";
}
std::string written(const Keep& value) {
  const std::vector<std::string> words = keep_words(value);
  return words.size() == 1 ? quoted_text(words.front()) : written(words);
}
template <class T>
std::string written(const std::optional<T>& value) {
  return value ? written(*value) : std::string{};
}

}  // namespace

std::string quoted_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04X", static_cast<unsigned>(c));
      result += escaped.data();
    } else {
      result += c;
    }
  }
  return result + '"';
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

std::string bandwidth_text(double bytes_per_second) {
  return bytes_text(bytes_per_second) + "/s";
}

std::string range_text(const OptionSpec& spec) {
  const bool is_time = std::holds_alternative<Duration*>(spec.target) ||
                       std::holds_alternative<std::optional<Duration>*>(spec.target);
  const bool is_size = std::holds_alternative<Bytes*>(spec.target) ||
                       std::holds_alternative<std::optional<Bytes>*>(spec.target);
  const bool is_rate = std::holds_alternative<Rate*>(spec.target) ||
                       std::holds_alternative<std::optional<Rate>*>(spec.target) ||
                       std::holds_alternative<std::vector<NamedRate>*>(spec.target);
  const bool is_bandwidth = std::holds_alternative<Bandwidth*>(spec.target) ||
                            std::holds_alternative<std::optional<Bandwidth>*>(spec.target);
  const auto show = is_time        ? seconds_text
                    : is_size      ? bytes_text
                    : is_rate      ? format_rate
                    : is_bandwidth ? bandwidth_text
                                   : number_text;
  if (spec.minimum && spec.minimum == spec.maximum) return show(*spec.minimum);
  if (spec.minimum && spec.maximum) return show(*spec.minimum) + " to " + show(*spec.maximum);
  if (spec.minimum) return "at least " + show(*spec.minimum);
  if (spec.maximum) return "at most " + show(*spec.maximum);
  return {};
}

std::string choices_text(const OptionSpec& spec) {
  std::string text;
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    if (i != 0) text += i + 1 == spec.choices.size() ? " or " : ", ";
    text += quoted_text(spec.choices[i]);
  }
  return text;
}

std::string type_text(const OptionSpec& spec) {
  constexpr std::array<const char*, std::variant_size_v<OptionTarget>> kTypes{
      "true or false",
      "whole number",
      "number",
      "string",
      "time",
      "size",
      "path",
      "list of strings",
      "list of paths",
      "whole number",
      "number",
      "time",
      "size",
      "rate",
      "bandwidth",
      "limits",
      "secret",
      "template",
      "field",
      "list of patterns",
      "table of templates",
      "table from patterns to templates",
      "rate",
      "bandwidth",
      "limits",
      "string",
      "list of numbers",
      "list of whole numbers",
      "list of pairs of numbers",
      "table of rates"};
  return kTypes[spec.target.index()];
}

std::string key_of(const OptionSpec& spec) {
  return spec.name + (std::holds_alternative<Secret*>(spec.target) ? "_file" : "");
}

std::string value_text(const OptionSpec& spec) {
  return std::visit([](const auto* target) { return written(*target); }, spec.target);
}

std::string default_text(const OptionSpec& spec) {
  std::string text = value_text(spec);
  return text == "\"\"" || text == "[]" || text == "{}" ? std::string{} : text;
}

}  // namespace cantrail
