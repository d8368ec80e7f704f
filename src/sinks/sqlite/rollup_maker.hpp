// Rolls up the rows of one stream, column by column: no allocation a value, no call a value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/schema.hpp"
#include "sinks/sqlite/rollup.hpp"
#include "sinks/sqlite/row_run.hpp"

namespace cantrail::sqlite {

// All buckets of a block as one; what they are offset from begins `into_us` behind that one's start.
void roll_into_one(const RollupBlock& buckets, std::int64_t bucket_us, std::int64_t into_us,
                   RollupBlock& one);

// Text, NaN and infinities are left out. Keeps its memory. Not thread-safe.
class RollupMaker {
 public:
  // Rows that all lie in one minute, counted since 1970; `slots`: the number of each field. What
  // seconds() and whole() give is valid until the next roll_up().
  void roll_up(std::span<const RowRun> runs, const RowSchema& schema, std::span<const std::uint32_t> slots,
               std::int64_t minute);

  [[nodiscard]] const RollupBlock& seconds() const { return seconds_; }
  // All of it as one bucket, that begins `into_us` before the minute.
  [[nodiscard]] const RollupBlock& whole(std::int64_t into_us);

 private:
  template <class Value>
  void add_column(std::span<const RowRun> runs, std::size_t field, std::span<Bucket> buckets);

  RollupBlock seconds_, whole_;
  std::vector<std::uint32_t> place_;  // of each row
  std::vector<std::int64_t> at_us_;   // within its second
};

}  // namespace cantrail::sqlite
