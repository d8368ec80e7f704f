#include "model/batch.hpp"

namespace cantrail {

std::size_t RawBatch::records() const {
  std::size_t count = frames.size();
  for (const StreamBlock& block : rows) count += block.rows();
  return count;
}

std::size_t RawBatch::memory_bytes() const {
  std::size_t bytes = sizeof(RawBatch) + frames.memory_bytes() + source_position.capacity() +
                      gaps.capacity() * sizeof(GapRecord);
  for (const StreamBlock& block : rows) bytes += block.memory_bytes();
  return bytes;
}

void RawBatch::clear() {
  position = {};
  first_record = 0;
  catalog.reset();
  source = 0;
  clock = {};
  source_position.clear();
  frames.clear();
  rows.clear();
  gaps.clear();
  can_wait = false;
  tick = false;
  fate = JournalFate::waiting;
}

}  // namespace cantrail
