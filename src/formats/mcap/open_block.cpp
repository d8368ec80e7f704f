#include "formats/mcap/open_block.hpp"

#include <algorithm>

namespace cantrail::mcap {

void OpenBlock::assign(std::size_t place, std::uint64_t block_offset) {
  place_ = place;
  block_offset_ = block_offset;
  entries_.clear();
  next_ = 0;
  trimmed_ = false;
}

void OpenBlock::put_in_order() {
  trimmed_ = false;
  if (!std::is_sorted(entries_.begin(), entries_.end(), before)) {
    std::sort(entries_.begin(), entries_.end(), before);
  }
}

void OpenBlock::trim(std::uint64_t bytes) {
  const std::size_t first = next_;
  std::size_t last = first;
  std::uint64_t kept = 0;
  const auto record_bytes = [&](const Entry& entry) {
    return kPrefixBytes + load<std::uint64_t>(loaded.records.data() + entry.in_records + 1);
  };
  while (last < entries_.size()) {
    const std::uint64_t more = record_bytes(entries_[last]) + sizeof(Entry);
    if (last > first && kept + more > bytes) break;
    kept += more;
    ++last;
  }
  ByteBuffer memory;
  memory.reserve(kept);
  std::vector<Entry> entries;
  entries.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) {
    Entry entry = entries_[i];
    const auto record = loaded.records.subspan(entry.in_records, record_bytes(entry));
    entry.in_records = static_cast<std::uint32_t>(memory.size());
    memory.append(record);
    entries.push_back(entry);
  }
  if (last < entries_.size()) {
    trimmed_ = true;
    resume_ = entries_[last];
  }
  entries_.swap(entries);
  next_ = 0;
  loaded.memory.swap(memory);
  loaded.records = loaded.memory.span();
}

}  // namespace cantrail::mcap
