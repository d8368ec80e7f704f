// The rows, in one table per stretch of storing time, so that the past goes by dropping whole tables, whose
// pages are used again. The limits of Keep hold at any moment: a partition is closed at a twentieth of the
// smallest limit, and the oldest go before the limit is reached.
//
// A row's rowid is its time in ns, or the next free number where rows share a time (`tie` is the difference):
// so the table is its own time index, and rows that come in order are appended to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "component/keep.hpp"
#include "component/retention_clock.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/rollup_levels.hpp"
#include "sinks/sqlite/row_inserter.hpp"

namespace cantrail::sqlite {

inline constexpr int kParts = 20;                                // partitions, of each limit
inline constexpr std::uint64_t kFreePartitionBytes = 64U << 20;  // where no size limits

// What the limits of Keep mean for the file: the log takes its part of `bytes` first.
struct SizePlan {
  std::uint64_t file_bytes = 0;       // of pages in use; 0: no limit
  std::uint64_t partition_bytes = 0;  // a partition is closed at this size
  std::uint64_t wal_soft_bytes = 0;   // from here on checkpoints are tried
  std::uint64_t wal_hard_bytes = 0;   // from here on the writer waits for readers, to cut the log
};
[[nodiscard]] SizePlan plan_sizes(const Keep& keep);

// Packed: many rows of one stream in one value, of which only this program makes sense; a fraction of the
// bytes. Plain: one row each, for readers of SQL. A file may hold partitions of both.
enum class RowForm : unsigned char { packed, plain };

// Packed rows of one stream that lie in one minute.
struct ChunkValues {
  std::int64_t minute = 0, stream = 0, origin = 0, layout = 0, rows = 0;
  std::int64_t first_ns = 0, last_ns = 0;
  std::string_view data;
};

inline constexpr std::int64_t kChunkOverhead = 22;  // what packed rows take beside their bytes
// A plain row beside its texts and data: record header, rowid, small columns, entry in the index.
inline constexpr std::int64_t kRowOverhead = 44;

enum class Stored : unsigned char { yes, refused };

// All calls inside the writer's transaction, except load() and store_view(). After a rollback: load() again.
class Partitions {
 public:
  // Rollups give way too where the file is too large; they outlive the partitions.
  Partitions(Database& database, const Keep& keep, RowForm form, RollupLevels& rollups)
      : database_(database),
        keep_(keep),
        plan_(plan_sizes(keep)),
        form_(form),
        rollups_(rollups),
        inserter_(database) {}

  Status load();

  // Rows that follow were stored at this moment (the node's retention time). May begin a partition and drop
  // old ones.
  Status begin(std::int64_t stored_ns, std::int64_t now_ns);

  // Plain rows. `refused`: this row alone cannot be stored; why() says why.
  Result<Stored> insert(const RowValues& row);
  Status insert(const ChunkValues& chunk);  // packed ones
  [[nodiscard]] const std::string& why() const { return why_; }

  // A gap takes room too, and goes with the current partition.
  [[nodiscard]] std::int64_t next_gap() const { return list_.back().last_gap + 1; }
  void account_gap(std::int64_t gap_id, std::size_t bytes);

  // Writes the rows that wait, and what has changed of the current partition's own row.
  Status save();

  // Newest moment of storing: retention time never runs backwards behind it. nullopt: nothing was stored.
  [[nodiscard]] std::optional<std::int64_t> newest_stored_ns() const;
  // Retention time has made a step.
  Status move_along(const RetentionStep& step);
  [[nodiscard]] const SizePlan& plan() const { return plan_; }

 private:
  struct Partition {
    std::int64_t id = 0;
    std::int64_t rows = 0;
    std::int64_t first_ns = 0, last_ns = 0;  // by the rows' own time; meaningless without rows
    std::int64_t most_tie = 0;
    std::int64_t bytes = 0;  // estimate
    std::int64_t stored_from_ns = 0, stored_to_ns = 0;
    std::int64_t last_gap = 0;
    std::int64_t closed = 0;
    std::int64_t packed = 0;
  };

  struct ChunkTable {
    Statement find_last, insert;
  };

  Status roll(std::int64_t stored_ns);
  Status use_current();
  Status drop_oldest();
  Status trim(std::int64_t now_ns, std::uint64_t wanted_bytes);
  Status shrink_file();
  Status save(const Partition& partition);
  [[nodiscard]] bool full() const;
  Result<std::uint64_t> used_bytes();
  Result<Stored> insert_near(const RowValues& row, std::int64_t key);
  void count(const RowValues& row, std::int64_t key);
  Result<std::int64_t> free_key(const ChunkValues& chunk);
  [[nodiscard]] bool is_open() const { return inserter_.is_open() || static_cast<bool>(chunks_.insert); }
  void close_tables();
  [[nodiscard]] bool too_old(const Partition& partition, std::int64_t now_ns) const;
  [[nodiscard]] bool too_many(std::uint64_t wanted_bytes) const;
  Result<bool> make_room();

  Database& database_;
  Keep keep_;
  SizePlan plan_;
  RowForm form_;
  RollupLevels& rollups_;
  std::uint64_t page_bytes_ = 4096;
  std::vector<Partition> list_;                // ascending by id; the last one is open
  RowInserter inserter_;                       // of plain rows
  ChunkTable chunks_;                          // of packed ones
  std::int64_t newest_key_ = 0;                // of the open partition: greater ones are free
  std::int64_t last_time_ = 0, last_key_ = 0;  // of the last row inserted
  std::uint64_t scatter_ = 0x9E3779B97F4A7C15U;
  std::int64_t now_ns_ = 0;
  bool changed_ = false;
  std::string why_;
};

}  // namespace cantrail::sqlite
