// Where one recording ends and the next begins: the option `split`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/status.hpp"
#include "base/time.hpp"

namespace cantrail::mcap_sink {

// The first limit that is reached counts. Times are those at which batches were sealed: the clock of the
// node, which all sources share, whatever times their records have. A replay of the journal splits at the
// same places.
struct Split {
  std::optional<Duration> time;        // from one mark of the clock (UTC) to the next: "1h"
  std::optional<std::uint64_t> bytes;  // of the file: "512MiB"
  bool trip = false;                   // "trip": where there were no frames for trip_gap
  Duration trip_gap = std::chrono::minutes(5);

  // Whether a batch of `now` belongs to another recording than one that began at `start`. A clock that goes
  // back a little begins none.
  [[nodiscard]] bool ends_by_time(WallTime start, WallTime now) const;
  // Whether frames of `now` begin another trip than those of `last`.
  [[nodiscard]] bool ends_by_trip(WallTime last, WallTime now) const;
};

inline constexpr Duration kLeastSplit = std::chrono::seconds(1);
inline constexpr std::uint64_t kLeastSplitBytes = 64U << 10U;

// Each kind at most once; "never" alone. Fault `config`: what is wrong, as it follows the option's name.
[[nodiscard]] Result<Split> parse_split(std::span<const std::string> words);

}  // namespace cantrail::mcap_sink
