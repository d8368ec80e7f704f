// What rollups are made of: of one signal and one stretch of time the least, greatest, sum, last and number
// of its values. They merge exactly (but for the rounding of sums), in any grouping: a signal's minutes give
// its hours.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "sinks/sqlite/column_code.hpp"

namespace cantrail::sqlite {

struct Bucket {
  std::int64_t count = 0;  // 0: no value, and the rest means nothing
  double min = 0, max = 0, sum = 0, last = 0;
  std::int64_t last_us = 0;  // when `last` was, from the bucket's start

  // The next value in the order of positions. Of values with equal time the later position is the last.
  void add(double value, std::int64_t at_us) {
    if (count == 0 || value < min) min = value;
    if (count == 0 || value > max) max = value;
    if (count == 0 || at_us >= last_us) {
      last = value;
      last_us = at_us;
    }
    sum += value;
    ++count;
  }
  // What was stored later, `shift_us` from this bucket's start.
  void merge(const Bucket& later, std::int64_t shift_us = 0);

  bool operator==(const Bucket&) const = default;
};

// The buckets of all signals of one stream in one stretch of time. A slot is a signal's number within its
// stream, the same for as long as the file lives.
class RollupBlock {
 public:
  struct Slot {
    std::uint32_t slot = 0;
    std::vector<Bucket> buckets;  // one for each place of `offsets()`
  };

  void clear();
  // The place of the bucket with this offset (in buckets from the block's start); appends it where it is new.
  std::size_t place(std::uint32_t offset);
  // The buckets of a slot; appends it where it is new. Valid until the next place() or slot().
  std::span<Bucket> slot(std::uint32_t slot);

  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] std::span<const std::uint32_t> offsets() const { return offsets_; }
  [[nodiscard]] std::span<const Slot> slots() const { return {slots_.data(), used_}; }

  // What was stored later for the same stretch.
  void merge(const RollupBlock& later);

  void put(std::string& out, ColumnCode& code) const;
  // Replaces the content. Fault `corrupt`: the bytes are damaged.
  Status get(std::string_view bytes);

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<Slot> slots_;  // the first used_ count; the others keep their memory
  std::size_t used_ = 0;
};

}  // namespace cantrail::sqlite
