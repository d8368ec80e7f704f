#include "component/toml/quantity_advice.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/rate.hpp"
#include "base/text.hpp"

namespace cantrail {
namespace {

using Spelling = std::pair<std::string_view, std::string_view>;

constexpr std::array kTimeSpellings{
    Spelling{"sec", "s"},   Spelling{"secs", "s"},    Spelling{"second", "s"}, Spelling{"seconds", "s"},
    Spelling{"min", "m"},   Spelling{"mins", "m"},    Spelling{"minute", "m"}, Spelling{"minutes", "m"},
    Spelling{"hr", "h"},    Spelling{"hrs", "h"},     Spelling{"hour", "h"},   Spelling{"hours", "h"},
    Spelling{"day", "d"},   Spelling{"days", "d"},    Spelling{"week", "w"},   Spelling{"weeks", "w"},
    Spelling{"msec", "ms"}, Spelling{"millis", "ms"}, Spelling{"usec", "us"},  Spelling{"\u00B5s", "us"}};

constexpr std::array kByteSpellings{Spelling{"b", "B"},     Spelling{"k", "KB"},    Spelling{"m", "MB"},
                                    Spelling{"g", "GB"},    Spelling{"t", "TB"},    Spelling{"kb", "KB"},
                                    Spelling{"mb", "MB"},   Spelling{"gb", "GB"},   Spelling{"tb", "TB"},
                                    Spelling{"kib", "KiB"}, Spelling{"mib", "MiB"}, Spelling{"gib", "GiB"},
                                    Spelling{"tib", "TiB"}, Spelling{"ki", "KiB"},  Spelling{"mi", "MiB"},
                                    Spelling{"gi", "GiB"},  Spelling{"bytes", "B"}};

std::string without_spaces_lower(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '_') {
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return result;
}

// The number as written, with the unit as it should have been written.
std::optional<std::string> respelled(std::string_view text, std::span<const Spelling> spellings) {
  const std::string plain = without_spaces_lower(text);
  const std::size_t digits = std::min(plain.find_first_not_of("0123456789."), plain.size());
  const std::string_view unit = std::string_view(plain).substr(digits);
  const auto found = std::find_if(spellings.begin(), spellings.end(),
                                  [&](const Spelling& spelling) { return spelling.first == unit; });
  if (digits == 0 || found == spellings.end()) return std::nullopt;
  return plain.substr(0, digits) + std::string(found->second);
}

}  // namespace

std::optional<std::string> advise_duration(std::string_view text) {
  const std::string plain = without_spaces_lower(text);
  if (parse_duration(plain)) return plain;
  if (parse_duration(plain + "s")) return plain + "s";
  auto advice = respelled(text, kTimeSpellings);
  return advice && parse_duration(*advice) ? advice : std::nullopt;
}

std::optional<std::string> advise_bytes(std::string_view text) {
  auto advice = respelled(text, kByteSpellings);
  return advice && parse_bytes(*advice) ? advice : std::nullopt;
}

std::optional<std::string> advise_rate(std::string_view text) {
  std::string plain = without_spaces_lower(text);
  if (parse_rate(plain)) return plain;
  for (const std::string_view unit : {"hz", "persecond", "ps", ""}) {
    if (!plain.ends_with(unit)) continue;
    const std::string advice = plain.substr(0, plain.size() - unit.size()) + "/s";
    if (parse_rate(advice)) return advice;
  }
  const std::size_t slash = plain.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto period = respelled("1" + plain.substr(slash + 1), kTimeSpellings);
  if (!period) return std::nullopt;
  plain = plain.substr(0, slash + 1) + period->substr(1);
  return parse_rate(plain) ? std::optional(plain) : std::nullopt;
}

std::optional<std::string> advise_bandwidth(std::string_view text) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  if (parse_bandwidth(std::string(text) + "/s")) return std::string(text) + "/s";
  const auto bytes = advise_bytes(text);
  return bytes ? std::optional(*bytes + "/s") : std::nullopt;
}

}  // namespace cantrail
