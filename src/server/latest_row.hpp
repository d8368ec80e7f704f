// One message's (or other stream's) latest row, as the live state, the components and the server share it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/time.hpp"
#include "server/earlier_values.hpp"

namespace cantrail::server {

inline constexpr std::uint32_t kStaleAfterMs = 5000;  // of streams that declare no cycle time

// One message's (or other stream's) latest row, copied out of its batch.
struct LatestRow {
  std::string channel;  // empty for streams without one
  std::string message;
  std::optional<std::uint32_t> id;  // as RowFrames say
  WallTime time;                    // of the row, as stamped
  // When the node got it, for its age: nullopt for a restored row, whose age counts from `time`.
  std::optional<MonoTime> seen;
  std::uint32_t stale_after_ms = kStaleAfterMs;  // an older row is shown as stale
  std::uint64_t version = 0;                     // grows with every update of any row
  std::uint64_t rows = 0;                        // seen since start; given to update(): how many more
  bool stale = false;                            // restored from the history: not seen since this start
  std::vector<std::uint8_t> data;                // of the frame, as RowFrames say
  std::string signals;                           // JSON object, 64-bit integers beyond 2^53 as strings
  std::string labels;                            // JSON object
  std::string quality;                           // JSON object: why signals are absent; empty: none is
  std::vector<EarlierSignal> earlier;            // that this row does not have and one before it had
  std::shared_ptr<const std::string> units;  // JSON object, the same for all rows of a stream; may be nullptr
};

[[nodiscard]] Duration age_of(const LatestRow& row, const ClockPair& now);  // never negative
[[nodiscard]] bool is_stale(const LatestRow& row, const ClockPair& now);

}  // namespace cantrail::server
