#include "sinks/sqlite/rollup.hpp"

#include <algorithm>
#include <bit>

namespace cantrail::sqlite {
namespace {

constexpr std::uint8_t kFirstFormat = 1, kNewestFormat = 2;  // 2: kExcept
constexpr std::size_t kMostBuckets = 3600, kMostSlots = 65536;
// A column; the same as the one it may repeat; or the same but for some places.
constexpr std::uint8_t kOwn = 0, kSame = 1, kExcept = 2;
constexpr std::size_t kFew = 4;  // exceptions are at most one in so many

struct Scratch {
  std::vector<std::int64_t> integers;
  std::vector<std::uint64_t> words;
};

void put_column(std::string& out, ColumnCode& code, std::span<const std::int64_t> values,
                std::span<const std::int64_t> like) {
  const bool same = std::ranges::equal(values, like);
  out += static_cast<char>(same ? kSame : kOwn);
  if (!same) code.put_integers(out, values);
}

// A sensor of one value a second has two in some of them, and none in the next.
void put_column(std::string& out, ColumnCode& code, std::span<const std::uint64_t> words,
                std::span<const std::uint64_t> like) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < like.size(); ++i) different += words[i] != like[i] ? 1 : 0;
  if (like.empty() || different * kFew > words.size()) {
    out += static_cast<char>(kOwn);
    return code.put_doubles(out, words);
  }
  out += static_cast<char>(different == 0 ? kSame : kExcept);
  if (different == 0) return;
  std::vector<std::int64_t> places;
  std::vector<std::uint64_t> others;
  for (std::size_t i = 0; i < like.size(); ++i) {
    if (words[i] == like[i]) continue;
    places.push_back(static_cast<std::int64_t>(i));
    others.push_back(words[i]);
  }
  put_number(out, different);
  code.put_integers(out, places);
  code.put_doubles(out, others);
}

template <class Value, class Get>
std::vector<Value> get_column(ByteReader& in, std::size_t size, const std::vector<Value>& like, Get get) {
  const std::uint8_t kind = in.byte();
  std::vector<Value> values = kind != kOwn && like.size() == size ? like : std::vector<Value>(size);
  if (kind == kOwn) get(in, std::span<Value>(values));
  if (kind != kExcept) return values;
  std::vector<std::int64_t> places(in.count(size));
  std::vector<Value> others(places.size());
  ColumnCode::get_integers(in, places);
  get(in, std::span<Value>(others));
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] >= 0 && places[i] < static_cast<std::int64_t>(size)) {
      values[static_cast<std::size_t>(places[i])] = others[i];
    }
  }
  return values;
}

}  // namespace

void Bucket::merge(const Bucket& later, std::int64_t shift_us) {
  if (later.count == 0) return;
  const std::int64_t at_us = later.last_us + shift_us;
  if (count == 0) {
    *this = later;
    last_us = at_us;
    return;
  }
  min = std::min(min, later.min);
  max = std::max(max, later.max);
  if (at_us >= last_us) {
    last = later.last;
    last_us = at_us;
  }
  sum += later.sum;
  count += later.count;
}

void RollupBlock::clear() {
  offsets_.clear();
  used_ = 0;
}

std::size_t RollupBlock::place(std::uint32_t offset) {
  for (std::size_t i = offsets_.size(); i-- > 0;) {  // mostly the last
    if (offsets_[i] == offset) return i;
  }
  offsets_.push_back(offset);
  for (std::size_t i = 0; i < used_; ++i) slots_[i].buckets.resize(offsets_.size());
  return offsets_.size() - 1;
}

std::span<Bucket> RollupBlock::slot(std::uint32_t slot) {
  for (std::size_t i = used_; i-- > 0;) {
    if (slots_[i].slot == slot) return slots_[i].buckets;
  }
  if (used_ == slots_.size()) slots_.emplace_back();
  Slot& fresh = slots_[used_++];
  fresh.slot = slot;
  fresh.buckets.assign(offsets_.size(), {});
  return fresh.buckets;
}

