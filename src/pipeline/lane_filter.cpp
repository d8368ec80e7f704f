#include "pipeline/lane_filter.hpp"

#include <algorithm>
#include <cmath>

namespace cantrail {
namespace {

constexpr double kNsPerSecond = 1e9;

// Rounded down, also before 1970.
std::int64_t slot_of(std::int64_t time_ns, std::int64_t length_ns) {
  return time_ns / length_ns - (time_ns % length_ns < 0 ? 1 : 0);
}

void cut_fields(StreamBlock& block, const std::vector<std::size_t>& fields) {
  for (const std::size_t field : fields) block.cut(field);
}

std::vector<std::uint32_t> all_rows(const StreamBlock& block) {
  std::vector<std::uint32_t> rows(block.rows());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  return rows;
}

}  // namespace

LaneFilter::LaneFilter(const LaneKeys& keys)
    : selection_(keys.only, keys.except), on_change_(keys.on_change) {
  if (keys.max_rate_per_s) {
    slot_ns_ = std::max<std::int64_t>(1, std::llround(kNsPerSecond / *keys.max_rate_per_s));
  }
}

bool LaneFilter::lets_all_through() const {
  return selection_.takes_all() && slot_ns_ == 0 && !on_change_;
}

void LaneFilter::restart() {
  for (Stream& stream : streams_) {
    stream.slot.reset();
    stream.last.reset();
  }
}

// A catalog that grew keeps the ids of its streams, but the rows before it may be of another one: all anew.
void LaneFilter::learn(const Catalog& catalog) {
  if (catalog.digest == digest_ && !streams_.empty()) return;
  digest_ = catalog.digest;
  streams_.clear();
  for (const StreamInfo& info : catalog.streams) {
    streams_.push_back({selection_.fields_of(catalog, info), {}, {}});
  }
}

BatchPtr LaneFilter::apply(const BatchPtr& batch) {
  if (lets_all_through() || batch->raw->records() == 0 || !batch->raw->catalog) return batch;
  learn(*batch->raw->catalog);
  auto out = std::make_shared<Batch>();
  out->raw = batch->raw;
  out->undecoded = batch->undecoded;
  out->parts = batch->parts;
  frames_.assign(batch->raw->frames.size(), kUntouched);
  filter_blocks(*batch, *out);
  mark_frames(*out);
  filter_rows(*batch, *out);
  return out;
}

void LaneFilter::filter_blocks(const Batch& batch, Batch& out) {
  for (const StreamBlock& block : batch.blocks) {
    choose(block, *batch.raw->catalog);
    for (const std::uint32_t frame : block.frame()) {
      if (frames_[frame] == kUntouched) frames_[frame] = kLeftOut;
    }
    if (rows_.empty()) continue;
    StreamBlock& kept = out.blocks.emplace_back();
    kept.take(block, rows_);
    cut_fields(kept, streams_[block.stream()].fields.cut);
    for (const std::uint32_t frame : kept.frame()) frames_[frame] = kKept;
  }
}

// A frame is left out if it was decoded and not one of its rows goes through.
void LaneFilter::mark_frames(Batch& out) const {
  for (std::uint32_t frame = 0; frame < frames_.size(); ++frame) {
    if (frames_[frame] == kLeftOut) out.left_out.push_back(frame);
  }
}

// These keep their places, which say which record each one is; those left out lose their values.
void LaneFilter::filter_rows(const Batch& batch, Batch& out) {
  std::size_t record = batch.raw->frames.size();
  if (!batch.raw->rows.empty()) out.cut_rows.emplace();
  for (const StreamBlock& block : batch.raw->rows) {
    choose(block, *batch.raw->catalog);
    StreamBlock& kept = out.cut_rows->emplace_back();
    kept.take(block, all_rows(block));
    const Stream& stream = streams_[block.stream()];
    cut_fields(kept, stream.fields.cut);
    for (const std::size_t field : stream.fields.kept) {
      kept.cut(field);
      const auto bits = kept.make_validity(field, false), words = kept.u64(field);
      for (const std::uint32_t row : rows_) {
        words[row] = block.word(field, row);
        if (block.valid(field, row)) bits[row / 64] |= std::uint64_t{1} << (row % 64);
      }
    }
    for (std::uint32_t row = 0; row < block.rows(); ++row) {
      if (!std::binary_search(rows_.begin(), rows_.end(), row)) {
        out.left_out.push_back(static_cast<std::uint32_t>(record + row));
      }
    }
    record += block.rows();
  }
}

void LaneFilter::choose(const StreamBlock& block, const Catalog& catalog) {
  rows_.clear();
  Stream& stream = streams_[block.stream()];
  if (!stream.fields.wanted) return;
  const RowSchema& schema = *catalog.streams[block.stream()].row;
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    if (passes(stream, schema, block, row)) rows_.push_back(row);
  }
}

bool LaneFilter::passes(Stream& stream, const RowSchema& schema, const StreamBlock& block, std::size_t row) {
  std::int64_t slot = 0;
  if (slot_ns_ != 0) {
    slot = slot_of(block.time_ns()[row], slot_ns_);
    if (stream.slot == slot) return false;
  }
  if (on_change_ && !changed(stream, schema, block, row)) return false;
  if (slot_ns_ != 0) stream.slot = slot;
  return true;
}

// Remembers the row if it differs.
bool LaneFilter::changed(Stream& stream, const RowSchema& schema, const StreamBlock& block, std::size_t row) {
  values_.clear();
  for (const std::size_t field : stream.fields.kept) {
    Value& value = values_.emplace_back();
    value.valid = block.valid(field, row);
    if (!value.valid) continue;
    const FieldType type = schema.fields[field].type;
    if (holds_bytes(type)) {
      value.text = block.text(field, row);
    } else {
      value.word = block.word(field, row);
    }
  }
  if (stream.last == values_) return false;
  stream.last.emplace();
  std::swap(*stream.last, values_);
  return true;
}

}  // namespace cantrail
