#include "base/rate.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.hpp"

namespace cantrail {
namespace {

using Unit = std::pair<std::string_view, double>;
constexpr std::array kUnits{Unit{"s", 1.0}, Unit{"min", 60.0}, Unit{"h", 3600.0}, Unit{"d", 86400.0}};

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) && !std::signbit(value) ? std::optional(value) : std::nullopt;
}

// "s", "min" and "10s" alike.
std::optional<double> parse_period_s(std::string_view text) {
  if (text == "min") return 60.0;
  const bool is_unit = text.find_first_of(".0123456789") == std::string_view::npos;
  const auto period = parse_duration(is_unit ? "1" + std::string(text) : std::string(text));
  if (!period || period->count() == 0) return std::nullopt;
  return static_cast<double>(period->count()) / 1e9;
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

std::optional<double> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, slash));
  const auto period = parse_period_s(text.substr(slash + 1));
  return number && period ? std::optional(*number / *period) : std::nullopt;
}

std::string format_rate(double per_second) {
  for (const auto& [unit, seconds] : kUnits) {
    const double number = per_second * seconds;
    const double whole = std::round(number);
    if (std::abs(number - whole) <= 1e-9 * std::abs(whole)) {
      return shortest(whole) + "/" + std::string(unit);
    }
  }
  return shortest(per_second) + "/s";
}

std::optional<double> parse_bandwidth(std::string_view text) {
  if (!text.ends_with("B/s")) return std::nullopt;
  const auto bytes = parse_bytes(text.substr(0, text.size() - 2));
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

}  // namespace cantrail
