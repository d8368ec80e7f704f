// What a store has found on its own disk when it looked through all that it holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace cantrail {

struct StoreCheck {
  bool ended = false;  // false: it looks on
  std::uint64_t checked_bytes = 0;
  std::string damage;  // one sentence: what, and what to do; empty: none was found
  std::optional<WallTime> found_at;
};

}  // namespace cantrail
