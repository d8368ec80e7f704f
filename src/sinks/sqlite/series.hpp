// One signal over a range of time, in as few values as a chart needs: from the rows where they are few, else
// from the finest rollups that give no more points than asked for, joined where they give more.
#pragma once

#include "component/history.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/rollup_levels.hpp"

namespace cantrail::sqlite {

struct SeriesPlan {
  Level level = Level::seconds;
  std::int64_t width_ns = kSecondNs;  // a multiple of the level's bucket
};
// Seconds are joined up to ten at a time and minutes up to twenty, so that no question reads much more than
// it answers; hours as far as needed.
[[nodiscard]] SeriesPlan plan_series(std::int64_t from_ns, std::int64_t to_ns, std::size_t points);

// Within a read transaction. Fault `config`: no such signal.
[[nodiscard]] Result<Series> read_series(Database& database, const SeriesQuery& query);

}  // namespace cantrail::sqlite
