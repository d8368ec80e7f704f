// Reads the packed rows of one partition. A minute at a time: only the times of its chunks are looked at, and
// only chunks with rows that are asked for are unpacked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/row_chunk.hpp"
#include "sinks/sqlite/row_text.hpp"

namespace cantrail::sqlite {

struct PackedRange {
  std::int64_t first_ns = 0, last_ns = 0;  // both inclusive
};

struct PackedRow {
  const RowChunk& chunk;
  const RowText& text;
  std::uint32_t row = 0;
  std::int64_t stream = 0, origin = 0;
};

// Unpacks chunks under the layouts they were packed with.
class ChunkReader {
 public:
  struct Layout {
    RowSchema schema;
    std::unique_ptr<RowText> text;
  };
  explicit ChunkReader(Database& database) : database_(database) {}

  // Fault `corrupt`: there is no such layout. Holds as long as the reader.
  Result<const Layout*> layout(std::int64_t id);

 private:
  Database& database_;
  std::map<std::int64_t, Layout> layouts_;
};

// Within a read transaction.
class PackedReader {
 public:
  // Whether the row counts.
  using Take = std::function<bool(const PackedRow& row)>;

  PackedReader(Database& database, std::int64_t partition)
      : database_(database), layouts_(database), partition_(partition) {}

  // The newest rows in the range until `limit` count; then also all others of the last one's time.
  Status newest(const PackedRange& range, std::size_t limit, std::span<const std::int64_t> streams,
                const Take& take);

 private:
  struct Light {
    std::int64_t time_ns = 0;
    std::uint32_t chunk = 0, row = 0;
  };
  struct Chunk {
    std::int64_t key = 0;
    bool unpacked = false;
    std::int64_t origin = 0;
    const ChunkReader::Layout* layout = nullptr;
    RowChunk rows;
  };

  Status take_minute(std::size_t limit, const Take& take, std::size_t& taken);
  Status unpack(Chunk& chunk);

  Database& database_;
  ChunkReader layouts_;
  const std::int64_t partition_;
  Statement one_;
  std::vector<Chunk> chunks_;  // of the minute at hand
  std::vector<Light> lights_;  // its rows
};

}  // namespace cantrail::sqlite
