#include "model/stream_block.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace cantrail {

void StreamBlock::reset(StreamId stream, std::size_t fields, std::size_t rows, bool frame_derived) {
  stream_ = stream;
  frame_derived_ = frame_derived;
  rows_ = rows;
  fields_ = fields;
  stride_ = stride_for(rows);
  const std::size_t words = words_for(fields, rows, frame_derived);
  if (words > capacity_words_) reserve_words(std::max(words, capacity_words_ + capacity_words_ / 2));
  has_bits_.clear();
  text_.clear();
}

void StreamBlock::reserve_words(std::size_t words) {
  words_.reset(static_cast<std::byte*>(::operator new[](words * 8, std::align_val_t{64})));
  capacity_words_ = words;
}

void StreamBlock::reserve_bitmaps(std::size_t words) {
  has_bits_.reserve(words);
  bits_.reserve(words);
}

std::uint64_t StreamBlock::word(std::size_t field, std::size_t row) const {
  std::uint64_t value = 0;
  std::memcpy(&value, words_.get() + ((field + 1) * stride_ + row) * 8, sizeof value);
  return value;
}

void StreamBlock::set_text(std::size_t field, std::size_t row, std::string_view value) {
  set_appended(field, row, [&] { text_ += value; });
}

std::string_view StreamBlock::text(std::size_t field, std::size_t row) const {
  const std::uint64_t place = word(field, row);
  if (place >> 32 > text_.size()) return {};
  return std::string_view(text_).substr(place >> 32, place & 0xFFFFFFFFU);
}

std::span<std::uint64_t> StreamBlock::make_validity(std::size_t field, bool value) {
  if (has_bits_.empty()) {
    has_bits_.assign(fields_, 0);
    bits_.resize(fields_ * bitmap_words());
  }
  has_bits_[field] = 1;
  const auto bits = std::span(bits_).subspan(field * bitmap_words(), bitmap_words());
  std::ranges::fill(bits, value ? ~std::uint64_t{0} : 0);
  if (value && rows_ % 64 != 0) bits.back() = (std::uint64_t{1} << (rows_ % 64)) - 1;
  return bits;
}

void StreamBlock::cut(std::size_t field) {
  (void)make_validity(field, false);
  std::ranges::fill(u64(field), static_cast<std::uint64_t>(Quality::inactive));
}

void StreamBlock::take(const StreamBlock& from, std::span<const std::uint32_t> rows) {
  reset(from.stream_, from.fields_, rows.size(), from.frame_derived_);
  text_ = from.text_;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    time_ns()[i] = from.time_ns()[rows[i]];
    if (frame_derived_) frame()[i] = from.frame()[rows[i]];
  }
  for (std::size_t field = 0; field < from.fields(); ++field) {
    const auto words = u64(field);
    for (std::size_t i = 0; i < rows.size(); ++i) words[i] = from.word(field, rows[i]);
    if (from.all_valid(field)) continue;
    const auto bits = make_validity(field, false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (from.valid(field, rows[i])) bits[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}

std::size_t StreamBlock::memory_bytes() const {
  return capacity_words_ * 8 + bits_.capacity() * 8 + has_bits_.capacity() + text_.capacity();
}

}  // namespace cantrail
