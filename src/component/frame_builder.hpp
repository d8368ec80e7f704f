// Where a source puts its frames and rows: the batch that is being filled. Used by the source's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/batch.hpp"

namespace cantrail {

struct BatchLimits {
  std::size_t frames = 4096;
  std::size_t payload_bytes = std::size_t{256} * 1024;
};

class FrameBuilder {
 public:
  explicit FrameBuilder(BatchLimits limits = {}) : limits_(limits) {}

  // False: the batch is full; the source keeps the frame and offers it again at its next read(). A batch
  // never ends between two frames of one channel with equal time, short of the hard limit: in its last
  // sixteenth only a frame that may belong to such a run is taken, one with the time of the frame before it
  // or of the last frame of its own channel.
  [[nodiscard]] bool append(const FrameView& frame);

  // Bulk filling: a source that parses straight into columns appends at most room() frames to frames(), and
  // finishes a run of equal times with append(). room() counts every frame as 64 bytes, and leaves space for
  // such a run; 0: full.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] FrameBlock& frames();

  // Rows of a stream that the source delivers itself: a block without frame(), its times ascending. They are
  // records behind all frames of the batch. False: the batch is full, the block is left as it is, and the
  // source offers it again.
  [[nodiscard]] bool add_rows(StreamBlock&& block);

  // Something is missing before the next frame to be appended. Merged with the last gap if it says the same
  // thing.
  void add_gap(GapRecord gap);

  // The source's own place behind the last record appended. A source that can resume sets it before read()
  // returns.
  void set_source_position(SourcePosition position);

  // For the batcher: hands it the batch to fill, and takes it back.
  void begin(RawBatch& batch) { batch_ = &batch; }
  [[nodiscard]] RawBatch* batch() const { return batch_; }

 private:
  [[nodiscard]] bool belongs_to_the_last_run(const FrameView& frame) const;

  BatchLimits limits_;
  RawBatch* batch_ = nullptr;
};

}  // namespace cantrail
