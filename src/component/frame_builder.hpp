// Where a source puts its frames and rows: the batch that is being filled. Used by the source's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/batch.hpp"

namespace cantrail {

struct BatchLimits {
  std::size_t frames = 4096;
  std::size_t payload_bytes = std::size_t{256} * 1024;
  std::size_t row_bytes = std::size_t{1} << 20;  // of all rows, as StreamBlock::memory_bytes() counts
};

// What a batch has room for.
struct RowRoom {
  std::size_t rows = 0;
  std::size_t bytes = 0;
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
  // such a run; 0: no room for frames.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] FrameBlock& frames();

  // Rows of a stream that the source delivers itself: a block without frame(), its times ascending. They are
  // records behind all frames of the batch. False: the batch has no room for it, the block is left as it is,
  // and the source offers it again at its next read(). A source makes no block of more rows than a batch may
  // have; of what such a block weighs, an empty batch takes any. Rows of one stream with equal times may be
  // parted by a batch's end.
  [[nodiscard]] bool add_rows(StreamBlock&& block);
  // What the batch has left for rows. A source that counts with it is not refused.
  [[nodiscard]] RowRoom row_room() const;

  // No room for frames, none for rows, or rows were refused: the batch is to be sealed.
  [[nodiscard]] bool full() const;

  // A row of the batch names this blob, which BlobStore::put() gave (once for each put()).
  void add_blob(const Digest& digest) { blobs_.push_back(digest); }

  // Something is missing before the next frame to be appended. Merged with the last gap if it says the same
  // thing.
  void add_gap(GapRecord gap);

  // The source's own place behind the last record appended. A source that can resume sets it before read()
  // returns.
  void set_source_position(SourcePosition position);

  // For the batcher: hands it the batch to fill, and takes it back.
  void begin(RawBatch& batch);
  [[nodiscard]] RawBatch* batch() const { return batch_; }
  // Those of all batches since the last call.
  [[nodiscard]] std::vector<Digest> take_blobs() { return std::exchange(blobs_, {}); }

 private:
  [[nodiscard]] bool belongs_to_the_last_run(const FrameView& frame) const;

  BatchLimits limits_;
  RawBatch* batch_ = nullptr;
  std::size_t rows_ = 0, row_bytes_ = 0;  // in the batch
  bool refused_ = false;
  std::vector<Digest> blobs_;
};

}  // namespace cantrail
