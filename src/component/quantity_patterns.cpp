#include "component/quantity_patterns.hpp"

#include <initializer_list>
#include <string_view>

namespace cantrail {
namespace {

constexpr std::string_view kNumber = R"((?:[0-9]+\.?[0-9]*|\.[0-9]+))";
constexpr std::string_view kNumberOverZero = R"((?:[0-9]*[1-9][0-9]*\.?[0-9]*|[0-9]*\.[0-9]*[1-9][0-9]*))";
constexpr std::string_view kTimeUnit = "(?:ns|us|ms|s|m|h|d|w|y)";
constexpr std::string_view kByteUnit = "(?:[kKMGT]?B|[KMGT]iB)";
constexpr std::string_view kSpace = R"([ \t]*)";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string pattern;
  for (const std::string_view part : parts) pattern += part;
  return pattern;
}

std::string whole(const std::string& pattern) {
  return "^" + pattern + "$";
}

std::string duration() {
  return joined({"(?:", kNumber, kTimeUnit, ")+"});
}

// What stands for itself in a regular expression.
std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{}/)").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

std::string duration_pattern() {
  return whole(duration());
}

std::string bytes_pattern() {
  return whole(joined({kNumber, kSpace, kByteUnit, kSpace}));
}

std::string rate_pattern() {
  const std::string period = joined({kNumberOverZero, kTimeUnit, "(?:", duration(), ")?"});
  return whole(joined({kNumber, "/(?:min|", kTimeUnit, "|", period, ")"}));
}

std::string bandwidth_pattern() {
  return whole(joined({kNumber, kSpace, kByteUnit, "/s"}));
}

std::string keep_pattern() {
  const std::string rows = joined({"[0-9,_]*[0-9][0-9,_]*", kSpace, "rows"});
  const std::string bytes = joined({kNumber, kSpace, kByteUnit});
  return whole(joined({kSpace, "(?:forever|", rows, "|", duration(), "|", bytes, ")", kSpace}));
}

std::string template_pattern(const OptionSpec& spec) {
  std::string names;
  for (const std::string& name : spec.placeholders) names += (names.empty() ? "" : "|") + literal(name);
  if (spec.references) names += std::string(names.empty() ? "" : "|") + R"([^{}]*\.[^{}]*)";
  const std::string placeholder = names.empty() ? "" : joined({R"(|\{(?:)", names, R"()\})"});
  return whole(joined({R"((?:[^{}]|\{\{|\}\})", placeholder, ")*"}));
}

}  // namespace cantrail
