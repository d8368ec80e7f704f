// Blocks of earlier batches, for reuse. Large ones wait for their own stream, to which they have grown. Small
// ones are everybody's, by size: where a batch has many streams with few rows each, the memory that was used
// last, which lies in the cache, is better than the stream's own, which does not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/stream_block.hpp"

namespace cantrail::dbc {

struct BlockNeed {
  std::size_t words = 0;  // StreamBlock::words_for()
  bool bitmaps = false;   // some field may need one
};

class SpareBlocks {
 public:
  static constexpr std::size_t kMostPerStream = 8;
  static constexpr std::size_t kMostSmall = 8192;

  explicit SpareBlocks(std::size_t buckets) : large_(buckets) {}

  // Whether a block, as it is, does for a stream without allocating, and without taking from another's share.
  [[nodiscard]] static bool serves(const StreamBlock& block, StreamId stream, const BlockNeed& need) {
    const std::size_t words = block.capacity_words();
    if (block.stream() == stream && (words >= need.words || words > kSmallWords)) {
      return !need.bitmaps || words > kSmallWords || has_bitmaps(block);
    }
    return need.words <= kSmallWords && words / kClassWords == class_of(need.words) &&
           has_bitmaps(block) == need.bitmaps;
  }

  // The block's bucket, where that is large(): no other has a use for it.
  [[nodiscard]] static bool is_large(const StreamBlock& block) {
    return block.capacity_words() > kSmallWords;
  }
  void put_large(std::uint32_t bucket, StreamBlock&& block) {
    if (large_[bucket].size() < kMostPerStream) large_[bucket].push_back(std::move(block));
  }
  void put_small(StreamBlock&& block);

  // A block that reset() need not grow, unless it is large.
  [[nodiscard]] StreamBlock take(std::uint32_t bucket, const BlockNeed& need);

 private:
  static constexpr std::size_t kClassWords = 8;  // a cache line
  static constexpr std::size_t kSmallWords = 128;

  using Blocks = std::vector<StreamBlock>;

  static constexpr std::size_t class_of(std::size_t words) { return (words + kClassWords - 1) / kClassWords; }
  static bool has_bitmaps(const StreamBlock& block) {
    return block.capacity_bitmaps() >= block.capacity_words();
  }

  std::vector<Blocks> large_;                                               // by bucket
  std::array<std::array<Blocks, 2>, kSmallWords / kClassWords + 1> small_;  // by size; without, with bitmaps
  std::size_t small_count_ = 0;
};

}  // namespace cantrail::dbc
