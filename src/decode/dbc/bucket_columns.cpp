#include "decode/dbc/bucket_columns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace cantrail::dbc {
namespace {

static_assert(std::endian::native == std::endian::little, "payload words are loaded as they lie in memory");

constexpr std::size_t kReach = kMaxFrameBytes + 8;  // an 8-byte load may start at the last byte of a payload

std::uint64_t load_word(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// The signal's bits from nine bytes; shift is 1–7.
std::uint64_t load_nine(const std::uint8_t* bytes, ByteOrder order, unsigned shift) {
  const std::uint64_t word = load_word(bytes), last = bytes[8];
  if (order == ByteOrder::intel) return word >> shift | last << (64 - shift);
  return __builtin_bswap64(word) << (8 - shift) | last >> shift;
}

}  // namespace

void BucketColumns::decode_few(const MessageProgram& program, const BucketFrames& bucket,
                               StreamBlock& block) {
  const std::span<std::uint32_t> frame = block.frame();
  const std::span<std::int64_t> time = block.time_ns();
  const std::size_t rows = block.rows();
  std::array<std::array<std::uint64_t, 2>, StreamBlock::kUnpaddedRows> words{};  // plain, swapped
  for (std::size_t row = 0; row < rows; ++row) {
    frame[row] = bucket.order[row];
    time[row] = bucket.frames->time_ns()[bucket.order[row]];
    words[row] = {bucket.words[row], __builtin_bswap64(bucket.words[row])};
  }
  for (const ColumnStep& step : program.groups.front().steps) {
    std::uint64_t* const column = block.u64(step.field).data();
    for (std::size_t row = 0; row < rows; ++row) {
      column[row] = convert_word(step, words[row][step.bits.swapped ? 1 : 0]);
    }
  }
}

void BucketColumns::decode(const MessageProgram& program, const BucketFrames& bucket, StreamBlock& block) {
  if (program.plain && !bucket.any_short && block.rows() <= StreamBlock::kUnpaddedRows) {
    return decode_few(program, bucket, block);
  }
  rows_ = bucket.order.size();
  padded_ = padded_rows(rows_);
  bitmap_words_ = (rows_ + 63) / 64;

  std::memcpy(block.frame().data(), bucket.order.data(), rows_ * sizeof(std::uint32_t));
  const std::int64_t* const time = bucket.frames->time_ns().data();
  std::int64_t* const to = block.time_ns().data();
  for (std::size_t row = 0; row < rows_; ++row) to[row] = time[bucket.order[row]];

  // The loops write whole lanes, for which a block of a row or two has no room.
  const std::size_t fields = program.fields.size();
  const bool unpadded = rows_ <= StreamBlock::kUnpaddedRows;
  if (columns_.size() < fields) columns_.resize(fields);
  std::uint64_t* const beside = unpadded ? beside_.at_least(fields * kLaneRows) : nullptr;
  for (std::size_t field = 0; field < fields; ++field) {
    columns_[field] = unpadded ? beside + field * kLaneRows : block.u64(field).data();
  }

  reserved_.clear();
  without_value_.clear();
  find_short(program, bucket);
  if (program.wide) find_payloads(program, bucket);
  for (const LoadGroup& group : program.groups) {
    const Words words = load(group, bucket);
    loops_.convert(group.steps, words.plain, words.swapped, columns_.data(), padded_);
    if (!group.reserved.empty()) find_reserved(group, words);
  }
  if (program.addresses) set_addresses(bucket, fields - kAddressFields);
  if (!program.conditions.empty()) test_conditions(program, bucket);
  if (short_frames_ || !program.conditions.empty()) set_presence(program, block);
  if (unpadded) {
    for (std::size_t field = 0; field < fields; ++field) {
      std::copy_n(columns_[field], rows_, block.u64(field).data());
    }
  }
  if (!without_value_.empty()) set_reserved(block);
}

void BucketColumns::set_addresses(const BucketFrames& bucket, std::size_t first_field) {
  std::uint64_t* const source = columns_[first_field];
  std::uint64_t* const destination = columns_[first_field + 1];
  std::uint64_t* const priority = columns_[first_field + 2];
  const std::uint32_t* const id = bucket.frames->id().data();
  for (std::size_t row = 0; row < rows_; ++row) {
    const j1939::Identifier said = j1939::parse(id[bucket.order[row]]);
    source[row] = said.source;
    destination[row] = said.destination;
    priority[row] = said.priority;
  }
}

void BucketColumns::find_reserved(const LoadGroup& group, const Words& words) {
  std::uint64_t* const found = presence_.at_least(bitmap_words_);
  const auto select = [&](const Reserved& reserved, const SelectorRange& range) {
    loops_.select(reserved.bits.swapped ? words.swapped : words.plain, reserved.bits, {&range, 1}, found,
                  padded_);
    if (rows_ % 64 != 0) found[bitmap_words_ - 1] &= (std::uint64_t{1} << (rows_ % 64)) - 1;
  };
  for (const Reserved& reserved : group.reserved) {
    select(reserved, reserved.any);
    if (std::all_of(found, found + bitmap_words_, [](std::uint64_t word) { return word == 0; })) continue;
    without_value_.push_back({reserved.field, reserved_.size()});
    reserved_.insert(reserved_.end(), found, found + bitmap_words_);
    select(reserved, reserved.none);
    reserved_.insert(reserved_.end(), found, found + bitmap_words_);
  }
}

// A cell that is absent anyway keeps its reason.
void BucketColumns::set_reserved(StreamBlock& block) const {
  for (const WithoutValue& one : without_value_) {
    const std::uint64_t* const any = reserved_.data() + one.bitmaps;
    const std::uint64_t* const none = any + bitmap_words_;
    for (std::size_t w = 0; w < bitmap_words_; ++w) {
      for (std::uint64_t rest = any[w]; rest != 0; rest &= rest - 1) {
        const auto bit = static_cast<unsigned>(std::countr_zero(rest));
        const std::size_t row = w * 64 + bit;
        if (!block.valid(one.field, row)) continue;
        block.set_absent(one.field, row,
                         ((none[w] >> bit) & 1U) != 0 ? Quality::not_available : Quality::error);
      }
    }
  }
}

void BucketColumns::find_short(const MessageProgram& program, const BucketFrames& bucket) {
  short_frames_ = false;
  if (!bucket.any_short) return;
  if (lengths_.size() < rows_) lengths_.resize(rows_ + rows_ / 2);
  const std::uint8_t* const length = bucket.frames->length().data();
  std::uint8_t shortest = kMaxFrameBytes;
  for (std::size_t row = 0; row < rows_; ++row) {
    lengths_[row] = length[bucket.order[row]];
    shortest = std::min(shortest, lengths_[row]);
  }
  short_frames_ = shortest < program.needed_bytes;
}

// A frame that holds all signals is read in place: a slot and the slack behind the last one give eight bytes
// more than needed. Shorter ones are copied into a row of zeros.
void BucketColumns::find_payloads(const MessageProgram& program, const BucketFrames& bucket) {
  if (payload_.size() < rows_) payload_.resize(rows_ + rows_ / 2);
  const std::uint8_t* const arena = bucket.frames->payload().data();
  const std::uint32_t* const offset = bucket.frames->offset().data();
  for (std::size_t row = 0; row < rows_; ++row) payload_[row] = arena + offset[bucket.order[row]];
  if (!short_frames_) return;

  std::size_t count = 0;
  for (std::size_t row = 0; row < rows_; ++row) count += lengths_[row] < program.needed_bytes ? 1 : 0;
  if (padded_payloads_.size() < count * kReach) padded_payloads_.resize((count + count / 2) * kReach);
  std::uint8_t* copy = padded_payloads_.data();
  for (std::size_t row = 0; row < rows_; ++row) {
    if (lengths_[row] >= program.needed_bytes) continue;
    std::memset(copy, 0, kReach);
    std::memcpy(copy, payload_[row], lengths_[row]);
    payload_[row] = copy;
    copy += kReach;
  }
}

BucketColumns::Words BucketColumns::load(const LoadGroup& group, const BucketFrames& bucket) {
  Words words{bucket.words, nullptr};
  if (group.nine || group.byte != 0) {
    std::uint64_t* const loaded = loaded_.at_least(padded_);
    for (std::size_t row = 0; row < rows_; ++row) {
      const std::uint8_t* const bytes = payload_[row] + group.byte;
      loaded[row] = group.nine ? load_nine(bytes, group.nine_order, group.nine_shift) : load_word(bytes);
    }
    words.plain = loaded;
  }
  if (group.swapped) {
    std::uint64_t* const swapped = swapped_.at_least(padded_);
    loops_.swap(words.plain, swapped, padded_);
    words.swapped = swapped;
  }
  return words;
}

void BucketColumns::test_conditions(const MessageProgram& program, const BucketFrames& bucket) {
  std::uint64_t* const bitmaps = conditions_.at_least(program.conditions.size() * bitmap_words_);
  Words words;
  const Condition* previous = nullptr;
  for (std::size_t i = 0; i < program.conditions.size(); ++i) {
    const Condition& condition = program.conditions[i];
    std::uint64_t* const bitmap = bitmaps + i * bitmap_words_;
    if (previous == nullptr || previous->load.byte != condition.load.byte || previous->load.nine ||
        condition.load.nine || previous->load.swapped != condition.load.swapped) {
      words = load(condition.load, bucket);
      previous = &condition;
    }
    loops_.select(condition.bits.swapped ? words.swapped : words.plain, condition.bits, condition.ranges,
                  bitmap, padded_);
    if (rows_ % 64 != 0) bitmap[bitmap_words_ - 1] &= (std::uint64_t{1} << (rows_ % 64)) - 1;
    if (condition.parent >= 0) {
      const std::uint64_t* const parent =
          bitmaps + static_cast<std::size_t>(condition.parent) * bitmap_words_;
      for (std::size_t w = 0; w < bitmap_words_; ++w) bitmap[w] &= parent[w];
    }
    if (short_frames_) require_length(condition.needed_bytes, bitmap);
  }
}

void BucketColumns::set_presence(const MessageProgram& program, StreamBlock& block) {
  std::uint64_t* const bitmap = presence_.at_least(bitmap_words_);
  for (std::size_t field = 0; field < program.fields.size(); ++field) {
    const FieldPresence& presence = program.fields[field];
    if (presence.condition < 0 && !short_frames_) continue;
    if (presence.condition >= 0) {
      std::copy_n(conditions_.data() + static_cast<std::size_t>(presence.condition) * bitmap_words_,
                  bitmap_words_, bitmap);
    } else {
      std::fill_n(bitmap, bitmap_words_, ~std::uint64_t{0});
      if (rows_ % 64 != 0) bitmap[bitmap_words_ - 1] = (std::uint64_t{1} << (rows_ % 64)) - 1;
    }
    if (short_frames_) require_length(presence.needed_bytes, bitmap);
    if (all_present(bitmap)) continue;
    std::copy_n(bitmap, bitmap_words_, block.make_validity(field, false).data());
    loops_.blank(columns_[field], bitmap, padded_);
  }
}

void BucketColumns::require_length(std::uint8_t needed_bytes, std::uint64_t* bitmap) const {
  for (std::size_t row = 0; row < rows_; ++row) {
    const std::uint64_t is_short = lengths_[row] < needed_bytes ? 1 : 0;
    bitmap[row / 64] &= ~(is_short << (row % 64));
  }
}

bool BucketColumns::all_present(const std::uint64_t* bitmap) const {
  std::size_t present = 0;
  for (std::size_t w = 0; w < bitmap_words_; ++w)
    present += static_cast<std::size_t>(std::popcount(bitmap[w]));
  return present == rows_;
}

}  // namespace cantrail::dbc
