// Walks the records of one segment file and steps over what is damaged. Trusts no byte: a record counts only
// when its mark, its length and its hash fit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/file.hpp"
#include "base/status.hpp"
#include "journal/format.hpp"

namespace cantrail::journal {

struct Record {
  RecordType type = RecordType::end;
  std::uint64_t offset = 0;            // of its header
  std::uint64_t damaged_bytes = 0;     // between it and the record before it: they are no records
  std::span<const std::byte> payload;  // 8-byte aligned, until the next call
};

// Used by one thread; `file` outlives it. Memory: one window of at most the largest record that fits into
// the file, at least 256 KiB.
class RecordScan {
 public:
  RecordScan(const File& file, std::uint64_t seed, std::uint64_t offset = sizeof(SegmentHeader))
      : file_(file), seed_(seed), end_of_last_(offset), from_(offset) {}

  // The next whole record that ends at or before `limit`; nullopt: there is none (ask again with a larger
  // limit). Nothing behind `limit` is ever read, so a file that is being written can be followed. A fault of
  // the disk is returned twice and then counts as damage of the blocks that cannot be read.
  Result<std::optional<Record>> next(std::uint64_t limit);

  // Behind the last whole record.
  [[nodiscard]] std::uint64_t end_of_last() const { return end_of_last_; }

 private:
  // Bytes from `offset` on: at least `wanted` of them, fewer only if the file or `limit` ends.
  Result<std::span<const std::byte>> window(std::uint64_t offset, std::size_t wanted, std::uint64_t limit);
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out);
  [[nodiscard]] bool may_be_record(const RecordHeader& header, std::uint64_t offset,
                                   std::uint64_t limit) const;
  Result<std::uint64_t> next_mark(std::uint64_t offset, std::uint64_t limit);

  const File& file_;
  std::uint64_t seed_;
  std::uint64_t end_of_last_;
  std::uint64_t from_;              // where to look next; beyond end_of_last_ when in damage
  std::uint64_t wasted_bytes_ = 0;  // hashed for records that were none
  unsigned read_faults_ = 0;        // in a row
  std::vector<std::byte> window_;
  std::size_t window_size_ = 0;  // bytes of it that are filled
  std::uint64_t window_at_ = 0;
};

}  // namespace cantrail::journal
