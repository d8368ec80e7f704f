// Rows of one stream, column by column, in few bytes and exactly: times, places in the journal, frames and
// values. Kept in the table of a partition as one value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "model/schema.hpp"
#include "model/stream_block.hpp"
#include "sinks/sqlite/column_code.hpp"
#include "sinks/sqlite/row_run.hpp"

namespace cantrail::sqlite {

struct RowChunk {
  std::vector<std::int64_t> seq, record;
  std::vector<std::int64_t> can_id;       // empty: the stream's
  std::vector<std::uint32_t> payload_at;  // one more than rows; empty: the rows have no frames
  std::string payload;
  StreamBlock values;  // stream 0; with the times

  [[nodiscard]] std::size_t rows() const { return values.rows(); }
  [[nodiscard]] std::string_view data(std::size_t row) const {
    if (payload_at.empty()) return {};
    return std::string_view(payload).substr(payload_at[row], payload_at[row + 1] - payload_at[row]);
  }
};

// Keeps its memory. Not thread-safe.
class ChunkPacker {
 public:
  // Appends to `out`. `can_id`: the stream's; frames with others carry their own.
  void put(std::string& out, std::span<const RowRun> runs, const RowSchema& schema,
           std::optional<std::uint32_t> can_id);
  // Those rows of a chunk alone, ascending; `schema`: the chunk's.
  void put(std::string& out, const RowChunk& chunk, std::span<const std::uint32_t> rows,
           const RowSchema& schema);

 private:
  void put_times(std::string& out);
  void put_frames(std::string& out, std::span<const RowRun> runs, std::optional<std::uint32_t> can_id);
  void put_frames(std::string& out, const RowChunk& chunk, std::span<const std::uint32_t> rows);
  void put_payload(std::string& out);
  void put_fields(std::string& out, std::span<const RowRun> runs, const RowSchema& schema);
  void put_field(std::string& out, std::span<const RowRun> runs, std::size_t field, FieldType type);

  ColumnCode code_;
  std::vector<std::int64_t> column_, lengths_, reasons_;
  std::vector<std::uint64_t> words_;
  std::string payload_, present_;
};

struct ChunkPlaces {
  std::vector<std::int64_t> time_ns, seq;
};

// Fault `corrupt`: the bytes are damaged, or do not belong to this schema.
[[nodiscard]] Result<ChunkPlaces> places_of_chunk(std::string_view bytes);
[[nodiscard]] Result<std::vector<std::int64_t>> times_of_chunk(std::string_view bytes);
[[nodiscard]] Result<RowChunk> unpack_chunk(std::string_view bytes, const RowSchema& schema);

}  // namespace cantrail::sqlite
