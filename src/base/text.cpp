#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace cantrail {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

struct NamedFactor {
  std::string_view name;
  double factor;
};

constexpr std::array kByteUnits{NamedFactor{"TiB", 1099511627776.0},
                                NamedFactor{"GiB", 1073741824.0},
                                NamedFactor{"MiB", 1048576.0},
                                NamedFactor{"KiB", 1024.0},
                                NamedFactor{"TB", 1e12},
                                NamedFactor{"GB", 1e9},
                                NamedFactor{"MB", 1e6},
                                NamedFactor{"KB", 1e3},
                                NamedFactor{"kB", 1e3},
                                NamedFactor{"B", 1.0}};

constexpr std::array kTimeUnits{
    NamedFactor{"y", 31536000e9}, NamedFactor{"w", 604800e9}, NamedFactor{"d", 86400e9},
    NamedFactor{"h", 3600e9},     NamedFactor{"ms", 1e6},     NamedFactor{"m", 60e9},
    NamedFactor{"s", 1e9},        NamedFactor{"us", 1e3},     NamedFactor{"ns", 1.0}};

// A non-negative decimal number off the front.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9')))
    return std::nullopt;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error == std::errc::result_out_of_range && text.front() >= '1' && text.front() <= '9') {
    value = std::numeric_limits<double>::infinity();
  } else if (error != std::errc{}) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

constexpr double kMost = 9.2e18;  // bytes or nanoseconds that still fit a signed 64-bit number

template <std::size_t N>
std::optional<double> unit_factor(const std::array<NamedFactor, N>& units, std::string_view name) {
  for (const NamedFactor& unit : units) {
    if (unit.name == name) return unit.factor;
  }
  return std::nullopt;
}

std::optional<double> measured_bytes(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  const auto factor = text.empty() ? 1.0 : unit_factor(kByteUnits, trim(text));
  if (!factor) return std::nullopt;
  return *number * *factor;
}

std::optional<double> measured_ns(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total_ns = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
    const auto factor = unit_factor(kTimeUnits, text.substr(0, length));
    if (!factor) return std::nullopt;
    total_ns += *number * *factor;
    text.remove_prefix(length);
  }
  return total_ns;
}

void append_utf8(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string format_short(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 && value != std::floor(value) ? "%.1f" : "%.0f", value);
  return text;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best = allowed + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word.substr(0, 64), std::string_view(candidate).substr(0, 64));
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const auto bytes = measured_bytes(text);
  if (!bytes || *bytes >= kMost) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

bool is_too_many_bytes(std::string_view text) {
  return measured_bytes(text).value_or(0) >= kMost;
}

std::string format_bytes(std::uint64_t bytes) {
  const double value = static_cast<double>(bytes);
  for (const NamedFactor& unit : {kByteUnits[1], kByteUnits[2], kByteUnits[3]}) {
    if (value >= unit.factor) return format_short(value / unit.factor) + " " + std::string(unit.name);
  }
  return std::to_string(bytes) + " B";
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto ns = measured_ns(text);
  if (!ns || *ns >= kMost) return std::nullopt;
  return Duration(std::llround(*ns));
}

bool is_too_long_duration(std::string_view text) {
  return measured_ns(text).value_or(0) >= kMost;
}

std::string format_duration(Duration duration) {
  const std::int64_t ns = duration.count();
  if (ns < 0) return "-" + format_duration(-duration);
  if (ns < 1'000) return std::to_string(ns) + "ns";
  if (ns < 1'000'000) return format_short(static_cast<double>(ns) / 1e3) + "us";
  if (ns < 1'000'000'000) return format_short(static_cast<double>(ns) / 1e6) + "ms";
  const std::int64_t seconds = ns / 1'000'000'000;
  if (seconds < 60) return format_short(static_cast<double>(ns) / 1e9) + "s";
  const auto two = [](std::int64_t big, const char* a, std::int64_t small, const char* b) {
    return std::to_string(big) + a + (small != 0 ? " " + std::to_string(small) + b : "");
  };
  if (seconds < 3600) return two(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
  return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return format_count(count) + " " + std::string(noun) +
         (count == 1             ? ""
          : noun.ends_with("ch") ? "es"
                                 : "s");
}

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  if (text.empty()) return 0;
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = static_cast<unsigned char>(text.front()) < 0x80 ? 1 : utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string cp1252_to_utf8(std::string_view text) {
  // 0x80–0x9F, from the WHATWG encoding standard; 0 = undefined.
  constexpr std::array<char16_t, 32> kHigh{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                           0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                           0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte <= 0x9F) {
      const char16_t code = kHigh[byte - 0x80];
      append_utf8(out, code != 0 ? code : 0xFFFD);
    } else {
      append_utf8(out, byte);
    }
  }
  return out;
}

std::string as_utf8(const std::string& text) {
  return is_valid_utf8(text) ? text : cp1252_to_utf8(text);
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= limit) return out + "…";
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
      out += escaped;
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

std::string to_hex(std::span<const std::uint8_t> bytes, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

}  // namespace cantrail
