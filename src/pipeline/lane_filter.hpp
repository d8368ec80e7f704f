// What a lane leaves out: the keys `only`, `except`, `max_rate` and `on_change`, applied to decoded batches
// before the sink gets them. Pure: event times and values decide, no clock.
//
// max_rate: time is cut into slots of 1/rate, and of each stream the first row in each slot goes through.
// on_change: a row goes through if one of its fields differs from the stream's last row that did. With both,
// a change that comes too early is not lost: the next slot compares again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/batch.hpp"
#include "model/stream_selection.hpp"
#include "pipeline/lane_keys.hpp"

namespace cantrail {

// One thread. The sequence of batches is the lane's; where it is broken (a repeated write, an older cursor)
// the lane says so with restart(), upon which each stream's next row goes through.
class LaneFilter {
 public:
  explicit LaneFilter(const LaneKeys& keys);

  [[nodiscard]] bool lets_all_through() const;
  void restart();
  // The batch as the sink gets it; the same one where nothing is left out. Frames that nothing decodes stay.
  [[nodiscard]] BatchPtr apply(const BatchPtr& batch);

 private:
  struct Value {
    bool valid = false;
    std::uint64_t word = 0;
    std::string text;  // of text and blob fields
    bool operator==(const Value&) const = default;
  };
  struct Stream {
    StreamSelection::Fields fields;
    std::optional<std::int64_t> slot;
    std::optional<std::vector<Value>> last;  // of the fields kept, of the last row that went through
  };

  void learn(const Catalog& catalog);
  // The rows of the block that go through, into rows_.
  void choose(const StreamBlock& block, const Catalog& catalog);
  bool passes(Stream& stream, const RowSchema& schema, const StreamBlock& block, std::size_t row);
  bool changed(Stream& stream, const RowSchema& schema, const StreamBlock& block, std::size_t row);
  void filter_blocks(const Batch& batch, Batch& out);
  void filter_rows(const Batch& batch, Batch& out);
  void mark_frames(Batch& out) const;

  StreamSelection selection_;
  std::int64_t slot_ns_ = 0;  // 0: no limit
  bool on_change_ = false;
  Digest digest_;  // of the catalog that streams_ is of
  std::vector<Stream> streams_;
  std::vector<std::uint32_t> rows_;
  std::vector<Value> values_;
  enum : std::uint8_t { kUntouched, kLeftOut, kKept };
  std::vector<std::uint8_t> frames_;  // what became of each frame's rows
};

}  // namespace cantrail
