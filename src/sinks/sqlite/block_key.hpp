// How packed rows and rollups are found: by the number of their stretch of time since 1970, then by stream,
// then by the order in which they were stored. What is new is appended, and what one question needs lies at
// places that can be computed.
#pragma once

#include <cstdint>

namespace cantrail::sqlite {

inline constexpr int kStreamBits = 18, kTurnBits = 16;
inline constexpr std::int64_t kMostStreams = std::int64_t{1} << kStreamBits;
inline constexpr std::int64_t kMostTurns = std::int64_t{1} << kTurnBits;

inline constexpr std::int64_t kSecondNs = 1'000'000'000;
inline constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
inline constexpr std::int64_t kHourNs = 60 * kMinuteNs;

[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
// How far into its minute a time is. The minute may begin before what 64 bits of nanoseconds hold.
[[nodiscard]] constexpr std::int64_t ns_into_minute(std::int64_t time_ns, std::int64_t minute) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time_ns) -
                                   static_cast<std::uint64_t>(minute) * std::uint64_t{kMinuteNs});
}
// With stretches of a minute 64 bits reach from 1677 to 2262, as nanoseconds do.
[[nodiscard]] constexpr std::int64_t block_key(std::int64_t block, std::int64_t stream,
                                               std::int64_t turn = 0) {
  return block * (kMostStreams * kMostTurns) + stream * kMostTurns + turn;
}
[[nodiscard]] constexpr std::int64_t block_of_key(std::int64_t key) {
  return floor_div(key, kMostStreams * kMostTurns);
}
[[nodiscard]] constexpr std::int64_t stream_of_key(std::int64_t key) {
  return (key >> kTurnBits) & (kMostStreams - 1);
}

}  // namespace cantrail::sqlite
