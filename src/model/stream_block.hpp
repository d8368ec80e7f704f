// Rows of one stream, column by column. Every column is an array of 64-bit words: a double, an int64, a
// uint64, a bool as 0 or 1, or for text and blobs a place in the block's own text. Columns hold physical
// values; the word of an absent cell says why it is absent (quality.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/blob.hpp"
#include "model/catalog.hpp"
#include "model/quality.hpp"

namespace cantrail {

// Plain data: filled by one thread, then shared read-only. Reuse by reset() keeps the memory.
class StreamBlock {
 public:
  // Makes room for `rows` rows of `fields` columns; everything is valid, values are whatever was there: the
  // caller writes every column. Without `frame_derived`, frame() stays empty.
  void reset(StreamId stream, std::size_t fields, std::size_t rows, bool frame_derived);

  [[nodiscard]] StreamId stream() const { return stream_; }
  void renumber(StreamId stream) { stream_ = stream; }  // the same stream, by its id in another catalog
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t fields() const { return fields_; }

  [[nodiscard]] std::span<std::int64_t> time_ns() { return column<std::int64_t>(0); }
  [[nodiscard]] std::span<const std::int64_t> time_ns() const { return column<const std::int64_t>(0); }
  // For rows decoded from frames: the index of each row's frame in its batch, ascending. Otherwise empty.
  [[nodiscard]] std::span<std::uint32_t> frame() { return frames<std::uint32_t>(); }
  [[nodiscard]] std::span<const std::uint32_t> frame() const { return frames<const std::uint32_t>(); }

  // Columns by type; the caller knows the type from the schema. Where there are more than kUnpaddedRows:
  // 64-byte aligned, and padded so that whole vectors may be written behind the last row.
  static constexpr std::size_t kUnpaddedRows = 2;  // of most blocks of a live bus: small in memory
  [[nodiscard]] std::span<double> f64(std::size_t field) { return column<double>(field + 1); }
  [[nodiscard]] std::span<std::int64_t> i64(std::size_t field) { return column<std::int64_t>(field + 1); }
  [[nodiscard]] std::span<std::uint64_t> u64(std::size_t field) { return column<std::uint64_t>(field + 1); }
  [[nodiscard]] std::span<const double> f64(std::size_t field) const {
    return column<const double>(field + 1);
  }
  [[nodiscard]] std::span<const std::int64_t> i64(std::size_t field) const {
    return column<const std::int64_t>(field + 1);
  }
  [[nodiscard]] std::span<const std::uint64_t> u64(std::size_t field) const {
    return column<const std::uint64_t>(field + 1);
  }
  // A value's 64 bits, whatever its type: for labels and for equality.
  [[nodiscard]] std::uint64_t word(std::size_t field, std::size_t row) const;

  void set_text(std::size_t field, std::size_t row, std::string_view value);
  // Of a blob column: the value as append_blob() wrote it, to be copied as it is.
  [[nodiscard]] std::string_view text(std::size_t field, std::size_t row) const;
  // Blob columns: the bytes, or a reference to the file that holds them.
  void set_blob(std::size_t field, std::size_t row, std::string_view bytes) {
    set_appended(field, row, [&] { append_blob(text_, bytes); });
  }
  void set_blob(std::size_t field, std::size_t row, const BlobReference& reference) {
    set_appended(field, row, [&] { append_blob(text_, reference); });
  }
  [[nodiscard]] Blob blob(std::size_t field, std::size_t row) const { return read_blob(text(field, row)); }
  // The text of all rows as it lies here, for the journal, which stores words and text without a schema. A
  // place outside of it (a forged journal) reads as "".
  [[nodiscard]] std::string_view text_arena() const { return text_; }
  void assign_text(std::string_view arena) { text_ = arena; }

