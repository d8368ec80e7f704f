#include "model/stream_block.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace cantrail {

void StreamBlock::reset(StreamId stream, std::size_t fields, std::size_t rows, bool frame_derived) {
  stream_ = stream;
  rows_ = rows;
  stride_ = (rows + 7) / 8 * 8;
  if (fields * stride_ > capacity_words_) {
    capacity_words_ = std::max(fields * stride_, capacity_words_ + capacity_words_ / 2);
    words_.reset(static_cast<std::byte*>(::operator new[](capacity_words_ * 8, std::align_val_t{64})));
  }
  time_.resize(rows);
  frame_.resize(frame_derived ? rows : 0);
  validity_.resize(fields);
  has_validity_.assign(fields, 0);
  text_.clear();
}

std::uint64_t StreamBlock::word(std::size_t field, std::size_t row) const {
  std::uint64_t value = 0;
  std::memcpy(&value, words_.get() + (field * stride_ + row) * 8, sizeof value);
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
  std::vector<std::uint64_t>& bits = validity_[field];
  bits.assign((rows_ + 63) / 64, value ? ~std::uint64_t{0} : 0);
  if (value && rows_ % 64 != 0) bits.back() = (std::uint64_t{1} << (rows_ % 64)) - 1;
  has_validity_[field] = 1;
  return bits;
}

void StreamBlock::take(const StreamBlock& from, std::span<const std::uint32_t> rows) {
  reset(from.stream_, from.fields(), rows.size(), !from.frame_.empty());
  text_ = from.text_;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    time_[i] = from.time_[rows[i]];
    if (!frame_.empty()) frame_[i] = from.frame_[rows[i]];
  }
  for (std::size_t field = 0; field < from.fields(); ++field) {
    const auto words = u64(field);
    for (std::size_t i = 0; i < rows.size(); ++i) words[i] = from.word(field, rows[i]);
    if (from.has_validity_[field] == 0) continue;
    const auto bits = make_validity(field, false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (from.valid(field, rows[i])) bits[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}

std::size_t StreamBlock::memory_bytes() const {
  std::size_t bytes = capacity_words_ * 8 + time_.capacity() * 8 + frame_.capacity() * 4 + text_.capacity();
  for (const auto& bits : validity_) bytes += bits.capacity() * 8;
  return bytes;
}

}  // namespace cantrail
