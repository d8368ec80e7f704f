// Rollups counted again from the rows that lie in the file, where those are all that the rollups count.
// Within the writer's transaction.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sinks/sqlite/rollup_maker.hpp"
#include "sinks/sqlite/stored_rollups.hpp"
#include "sinks/sqlite/stored_rows.hpp"

namespace cantrail::sqlite {

// A connection of its own to a history. Not thread-safe.
class RollupsAgain {
 public:
  explicit RollupsAgain(Database& database) : database_(database), stored_(database) {}

  // With each transaction.
  Status begin();

  // Seconds and minutes to be written for a stream's minute; what its keep has removed is not. nullopt: the
  // rollups count something else than these rows, which are all that the file has of them.
  using Levels = std::vector<Level>;
  Result<std::optional<Levels>> levels_of(std::span<const StoredChunk> rows, std::int64_t minute,
                                          std::int64_t stream);

  // Once the rows have changed: these levels anew, and the hour with finish(). `stored_ns`: when they were
  // stored.
  Status write(const Levels& levels, std::span<const StoredChunk> rows, std::int64_t minute,
               std::int64_t stream, std::int64_t stored_ns);
  // The hours of all minutes written.
  Status finish();

 private:
  struct Hour {
    bool exact = false;    // its minutes make up the hour
    bool written = false;  // whether there is to be one
    bool changed = false;
    std::int64_t stored_ns = 0;
  };

  Result<Hour*> look_at(std::int64_t hour, std::int64_t stream);
  Result<RollupBlock> seconds_of(std::span<const StoredChunk> rows, std::int64_t minute, std::int64_t stream);
  Result<RollupBlock> hour_of_minutes(std::int64_t hour, std::int64_t stream);
  Result<std::vector<std::uint32_t>> slots_of(const RowSchema& schema, std::int64_t stream);

  Database& database_;
  StoredRollups stored_;
  RollupMaker maker_;
  std::map<std::pair<std::int64_t, std::int64_t>, Hour> hours_;  // by hour and stream
};

}  // namespace cantrail::sqlite
