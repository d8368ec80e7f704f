// How far a recording is.
#pragma once

#include <optional>

#include "model/ledger.hpp"
#include "model/position.hpp"

namespace cantrail::mcap_sink {

struct Mark {
  // Everything before it is in this recording or in one before. nullopt: nothing was ever recorded.
  std::optional<Position> cursor;
  // What became of the records of cursor->epoch that this file was given.
  Ledger ledger;
};

}  // namespace cantrail::mcap_sink
