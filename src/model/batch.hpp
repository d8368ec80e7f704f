// What travels through the node. A RawBatch is what one source delivered in one run: it is what the journal
// keeps. A Batch is a RawBatch together with what was decoded and derived from it: it is what sinks get. Both
// are immutable once shared.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "model/catalog.hpp"
#include "model/frame.hpp"
#include "model/gap.hpp"
#include "model/position.hpp"
#include "model/stream_block.hpp"
#include "model/transport_loss.hpp"

namespace cantrail {

// The source's own place behind the last record of a batch (file offset, Redis entry id): opaque to all but
// the source, which resumes there.
using SourcePosition = std::string;

// What became of a batch at the journal. Written once by the journal's thread, read by lanes.
enum class JournalFate : std::uint8_t {
  waiting,   // write() has not returned
  accepted,  // write() has returned: a crash of the process loses nothing of it
  lost,      // could not be written; a gap record says so
  no_room,   // lost because the disk was full
};

[[nodiscard]] constexpr bool is_lost(JournalFate fate) {
  return fate == JournalFate::lost || fate == JournalFate::no_room;
}
[[nodiscard]] constexpr GapReason reason_of_loss(JournalFate fate) {
  return fate == JournalFate::no_room ? GapReason::disk_full : GapReason::journal_failed;
}

struct RawBatch {
  Position position;  // of record 0
  std::uint64_t first_record =
      0;  // records accepted or lost before this batch in this epoch: numbers them densely
  CatalogPtr catalog;
  SourceId source = 0;
  ClockPair clock;  // read when the batch was sealed
  SourcePosition source_position;
  FrameBlock frames;              // in arrival order
  std::vector<StreamBlock> rows;  // of sources that deliver rows
  std::vector<GapRecord> gaps;    // in order, each before its before_index
  bool can_wait = false;          // its source waits while the journal cannot take it: never lost
  bool tick = false;              // an idle second passed: no records, but the time is known
  mutable std::atomic<JournalFate> fate{JournalFate::waiting};  // the one thing that changes after sealing

  // Records: frames plus rows. Gaps and ticks are not records.
  [[nodiscard]] std::size_t records() const;
  [[nodiscard]] std::size_t memory_bytes() const;
  void clear();  // keeps the memory
};

struct TimeSpan {
  WallTime from, to;
};

// From the first to the last record of the batch; where it has none, the moment it was sealed.
[[nodiscard]] TimeSpan time_span(const RawBatch& batch);

// Rows that do not have the shape of their stream in the batch's catalog. What the checksum of a journal
// holds together was written so; a journal of another make may hold anything.
void leave_out_misfits(RawBatch& batch);

using RawBatchPtr = std::shared_ptr<const RawBatch>;

struct Batch {
  RawBatchPtr raw;
  std::vector<StreamBlock> blocks;  // decoded and derived, ascending by stream; none is empty
  std::uint32_t undecoded = 0;      // frames that no message definition fits
  std::uint32_t produced = 0;       // rows of named signals among `blocks`, as they were computed: no records
  // Frames that are decoded and have no row: parts of messages that came in several, ascending. A filter
  // leaves none of them out.
  std::vector<std::uint32_t> parts;
  std::vector<std::pair<ChannelId, TransportLosses>> transport_losses;
  // What the keys of a lane (only, max_rate, …) keep from its sink: indexes of records, ascending. Their rows
  // are not in `blocks`; those that a source delivered are in rows() with no valid field, and
  // encode::RowCursor passes over them. The lane counts these records, the sink does not.
  std::vector<std::uint32_t> left_out;
  std::optional<std::vector<StreamBlock>>
      cut_rows;  // in place of raw->rows where a lane leaves something out

  // The rows that the source delivered.
  [[nodiscard]] std::span<const StreamBlock> rows() const { return cut_rows ? *cut_rows : raw->rows; }
  // How many records of `left_out` lie in [from, to).
  [[nodiscard]] std::size_t left_out_between(std::size_t from, std::size_t to) const;
  [[nodiscard]] bool leaves_out(std::size_t record) const;
  // How many of `parts` lie in [from, to).
  [[nodiscard]] std::size_t parts_between(std::size_t from, std::size_t to) const;

  [[nodiscard]] Position begin() const { return raw->position; }
  // The cursor behind the whole batch.
  [[nodiscard]] Position end() const {
    Position after = raw->position;
    ++after.seq;
    after.index = 0;
    return after;
  }
};

using BatchPtr = std::shared_ptr<const Batch>;

}  // namespace cantrail
