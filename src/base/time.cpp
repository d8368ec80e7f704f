#include "base/time.hpp"

#include <cstdio>
#include <limits>

namespace cantrail {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes exactly `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" to nanoseconds; at most nine digits.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t value = 0;
  int digits = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (++digits > 9) return std::nullopt;
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

std::optional<WallTime> from_parts(std::int64_t seconds, std::int64_t fraction_ns) {
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &ns) || __builtin_add_overflow(ns, fraction_ns, &ns)) {
    return std::nullopt;
  }
  return WallTime{ns};
}

std::optional<WallTime> parse_epoch(std::string_view text) {
  const bool negative = take(text, '-');
  std::int64_t seconds = 0;
  std::size_t digits = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (++digits > 10) return std::nullopt;  // more would not fit int64 nanoseconds
    seconds = seconds * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction || !text.empty()) return std::nullopt;
  return negative ? from_parts(-seconds, -*fraction) : from_parts(seconds, *fraction);
}

// "+02:00", "-0130", "Z" as seconds east of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  (void)take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const int seconds = *hours * 3600 + *minutes * 60;
  return east ? seconds : -seconds;
}

}  // namespace

std::string to_rfc3339(WallTime time) {
  using namespace std::chrono;
  // Seconds and their fraction apart: a whole day before the first nanosecond would not fit.
  const std::int64_t fraction = (time.ns % kSecond + kSecond) % kSecond;
  const auto point = sys_seconds(seconds(time.ns / kSecond - (time.ns % kSecond < 0 ? 1 : 0)));
  const auto day = floor<days>(point);
  const year_month_day date(day);
  const hh_mm_ss clock(point - day);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09lldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<long long>(fraction));
  return text;
}

std::optional<WallTime> parse_time(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 11 || text[4] != '-') return parse_epoch(text);
  const auto year_number = take_digits(text, 4);
  if (!year_number || !take(text, '-')) return std::nullopt;
  const auto month_number = take_digits(text, 2);
  if (!month_number || !take(text, '-')) return std::nullopt;
  const auto day_number = take_digits(text, 2);
  if (!day_number) return std::nullopt;
  const year_month_day date{year(*year_number), month(static_cast<unsigned>(*month_number)),
                            day(static_cast<unsigned>(*day_number))};
  if (!date.ok() || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59 || !take(text, ':')) return std::nullopt;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;  // 60: a leap second counts as the next second
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::int64_t day_seconds = sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  return from_parts(
      day_seconds + std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60 + *seconds - *offset,
      *fraction);
}

std::string to_seconds(WallTime time) {
  const bool negative = time.ns < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(time.ns) : static_cast<std::uint64_t>(time.ns);
  char text[40];
  std::snprintf(text, sizeof text, "%s%llu.%09llu", negative ? "-" : "",
                static_cast<unsigned long long>(magnitude / kSecond),
                static_cast<unsigned long long>(magnitude % kSecond));
  return text;
}

}  // namespace cantrail