  // Validity: bit i % 64 of word i / 64 is row i. An empty span means all rows are valid.
  [[nodiscard]] std::span<const std::uint64_t> validity(std::size_t field) const {
    return all_valid(field) ? std::span<const std::uint64_t>{}
                            : std::span(bits_).subspan(field * bitmap_words(), bitmap_words());
  }
  // Materialises the bitmap with every row set to `value`; the caller then edits it. Bits behind the last row
  // are 0.
  [[nodiscard]] std::span<std::uint64_t> make_validity(std::size_t field, bool value);
  [[nodiscard]] bool valid(std::size_t field, std::size_t row) const {
    return all_valid(field) || ((bits_[field * bitmap_words() + row / 64] >> (row % 64)) & 1U) != 0;
  }

  // False: every cell of the block is there.
  [[nodiscard]] bool may_lack_cells() const { return !has_bits_.empty(); }

  // Why a cell is absent. Precondition: it is.
  [[nodiscard]] Quality quality(std::size_t field, std::size_t row) const {
    return quality_of(word(field, row));
  }
  void set_absent(std::size_t field, std::size_t row, Quality why) {
    if (all_valid(field)) (void)make_validity(field, true);
    bits_[field * bitmap_words() + row / 64] &= ~(std::uint64_t{1} << (row % 64));
    u64(field)[row] = static_cast<std::uint64_t>(why);
  }
  // The whole column, as if it had not been sent.
  void cut(std::size_t field);

  // Becomes a copy of those rows of `from`, in the order given.
  void take(const StreamBlock& from, std::span<const std::uint32_t> rows);

  [[nodiscard]] std::size_t memory_bytes() const;

  // For whoever keeps blocks for reuse: how many words reset() wants, how many there are, and room for the
  // bitmaps of a block of few rows. Reserving forgets the rows.
  [[nodiscard]] static constexpr std::size_t words_for(std::size_t fields, std::size_t rows,
                                                       bool frame_derived) {
    const std::size_t stride = stride_for(rows);
    return (fields + 1) * stride + (frame_derived ? (stride + 1) / 2 : 0);
  }
  [[nodiscard]] std::size_t capacity_words() const { return capacity_words_; }
  [[nodiscard]] std::size_t capacity_bitmaps() const { return bits_.capacity(); }
  void reserve_words(std::size_t words);
  void reserve_bitmaps(std::size_t words);

 private:
  static constexpr std::size_t stride_for(std::size_t rows) {
    return rows <= kUnpaddedRows ? rows : (rows + 7) / 8 * 8;
  }

  struct AlignedDelete {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, std::align_val_t{64}); }
  };

  template <class T>
  [[nodiscard]] std::span<T> column(std::size_t number) const {
    return {reinterpret_cast<T*>(words_.get() + number * stride_ * 8), rows_};
  }
  template <class T>
  [[nodiscard]] std::span<T> frames() const {
    return {reinterpret_cast<T*>(words_.get() + (fields_ + 1) * stride_ * 8), frame_derived_ ? rows_ : 0};
  }
  [[nodiscard]] bool all_valid(std::size_t field) const { return has_bits_.empty() || has_bits_[field] == 0; }
  [[nodiscard]] std::size_t bitmap_words() const { return (rows_ + 63) / 64; }

  template <class Append>
  void set_appended(std::size_t field, std::size_t row, Append append) {
    const std::uint64_t start = text_.size();
    append();
    u64(field)[row] = start << 32 | (text_.size() - start);
  }

  StreamId stream_ = 0;
  bool frame_derived_ = false;
  std::size_t rows_ = 0, fields_ = 0;
  std::size_t stride_ = 0;  // words between columns
  std::size_t capacity_words_ = 0;
  // One piece of memory, since most blocks of a live bus hold a row or two: times, columns, frames.
  std::unique_ptr<std::byte[], AlignedDelete> words_;
  // Only where some field has a bitmap: then there is room for those of all fields.
  std::vector<std::uint8_t> has_bits_;  // by field
  std::vector<std::uint64_t> bits_;
  std::string text_;
};

}  // namespace cantrail
