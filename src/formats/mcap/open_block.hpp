// A chunk (or a run of messages outside of chunks) while its messages are handed out in the order of their
// log times.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/record_walker.hpp"

namespace cantrail::mcap {

// Where a message stands in the order of all.
struct OrderKey {
  std::uint64_t time_ns = 0;
  std::uint64_t block_offset = 0;  // in the file
  std::uint32_t offset = 0;        // in the block
  auto operator<=>(const OrderKey&) const = default;
};

// Either whole, or only its next messages, so that many can be open at a time.
class OpenBlock {
 public:
  LoadedChunk loaded;  // filled by the owner before start()

  // For a block that begins at this offset in the file.
  void assign(std::size_t place, std::uint64_t block_offset);

  // Orders the messages in `loaded` for which `wanted` holds. After a trim(): those that come after the ones
  // handed out. False if there is something else than records behind them.
  template <class Wanted>
  [[nodiscard]] bool start(Wanted&& wanted) {
    entries_.clear();
    next_ = 0;
    RecordWalker walker(loaded.records);
    while (walker.next()) {
      if (walker.opcode() != Opcode::message) continue;
      const auto offset = static_cast<std::uint32_t>(walker.offset());
      const Entry entry{load<std::uint64_t>(walker.record() + kPrefixBytes + 6), offset, offset};
      if (wanted(load<std::uint16_t>(walker.record() + kPrefixBytes), entry.time_ns) && !is_done(entry)) {
        entries_.push_back(entry);
      }
    }
    put_in_order();
    return walker.all();
  }

  [[nodiscard]] std::size_t place() const { return place_; }
  [[nodiscard]] bool empty() const { return next_ == entries_.size(); }
  // empty() only because it was trimmed: to be loaded and started again.
  [[nodiscard]] bool has_more() const { return trimmed_; }
  // Precondition of both: !empty().
  [[nodiscard]] OrderKey key() const {
    return {entries_[next_].time_ns, block_offset_, entries_[next_].in_block};
  }
  void take(Message& message) { load_message(loaded.records.data() + entries_[next_++].in_records, message); }

  // Keeps the next messages only, as many as fit into `bytes`, at least one.
  void trim(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t memory_bytes() const {
    return loaded.memory.capacity() + entries_.capacity() * sizeof(Entry);
  }

 private:
  struct Entry {
    std::uint64_t time_ns = 0;
    std::uint32_t in_records = 0;  // where it lies
    std::uint32_t in_block = 0;    // where it lay in the whole block
  };

  static bool before(const Entry& a, const Entry& b) {
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.in_block < b.in_block;
  }
  [[nodiscard]] bool is_done(const Entry& entry) const { return trimmed_ && before(entry, resume_); }
  void put_in_order();

  std::size_t place_ = 0;
  std::uint64_t block_offset_ = 0;
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  bool trimmed_ = false;
  Entry resume_;  // the first one that trim() left out
};

}  // namespace cantrail::mcap
