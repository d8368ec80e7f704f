// The rows of a history that no decoding anew can reach: the journal does not have their records any more.
#pragma once

#include <cstdint>
#include <set>
#include <span>

#include "base/status.hpp"
#include "model/position.hpp"
#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

// A stretch of a journal, [from, to), that is gone.
struct LostStretch {
  Position from, to;
};

struct RowsLeft {
  std::uint64_t rows = 0;
  std::int64_t first_ns = 0, last_ns = 0;  // of them, where there are any
};

// Rows of [from_ns, to_ns) whose records lie in one of the stretches; not those of the streams `but`.
// Reads the places of all that may be one.
Result<RowsLeft> rows_of(Database& database, std::span<const LostStretch> lost, std::int64_t from_ns,
                         std::int64_t to_ns, const std::set<std::int64_t>& but);

}  // namespace cantrail::sqlite
