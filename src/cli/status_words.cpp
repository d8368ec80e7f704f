#include "cli/status_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kToTheSecond = 19;  // "2026-11-21T07:49:00"

std::string with_decimals(double value, int decimals, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, unit);
  return text.data();
}

std::string two_units(std::uint64_t large, const char* unit, std::uint64_t small, const char* small_unit) {
  return format_count(large) + " " + unit +
         (small == 0 ? "" : " " + std::to_string(small) + " " + small_unit);
}

std::string last_step(const json::object& clock) {
  const json::value* steps = clock.if_contains("last_steps");
  if (steps == nullptr || steps->as_array().empty()) return "";
  const json::object& step = steps->as_array().back().as_object();
  const double by_ms = step.at("by_ms").to_number<double>();
  const std::string at(std::string_view(step.at("to").as_string()).substr(0, kToTheSecond));
  const auto count = clock.at("steps").to_number<std::uint64_t>();
  return std::string(by_ms > 0 ? ", set forward " : ", set back ") + rough_duration(std::abs(by_ms) / 1000) +
         " at " + at + "Z" + (count > 1 ? ", set " + format_count(count) + " times" : "");
}

}  // namespace

std::string rough_duration(double seconds) {
  if (seconds < 0.0995) return with_decimals(seconds * 1000, 0, "ms");
  if (seconds < 9.95) return with_decimals(seconds, 1, "s");
  if (seconds < 99.5) return with_decimals(seconds, 0, "s");
  const auto minutes = static_cast<std::uint64_t>(std::round(seconds / 60));
  if (minutes < 60) return format_count(minutes) + " min";
  if (minutes < std::uint64_t{24} * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
  const auto hours = static_cast<std::uint64_t>(std::round(seconds / 3600));
  const std::uint64_t days = hours / 24;
  if (days > 365) return with_decimals(static_cast<double>(days) / 365, 1, "years");
  return two_units(days, "d", days < 30 ? hours % 24 : 0, "h");
}

std::string clock_text(const json::object* clock) {
  if (clock == nullptr) return "not known";
  std::string text = "not synchronised";
  if (clock->at("synchronised").as_bool()) {
    text = "synchronised";
    if (const json::value& error_ms = clock->at("error_ms"); !error_ms.is_null()) {
      text += " ± " + rough_duration(std::max(1.0, error_ms.to_number<double>()) / 1000);
    }
  }
  return text + last_step(*clock);
}

std::string holds_text(double seconds) {
  const auto hours = static_cast<std::uint64_t>(seconds / 3600);
  if (hours == 0) return "holds less than 1 h at this rate";
  const std::string days = hours >= 24 ? format_count(hours / 24) + " d " : "";
  return "holds " + days + std::to_string(hours % 24) + " h at this rate";
}

}  // namespace cantrail::cli