void RollupBlock::merge(const RollupBlock& later) {
  for (const Slot& from : later.slots()) {
    for (std::size_t i = 0; i < from.buckets.size(); ++i) {
      if (from.buckets[i].count == 0) continue;
      const std::size_t at = place(later.offsets_[i]);
      slot(from.slot)[at].merge(from.buckets[i]);
    }
  }
}

// Number of buckets and their offsets; then of each slot which buckets it has, and a column for each of the
// six numbers. Most signals of a stream come together, and where a bucket holds one value its least,
// greatest, last and sum are one: such columns are stored as "the same".
void RollupBlock::put(std::string& out, ColumnCode& code) const {
  Scratch scratch;
  out += static_cast<char>(kNewestFormat);
  put_number(out, offsets_.size());
  scratch.integers.assign(offsets_.begin(), offsets_.end());
  code.put_integers(out, scratch.integers);
  put_number(out, used_);
  std::vector<std::int64_t> count, last_us, count_before, last_us_before;
  std::vector<std::uint64_t> min, other;
  for (const Slot& slot : slots()) {
    put_number(out, slot.slot);
    count.clear(), last_us.clear(), min.clear();
    std::string present((slot.buckets.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < slot.buckets.size(); ++i) {
      const Bucket& bucket = slot.buckets[i];
      if (bucket.count == 0) continue;
      present[i / 8] = static_cast<char>(present[i / 8] | 1 << i % 8);
      count.push_back(bucket.count);
      last_us.push_back(bucket.last_us);
      min.push_back(std::bit_cast<std::uint64_t>(bucket.min));
    }
    put_number(out, count.size());
    if (count.size() != slot.buckets.size()) out += present;
    put_column(out, code, count, count_before);
    put_column(out, code, last_us, last_us_before);
    put_column(out, code, min, {});
    for (const auto number : {&Bucket::max, &Bucket::last, &Bucket::sum}) {
      other.clear();
      for (const Bucket& bucket : slot.buckets) {
        if (bucket.count > 0) other.push_back(std::bit_cast<std::uint64_t>(bucket.*number));
      }
      put_column(out, code, other, min);
    }
    count_before.swap(count);
    last_us_before.swap(last_us);
  }
}

Status RollupBlock::get(std::string_view bytes) {
  clear();
  ByteReader in(bytes);
  const Fault damaged{FaultKind::corrupt, "a rollup is damaged"};
  if (const std::uint8_t format = in.byte(); format < kFirstFormat || format > kNewestFormat) return damaged;
  const std::size_t places = in.count(kMostBuckets);
  std::vector<std::int64_t> offsets(places);
  ColumnCode::get_integers(in, offsets);
  for (const std::int64_t offset : offsets) offsets_.push_back(static_cast<std::uint32_t>(offset));
  std::vector<std::int64_t> count, last_us;
  const std::size_t slot_count = in.count(kMostSlots);
  for (std::size_t s = 0; s < slot_count && in.ok(); ++s) {
    const std::span<Bucket> buckets = slot(static_cast<std::uint32_t>(in.number()));
    const std::size_t here = in.count(places);
    const std::string_view present = here == places ? std::string_view() : in.bytes((places + 7) / 8);
    count = get_column(in, here, count, ColumnCode::get_integers);
    last_us = get_column(in, here, last_us, ColumnCode::get_integers);
    const auto min = get_column(in, here, std::vector<std::uint64_t>(), ColumnCode::get_doubles);
    const auto max = get_column(in, here, min, ColumnCode::get_doubles);
    const auto last = get_column(in, here, min, ColumnCode::get_doubles);
    const auto sum = get_column(in, here, min, ColumnCode::get_doubles);
    if (!in.ok()) return damaged;
    std::size_t next = 0;
    for (std::size_t i = 0; i < places && next < here; ++i) {
      if (!present.empty() && (static_cast<unsigned char>(present[i / 8]) >> i % 8 & 1) == 0) continue;
      buckets[i] = {count[next],
                    std::bit_cast<double>(min[next]),
                    std::bit_cast<double>(max[next]),
                    std::bit_cast<double>(sum[next]),
                    std::bit_cast<double>(last[next]),
                    last_us[next]};
      ++next;
    }
    if (next != here) return damaged;
  }
  return in.ok() ? Status{} : Status(damaged);
}

}  // namespace cantrail::sqlite
