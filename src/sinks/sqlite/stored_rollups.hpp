// Rollups as a file holds them, to be replaced by others of the same stretch of time. Within the writer's
// transaction.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/rollup.hpp"
#include "sinks/sqlite/rollup_levels.hpp"

namespace cantrail::sqlite {

// A connection of its own to a history. Not thread-safe.
class StoredRollups {
 public:
  explicit StoredRollups(Database& database) : database_(database) {}

  // What the file says of its tables; to be called in each transaction, since another may have written.
  Status load();

  // What is stored of a stream for one block of a level, merged as readers merge it; empty: nothing.
  Result<RollupBlock> get(Level level, std::int64_t block, std::int64_t stream);
  // Takes its place. `stored_ns`: when its rows were stored; of such an age nothing may be there any more,
  // and then nothing is written.
  Status replace(Level level, std::int64_t block, std::int64_t stream, const RollupBlock& rollup,
                 std::int64_t stored_ns);

 private:
  using Tables = std::map<std::int64_t, std::int64_t>;  // when each was begun, by number

  [[nodiscard]] const Tables& tables(Level level) const { return tables_[static_cast<std::size_t>(level)]; }
  Status count(Level level, std::int64_t table, std::int64_t bytes);

  Database& database_;
  std::array<Tables, kLevels.size()> tables_;
  ColumnCode code_;
  std::string bytes_;
};

}  // namespace cantrail::sqlite
