// Two clocks that must not be mixed up: wall time (what a calendar says, may step) and monotonic time (never
// steps, means nothing outside one boot). Both count int64 nanoseconds.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

using Duration = std::chrono::nanoseconds;

template <class Tag>
struct TimePoint {
  std::int64_t ns = 0;

  constexpr auto operator<=>(const TimePoint&) const = default;
  friend constexpr TimePoint operator+(TimePoint t, Duration d) { return {t.ns + d.count()}; }
  friend constexpr TimePoint operator-(TimePoint t, Duration d) { return {t.ns - d.count()}; }
  friend constexpr Duration operator-(TimePoint a, TimePoint b) { return Duration(a.ns - b.ns); }
};

using WallTime = TimePoint<struct WallTag>;  // ns since 1970-01-01T00:00:00Z
using MonoTime = TimePoint<struct MonoTag>;  // CLOCK_MONOTONIC

// Both clocks read at (nearly) the same moment: relates an epoch's monotonic time to the calendar.
struct ClockPair {
  MonoTime mono;
  WallTime wall;
};

// "2026-11-21T07:49:00.123456789Z": always UTC, always nine digits.
[[nodiscard]] std::string to_rfc3339(WallTime time);

// Accepts RFC 3339 (any offset, 0–9 fraction digits, 'T' or space) and epoch seconds ("1700000000",
// "1700000000.5"). Exact to the nanosecond. nullopt for anything else, also when out of the int64 range.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text);

// Seconds with nine decimals from ns, exact: "1700000000.123456789", "-0.000000001".
[[nodiscard]] std::string to_seconds(WallTime time);

}  // namespace cantrail
