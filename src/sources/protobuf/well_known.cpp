#include "sources/protobuf/well_known.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace cantrail::protobuf {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;
constexpr std::int64_t kFirstSecond = -62'135'596'800, kLastSecond = 253'402'300'799;  // of years 1 to 9999
constexpr std::int64_t kLongest = 315'576'000'000;  // seconds of a Duration

template <class... Values>
void append_formatted(std::string& out, const char* format, Values... values) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, values...);
  out.append(text.data(), static_cast<std::size_t>(length));
}

// Behind the point none, three, six or nine digits.
void append_fraction(std::string& out, std::int32_t nanos) {
  if (nanos == 0) return;
  if (nanos % 1'000'000 == 0) return append_formatted(out, ".%03d", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return append_formatted(out, ".%06d", nanos / 1'000);
  append_formatted(out, ".%09d", nanos);
}

}  // namespace

bool read_seconds(ByteSpan bytes, SecondsAndNanos& out) {
  WireReader wire(bytes);
  Tag tag;
  while (!wire.at_end()) {
    if (!wire.tag(tag)) return false;
    std::uint64_t value = 0;
    if (tag.type != WireType::varint || tag.number > 2) {
      if (!wire.skip(tag)) return false;
      continue;
    }
    if (!wire.varint(value)) return false;
    if (tag.number == 1) {
      out.seconds = static_cast<std::int64_t>(value);
    } else {
      out.nanos = static_cast<std::int32_t>(value);
    }
  }
  return true;
}

std::optional<std::int64_t> nanoseconds(const SecondsAndNanos& time) {
  // The first second that 64 bits can hold begins before they do.
  const bool before = time.seconds < 0 && time.nanos > 0;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(time.seconds + (before ? 1 : 0), kNanos, &ns)) return std::nullopt;
  if (__builtin_add_overflow(ns, std::int64_t{time.nanos} - (before ? kNanos : 0), &ns)) return std::nullopt;
  return ns;
}

double seconds(const SecondsAndNanos& duration) {
  return static_cast<double>(duration.seconds) + static_cast<double>(duration.nanos) / 1e9;
}

bool append_timestamp(std::string& out, const SecondsAndNanos& time) {
  if (time.seconds < kFirstSecond || time.seconds > kLastSecond || time.nanos < 0 || time.nanos >= kNanos)
    return false;
  const std::chrono::sys_seconds at{std::chrono::seconds(time.seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  append_formatted(out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                   static_cast<int>(clock.seconds().count()));
  append_fraction(out, time.nanos);
  out += 'Z';
  return true;
}

bool append_duration(std::string& out, const SecondsAndNanos& duration) {
  const bool mixed =
      (duration.seconds < 0 && duration.nanos > 0) || (duration.seconds > 0 && duration.nanos < 0);
  if (duration.seconds < -kLongest || duration.seconds > kLongest || mixed || duration.nanos <= -kNanos ||
      duration.nanos >= kNanos) {
    return false;
  }
  if (duration.seconds < 0 || duration.nanos < 0) out += '-';
  append_formatted(out, "%lld", static_cast<long long>(std::llabs(duration.seconds)));
  append_fraction(out, std::abs(duration.nanos));
  out += 's';
  return true;
}

}  // namespace cantrail::protobuf
