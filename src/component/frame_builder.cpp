#include "component/frame_builder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cantrail {
namespace {

// How far back a frame's own channel is looked for: only near the limit, so it costs nothing per frame.
constexpr std::size_t kLookBack = 256;

constexpr std::size_t kept_for_runs(std::size_t limit) {
  return limit / 16;
}

bool says_the_same(const GapRecord& a, const GapRecord& b) {
  return a.reason == b.reason && a.where == b.where && a.before_index == b.before_index;
}

void merge(GapRecord& into, const GapRecord& gap) {
  into.from = std::min(into.from, gap.from);
  into.to = std::max(into.to, gap.to);
  if (into.count && gap.count) {
    *into.count += *gap.count;
  } else {
    into.count.reset();
  }
}

}  // namespace

void FrameBuilder::begin(RawBatch& batch) {
  batch_ = &batch;
  rows_ = row_bytes_ = 0;
  refused_ = false;
  for (const StreamBlock& block : batch.rows) {
    rows_ += block.rows();
    row_bytes_ += block.memory_bytes();
  }
}

bool FrameBuilder::append(const FrameView& frame) {
  assert(batch_ != nullptr);
  if (room() == 0) {
    const std::size_t bytes =
        batch_->frames.payload().size() + FrameBlock::payload_slot(frame.id, frame.length);
    if (batch_->frames.size() + rows_ >= limits_.frames || bytes > limits_.payload_bytes) return false;
    if (!batch_->frames.empty() && !belongs_to_the_last_run(frame)) return false;
  }
  batch_->frames.append(frame);
  return true;
}

std::size_t FrameBuilder::room() const {
  assert(batch_ != nullptr);
  const std::size_t most_frames = limits_.frames - kept_for_runs(limits_.frames);
  const std::size_t most_bytes = limits_.payload_bytes - kept_for_runs(limits_.payload_bytes);
  const std::size_t frames = batch_->frames.size() + rows_;
  const std::size_t bytes = batch_->frames.payload().size();
  if (frames >= most_frames || bytes >= most_bytes) return 0;
  return std::min(most_frames - frames, (most_bytes - bytes) / kMaxFrameBytes);
}

FrameBlock& FrameBuilder::frames() {
  assert(batch_ != nullptr);
  return batch_->frames;
}

bool FrameBuilder::belongs_to_the_last_run(const FrameView& frame) const {
  const auto times = batch_->frames.time_ns();
  const auto channels = batch_->frames.channel();
  if (times.back() == frame.time.ns) return true;
  const std::size_t oldest = times.size() - std::min(times.size(), kLookBack);
  for (std::size_t i = times.size(); i-- > oldest;) {
    if (channels[i] == frame.channel) return times[i] == frame.time.ns;
  }
  return false;
}

RowRoom FrameBuilder::row_room() const {
  const std::size_t records = batch_->frames.size() + rows_;
  return {limits_.frames - std::min(limits_.frames, records),
          limits_.row_bytes - std::min(limits_.row_bytes, row_bytes_)};
}

bool FrameBuilder::full() const {
  const RowRoom rows = row_room();
  return refused_ || room() == 0 || rows.rows == 0 || rows.bytes == 0;
}

bool FrameBuilder::add_rows(StreamBlock&& block) {
  assert(batch_ != nullptr);
  assert(block.frame().empty() && block.rows() <= limits_.frames);
  if (block.rows() == 0) return true;
  const RowRoom left = row_room();
  const std::size_t bytes = block.memory_bytes();
  refused_ = block.rows() > left.rows || (bytes > left.bytes && batch_->records() != 0);
  if (refused_) return false;
  rows_ += block.rows();
  row_bytes_ += bytes;
  batch_->rows.push_back(std::move(block));
  return true;
}

// Rows lie behind all frames of the batch, so that their number does not count here.
void FrameBuilder::add_gap(GapRecord gap) {
  assert(batch_ != nullptr);
  gap.before_index = static_cast<std::uint32_t>(batch_->frames.size());
  if (!batch_->gaps.empty() && says_the_same(batch_->gaps.back(), gap)) {
    merge(batch_->gaps.back(), gap);
  } else {
    batch_->gaps.push_back(std::move(gap));
  }
}

void FrameBuilder::set_source_position(SourcePosition position) {
  assert(batch_ != nullptr);
  batch_->source_position = std::move(position);
}

}  // namespace cantrail
