// The rows of one minute as a file holds them, packed or plain, to be taken out and put in again: for rows
// that are decoded anew. Within the writer's transaction.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/packed_reader.hpp"
#include "sinks/sqlite/partitions.hpp"
#include "sinks/sqlite/plain_rows.hpp"
#include "sinks/sqlite/row_chunk.hpp"
#include "sinks/sqlite/row_inserter.hpp"
#include "sinks/sqlite/stored_chunk.hpp"

namespace cantrail::sqlite {

// A connection of its own to a history. Not thread-safe.
class StoredRows {
 public:
  explicit StoredRows(Database& database) : database_(database), layouts_(database), plain_(database) {}

  // What the file says of its partitions; to be called in each transaction, since another may have written.
  Status load();
  [[nodiscard]] RowForm form_of(std::int64_t partition) const;
  // Where rows stored at this moment lie, or would: nullopt if they are gone by `keep`.
  [[nodiscard]] std::optional<std::int64_t> partition_at(std::int64_t stored_ns) const;
  // When the partition's last row was stored.
  [[nodiscard]] std::int64_t stored_to(std::int64_t partition) const;

  // All chunks of the minute, in the order of partitions and keys; of one stream only, if it is named.
  Result<std::vector<StoredChunk>> minute(std::int64_t minute, std::optional<std::int64_t> stream = {});

  // Only these rows of the chunk stay, ascending; none: it goes.
  Status keep_rows(const StoredChunk& chunk, std::span<const std::uint32_t> rows);
  // Into a partition of packed rows. Fault `rejected`: the minute has no room for another.
  Status put(std::int64_t partition, const ChunkValues& chunk);
  // Into one of plain rows; under this key, if it is free.
  Status put(std::int64_t partition, const RowValues& row, std::optional<std::int64_t> key);

 private:
  struct Partition {
    std::int64_t first_ns = 0, last_ns = 0, stored_from_ns = 0, stored_to_ns = 0, most_tie = 0;
    bool has_rows = false, packed = false;
  };
  struct Change {
    std::int64_t rows = 0, bytes = 0, first_ns = 0, last_ns = 0, tie = 0;
  };
  Status add_packed(std::int64_t partition, std::int64_t minute, std::optional<std::int64_t> stream,
                    std::vector<StoredChunk>& chunks);
  Status keep_packed(const StoredChunk& chunk, std::span<const std::uint32_t> rows);
  Status keep_plain(const StoredChunk& chunk, std::span<const std::uint32_t> rows);
  Status count(std::int64_t partition, const Change& change);

  Database& database_;
  ChunkReader layouts_;
  PlainRows plain_;
  std::map<std::int64_t, Partition> partitions_;  // by id
  ChunkPacker packer_;
  std::string packed_;
  Statement count_;
};

}  // namespace cantrail::sqlite
