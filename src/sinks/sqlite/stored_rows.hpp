// The packed rows of one minute as a file holds them, to be taken out and put in again: for rows that are
// decoded anew. Within the writer's transaction.
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
#include "sinks/sqlite/row_chunk.hpp"

namespace cantrail::sqlite {

struct StoredChunk {
  std::int64_t partition = 0, key = 0, stream = 0, origin = 0, layout = 0;
  const RowSchema* schema = nullptr;  // of the layout
  std::size_t bytes = 0;              // packed
  RowChunk rows;
};

// A connection of its own to a history. Not thread-safe.
class StoredRows {
 public:
  explicit StoredRows(Database& database) : database_(database), layouts_(database) {}

  // What the file says of its partitions; to be called in each transaction, since another may have written.
  Status load();
  // Whether rows that are not packed lie in [first_ns, last_ns].
  [[nodiscard]] bool has_plain_rows(std::int64_t first_ns, std::int64_t last_ns) const;
  // Where rows stored at this moment lie, or would: nullopt if they are gone by `keep`.
  [[nodiscard]] std::optional<std::int64_t> partition_at(std::int64_t stored_ns) const;
  // When the partition's last row was stored.
  [[nodiscard]] std::int64_t stored_to(std::int64_t partition) const;

  // All chunks of the minute, in the order of partitions and keys; of one stream only, if it is named.
  Result<std::vector<StoredChunk>> minute(std::int64_t minute, std::optional<std::int64_t> stream = {});

  // Only these rows of the chunk stay; none: it goes.
  Status keep_rows(const StoredChunk& chunk, std::span<const std::uint32_t> rows);
  // Fault `rejected`: the minute has no room for another.
  Status put(std::int64_t partition, const ChunkValues& chunk);

 private:
  struct Partition {
    std::int64_t first_ns = 0, last_ns = 0, stored_from_ns = 0, stored_to_ns = 0;
    bool has_rows = false, packed = false;
  };
  Status count(std::int64_t partition, std::int64_t rows, std::int64_t bytes, std::int64_t first_ns,
               std::int64_t last_ns);

  Database& database_;
  ChunkReader layouts_;
  std::map<std::int64_t, Partition> partitions_;  // by id
  ChunkPacker packer_;
  std::string packed_;
};

}  // namespace cantrail::sqlite
