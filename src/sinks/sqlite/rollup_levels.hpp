// The rollups in the file: seconds, minutes and hours, each in tables of a stretch of storing time, as the
// rows are, with limits of its own. Seconds are only appended (a second that is written in two transactions
// has two parts, which readers merge); minutes and hours are merged into what the file holds. All of it is in
// the transaction of the rows, so that a row counts once.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "component/keep.hpp"
#include "component/retention_clock.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/rollup.hpp"

namespace cantrail::sqlite {

enum class Level : unsigned char { seconds, minutes, hours };
inline constexpr std::array kLevels{Level::seconds, Level::minutes, Level::hours};

struct LevelTraits {
  const char* name;        // in the API
  const char* table;       // name of its tables, before the partition's number
  std::int64_t bucket_ns;  // of one bucket
  std::int64_t block_ns;   // of the buckets that lie in one value
};
[[nodiscard]] const LevelTraits& traits_of(Level level);
[[nodiscard]] std::string level_table(Level level, std::int64_t partition);

inline constexpr std::int64_t kRollupOverhead = 14;  // of one value: key, header, place in the page

// What is kept of each level; `bytes` of it alone.
using LevelKeeps = std::array<Keep, kLevels.size()>;

// All calls inside the writer's transaction, except load(). After a rollback: load() again.
class RollupLevels {
 public:
  // `partition_bytes`: no table grows larger; 0 where the file has no limit.
  RollupLevels(Database& database, const LevelKeeps& keeps, std::uint64_t partition_bytes);

  Status load();
  // As Partitions::begin.
  Status begin(std::int64_t stored_ns, std::int64_t now_ns);

  // Retention time has made a step.
  Status move_along(const RetentionStep& step);

  // All in the minute that begins at `minute` * 60 s.
  Status add(Level level, std::int64_t block, std::int64_t stream, const RollupBlock& rollup);

  // Estimates. The closed partition to go first is the oldest of the largest level.
  [[nodiscard]] std::uint64_t bytes() const;
  // False: there is no closed one.
  Result<bool> drop_one();

 private:
  struct Partition {
    std::int64_t id = 0;
    std::int64_t bytes = 0;
    std::int64_t stored_from_ns = 0, stored_to_ns = 0;
    std::int64_t closed = 0;
  };
  struct Tables {
    std::vector<Partition> list;  // ascending by id; the last one is open, if it is not closed
    Statement find_last, read, insert, replace;
    [[nodiscard]] std::uint64_t bytes() const;
  };

  Tables& tables(Level level) { return tables_[static_cast<std::size_t>(level)]; }
  [[nodiscard]] const Keep& keep(Level level) const { return keeps_[static_cast<std::size_t>(level)]; }
  [[nodiscard]] std::uint64_t most_bytes(Level level) const;
  Status use_current(Level level);
  Status roll(Level level, std::int64_t stored_ns);
  Status trim(Level level, std::int64_t now_ns);
  Status drop_oldest(Level level);
  Status save(Level level, const Partition& partition);
  Status append(Level level, std::int64_t key);
  Status merge(Level level, std::int64_t key, const RollupBlock& rollup);

  Database& database_;
  LevelKeeps keeps_;
  std::uint64_t partition_bytes_;
  std::array<Tables, kLevels.size()> tables_;
  ColumnCode code_;
  RollupBlock stored_;
  std::string bytes_;
};

}  // namespace cantrail::sqlite
