// Why a cell is absent. An absent cell's word in a StreamBlock is one of these numbers, so the reason goes
// wherever the row goes. Stores keep the numbers: never renumbered.
#pragma once

#include <cstdint>
#include <string_view>

namespace cantrail {

enum class Quality : std::uint8_t {
  inactive = 0,       // not sent: multiplexed away, behind the end of a short frame, not set by its source
  not_available = 1,  // the device says that it has no value
  error = 2,          // the device says that it is broken, or what was computed is no number
  out_of_range = 3,   // outside of what is declared possible
  stale = 4,          // computed of something that has not come recently enough, or not at all
};

inline constexpr std::uint64_t kLastQuality = 4;

// "out_of_range".
[[nodiscard]] std::string_view to_string(Quality quality);

// Of an absent cell's word. A word that is none of the numbers (a forged journal, a later version) is
// `inactive`.
[[nodiscard]] constexpr Quality quality_of(std::uint64_t word) {
  return word <= kLastQuality ? static_cast<Quality>(word) : Quality::inactive;
}

}  // namespace cantrail
