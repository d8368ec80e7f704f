#include "encode/row_cursor.hpp"

#include <algorithm>
#include <tuple>

namespace cantrail::encode {

void RowCursor::start(const Batch& batch) {
  at_ = 0;
  blocks_.clear();
  for (const StreamBlock& block : batch.blocks) blocks_.push_back(&block);
  for (const StreamBlock& block : batch.rows()) blocks_.push_back(&block);
  frames_.clear();
  for (const StreamBlock* block : blocks_) frames_.emplace_back(batch, *block);
  order_by_frame();
  order_by_time(batch);
}

// Counting sort: frames are numbered densely, so this costs no comparisons.
void RowCursor::order_by_frame() {
  std::size_t frames = 0;
  framed_ = 0;
  for (const StreamBlock* block : blocks_) {
    framed_ += block->frame().size();
    for (const std::uint32_t frame : block->frame()) frames = std::max<std::size_t>(frames, frame + 1U);
  }
  next_of_frame_.assign(frames + 1, 0);
  for (const StreamBlock* block : blocks_) {
    for (const std::uint32_t frame : block->frame()) ++next_of_frame_[frame + 1];
  }
  for (std::size_t i = 1; i < next_of_frame_.size(); ++i) next_of_frame_[i] += next_of_frame_[i - 1];
  order_.resize(framed_);
  for (std::uint32_t b = 0; b < blocks_.size(); ++b) {
    const auto frame = blocks_[b]->frame();
    for (std::uint32_t row = 0; row < frame.size(); ++row) order_[next_of_frame_[frame[row]]++] = {b, row};
  }
}

void RowCursor::order_by_time(const Batch& batch) {
  std::size_t record = batch.raw->frames.size();  // of the first row that is none of a frame
  for (std::uint32_t b = 0; b < blocks_.size(); ++b) {
    if (!blocks_[b]->frame().empty()) continue;
    const bool delivered = b >= batch.blocks.size();
    for (std::uint32_t row = 0; row < blocks_[b]->rows(); ++row) {
      if (!delivered || batch.left_out.empty() || !batch.leaves_out(record + row)) order_.push_back({b, row});
    }
    if (delivered) record += blocks_[b]->rows();
  }
  std::sort(order_.begin() + static_cast<std::ptrdiff_t>(framed_), order_.end(),
            [this](const RowRef& a, const RowRef& b) {
              return std::tuple(blocks_[a.block]->time_ns()[a.row], a.block, a.row) <
                     std::tuple(blocks_[b.block]->time_ns()[b.row], b.block, b.row);
            });
}

}  // namespace cantrail::encode
