#include "decode/dbc/spare_blocks.hpp"

namespace cantrail::dbc {

void SpareBlocks::put_small(StreamBlock&& block) {
  if (block.capacity_words() < kClassWords || small_count_ == kMostSmall) return;
  ++small_count_;
  small_[block.capacity_words() / kClassWords][has_bitmaps(block) ? 1 : 0].push_back(std::move(block));
}

StreamBlock SpareBlocks::take(std::uint32_t bucket, const BlockNeed& need) {
  StreamBlock block;
  const bool small = need.words <= kSmallWords;
  Blocks& spare = small ? small_[class_of(need.words)][need.bitmaps ? 1 : 0] : large_[bucket];
  if (!spare.empty()) {
    block = std::move(spare.back());
    spare.pop_back();
    if (small) --small_count_;
  } else if (small) {
    const std::size_t words = class_of(need.words) * kClassWords;
    block.reserve_words(words);
    // A block this small has a word of bitmap a field at most.
    if (need.bitmaps) block.reserve_bitmaps(words);
  }
  return block;
}

}  // namespace cantrail::dbc
