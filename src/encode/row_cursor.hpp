// The rows of a batch, whatever block they are in, in the order of their arrival: first those decoded from
// frames, in the order of the frames (several rows of one frame: in the order of the blocks), then all others
// by time (equal times: in the order of the blocks, and within one block in its own order). Rows that the
// lane leaves out are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/batch.hpp"
#include "model/row_frame.hpp"

namespace cantrail::encode {

struct RowRef {
  std::uint32_t block = 0;  // index into Batch::blocks; from blocks.size() on, into Batch::rows()
  std::uint32_t row = 0;
};

// Keeps its memory from batch to batch: without allocation after warm-up. Not thread-safe.
class RowCursor {
 public:
  // Puts the rows of the batch in order. The batch must outlive the reading.
  void start(const Batch& batch);

  [[nodiscard]] bool next(RowRef& row) {
    if (at_ == order_.size()) return false;
    row = order_[at_++];
    return true;
  }
  [[nodiscard]] std::size_t rows() const { return order_.size(); }
  [[nodiscard]] const StreamBlock& block(const RowRef& row) const { return *blocks_[row.block]; }
  // As RowFrames say.
  [[nodiscard]] std::optional<std::uint32_t> id(const RowRef& row) const {
    return frames_[row.block].id(row.row);
  }

 private:
  void order_by_frame();
  void order_by_time(const Batch& batch);

  std::vector<const StreamBlock*> blocks_;
  std::vector<RowFrames> frames_;  // of each of them
  std::vector<RowRef> order_;
  std::vector<std::uint32_t> next_of_frame_;  // where in order_ the next row of each frame goes
  std::size_t framed_ = 0;
  std::size_t at_ = 0;
};

}  // namespace cantrail::encode
