// Batches become messages of a chunk: the first of the three steps of writing, on the lane's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "component/sink.hpp"
#include "formats/mcap/chunk_builder.hpp"
#include "sinks/mcap/channels.hpp"
#include "sinks/mcap/mark.hpp"

namespace cantrail::mcap_sink {

struct Selection {
  bool raw = true;      // frames as they came
  bool decoded = true;  // rows decoded from frames; rows that a source delivers go in always
};

// The records [from, to) of a batch.
struct Part {
  const Batch& batch;
  std::size_t from = 0;
  std::size_t to = 0;

  [[nodiscard]] bool whole() const { return from == 0 && to == batch.raw->records(); }
  [[nodiscard]] bool holds(std::size_t record) const { return record >= from && record < to; }
};

// Keeps its memory from batch to batch: no allocation for a frame or row after warm-up. Not thread-safe.
class Filler {
 public:
  explicit Filler(Selection selection) : selection_(selection) {}

  // Gaps first, then frames, then rows block by block, which compresses best; each channel is in order. Adds
  // to `outcome` what became of the records.
  Status fill(const Channels& channels, const Part& part, mcap::ChunkBuilder& out, WriteOutcome& outcome);
  // The last messages of a chunk: the file's books so far, and how far it is. mark.cursor is there.
  Status end_chunk(std::string_view lane, const Mark& mark, mcap::ChunkBuilder& out);
  // The chunk at hand was thrown away.
  void restart() {
    newest_ns_ = 0;
    full_ = false;
  }

 private:
  void put_gaps(const Part& part, mcap::ChunkBuilder& out);
  void put_frames(const Channels& channels, const Part& part, mcap::ChunkBuilder& out);
  enum class Rows : std::uint8_t {
    derived,
    are_records
  };  // each row is a record of its own, or belongs to one
  // `record`: of the first row, or of all that are derived from no frame.
  void put_block(const Channels& channels, const Part& part, const StreamBlock& block, Rows rows,
                 std::size_t record, mcap::ChunkBuilder& out);
  void count(const Part& part, WriteOutcome& outcome);
  // Log times are unsigned: what lies before 1970 counts as 1970 there. The message itself has its time.
  [[nodiscard]] std::uint64_t log_time(std::int64_t time_ns);
  void put(std::uint16_t channel, std::int64_t time_ns, mcap::ChunkBuilder& out);  // text_

  Selection selection_;
  std::vector<bool> has_row_;  // by frame, where the batch is filled without raw frames
  std::string text_;
  std::uint64_t newest_ns_ = 0;   // of the chunk
  std::int64_t fallback_ns_ = 0;  // the time of a chunk that has nothing else
  bool full_ = false;
};

}  // namespace cantrail::mcap_sink
