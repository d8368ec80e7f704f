#include "sinks/sqlite/rollup_maker.hpp"

#include <bit>
#include <cmath>

#include "sinks/sqlite/block_key.hpp"

namespace cantrail::sqlite {

template <class Value>
void RollupMaker::add_column(std::span<const RowRun> runs, std::size_t field, std::span<Bucket> buckets) {
  std::size_t at = 0;
  for (const RowRun& run : runs) {
    const StreamBlock& block = *run.block;
    const bool all = block.validity(field).empty();
    const auto words = block.u64(field);
    for (std::uint32_t row = run.from; row < run.to; ++row, ++at) {
      if (!all && !block.valid(field, row)) continue;
      const auto value = static_cast<double>(std::bit_cast<Value>(words[row]));
      if (std::isfinite(value)) buckets[place_[at]].add(value, at_us_[at]);
    }
  }
}

void RollupMaker::roll_up(std::span<const RowRun> runs, const RowSchema& schema,
                          std::span<const std::uint32_t> slots, std::int64_t minute) {
  seconds_.clear();
  place_.clear();
  at_us_.clear();
  for (const RowRun& run : runs) {
    const auto times = run.block->time_ns();
    for (std::uint32_t row = run.from; row < run.to; ++row) {
      const std::int64_t since = ns_into_minute(times[row], minute);
      place_.push_back(
          static_cast<std::uint32_t>(seconds_.place(static_cast<std::uint32_t>(since / kSecondNs))));
      at_us_.push_back(since % kSecondNs / 1000);
    }
  }
  for (std::size_t field = 0; field < schema.fields.size(); ++field) {
    const FieldType type = schema.fields[field].type;
    if (holds_bytes(type)) continue;
    const std::span<Bucket> buckets = seconds_.slot(slots[field]);
    if (type == FieldType::f64) {
      add_column<double>(runs, field, buckets);
    } else if (type == FieldType::i64) {
      add_column<std::int64_t>(runs, field, buckets);
    } else {
      add_column<std::uint64_t>(runs, field, buckets);
    }
  }
}

const RollupBlock& RollupMaker::whole(std::int64_t into_us) {
  whole_.clear();
  roll_into_one(seconds_, kSecondNs / 1000, into_us, whole_);
  return whole_;
}

void roll_into_one(const RollupBlock& buckets, std::int64_t bucket_us, std::int64_t into_us,
                   RollupBlock& one) {
  const std::size_t place = one.place(0);
  for (const RollupBlock::Slot& slot : buckets.slots()) {
    Bucket& all = one.slot(slot.slot)[place];
    for (std::size_t i = 0; i < slot.buckets.size(); ++i) {
      all.merge(slot.buckets[i], into_us + std::int64_t{buckets.offsets()[i]} * bucket_us);
    }
  }
}

}  // namespace cantrail::sqlite
