// The frames of a batch in the order of their buckets (counting sort), with the first eight payload bytes of
// each beside it. Memory is kept from batch to batch.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "decode/dbc/columns.hpp"
#include "decode/dbc/routes.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {

// 64-byte aligned words that only ever grow; growing forgets what was there.
class AlignedWords {
 public:
  [[nodiscard]] std::uint64_t* at_least(std::size_t words);
  [[nodiscard]] std::uint64_t* data() { return words_.get(); }

 private:
  struct Delete {
    void operator()(std::uint64_t* words) const { ::operator delete[](words, std::align_val_t{64}); }
  };
  std::unique_ptr<std::uint64_t[], Delete> words_;
  std::size_t size_ = 0;
};

struct BucketRows {
  std::uint32_t bucket = 0;
  std::uint32_t begin = 0;  // into order and words; a multiple of kLaneRows
  std::uint32_t rows = 0;
};

class SortedFrames {
 public:
  // needed_bytes[bucket]: a shorter frame does not hold all of its message's signals.
  SortedFrames(std::size_t buckets, std::vector<std::uint8_t> needed_bytes);

  void sort(const FrameBlock& frames, const Routes& routes);

  // Buckets that have frames, ascending; kNoBucket is not among them.
  [[nodiscard]] std::span<const BucketRows> buckets() const { return present_; }
  [[nodiscard]] std::uint32_t unrouted() const { return unrouted_; }
  [[nodiscard]] bool any_short() const { return any_short_; }  // of the routed frames
  [[nodiscard]] std::span<const std::uint32_t> order(const BucketRows& rows) const {
    return {order_.data() + rows.begin, rows.rows};
  }
  [[nodiscard]] const std::uint64_t* words(const BucketRows& rows) { return words_.data() + rows.begin; }

 private:
  void count(const FrameBlock& frames, const Routes& routes);
  std::size_t lay_out(std::size_t frames);  // rows with padding
  std::size_t add_present(std::size_t bucket, std::size_t at);
  void place(const FrameBlock& frames);

  std::vector<std::uint8_t> needed_bytes_;
  std::vector<std::uint32_t> count_;   // by bucket; all 0 between batches
  std::vector<std::uint32_t> cursor_;  // by bucket
  std::vector<std::uint32_t> route_;   // by frame
  std::vector<std::uint32_t> order_;
  AlignedWords words_;
  std::vector<BucketRows> present_;
  std::vector<std::uint64_t> touched_;  // bit by bucket; all 0 between batches
  std::uint32_t unrouted_ = 0;
  bool any_short_ = false;
};

}  // namespace cantrail::dbc
