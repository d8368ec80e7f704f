// Decodes the rows of one bucket into its block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/dbc/columns.hpp"
#include "decode/dbc/program.hpp"
#include "decode/dbc/sorted_frames.hpp"
#include "model/frame.hpp"
#include "model/stream_block.hpp"

namespace cantrail::dbc {

// The frames of one message in one batch.
struct BucketFrames {
  const FrameBlock* frames = nullptr;
  std::span<const std::uint32_t> order;  // index of each row's frame
  const std::uint64_t* words = nullptr;  // their first eight bytes, padded to whole lanes
  bool any_short = false;                // some may be shorter than the program needs
};

// Scratch memory of one decoder, kept from bucket to bucket.
class BucketColumns {
 public:
  explicit BucketColumns(const ColumnLoops& loops) : loops_(loops) {}

  // `block` has been reset for the bucket's rows and the program's fields. Writes every column and bitmap.
  void decode(const MessageProgram& program, const BucketFrames& bucket, StreamBlock& block);

 private:
  struct Words {
    const std::uint64_t* plain = nullptr;
    const std::uint64_t* swapped = nullptr;
  };

  // A plain program on a block without padding.
  static void decode_few(const MessageProgram& program, const BucketFrames& bucket, StreamBlock& block);
  void find_short(const MessageProgram& program, const BucketFrames& bucket);
  void find_payloads(const MessageProgram& program, const BucketFrames& bucket);
  [[nodiscard]] Words load(const LoadGroup& group, const BucketFrames& bucket);
  void test_conditions(const MessageProgram& program, const BucketFrames& bucket);
  void set_presence(const MessageProgram& program, StreamBlock& block);
  void set_addresses(const BucketFrames& bucket, std::size_t first_field);
  // Remembers the rows whose raw value is none, as far as there are such.
  void find_reserved(const LoadGroup& group, const Words& words);
  void set_reserved(StreamBlock& block) const;
  // Clears the bits of rows whose frame has fewer bytes.
  void require_length(std::uint8_t needed_bytes, std::uint64_t* bitmap) const;
  [[nodiscard]] bool all_present(const std::uint64_t* bitmap) const;

  struct WithoutValue {
    std::uint16_t field = 0;
    std::size_t bitmaps = 0;  // into reserved_: any, then not available
  };

  const ColumnLoops& loops_;
  std::size_t rows_ = 0;                       // of the bucket at hand
  std::size_t padded_ = 0;                     // in whole lanes
  std::size_t bitmap_words_ = 0;               // of one bitmap
  bool short_frames_ = false;                  // then lengths_ is filled
  std::vector<std::uint64_t*> columns_;        // by field
  std::vector<const std::uint8_t*> payload_;   // by row: at least needed_bytes + 8 readable bytes
  std::vector<std::uint8_t> padded_payloads_;  // copies of frames too short to be read in place
  std::vector<std::uint8_t> lengths_;          // by row
  AlignedWords loaded_, swapped_;
  AlignedWords beside_;      // a lane for each column of a block without padding
  AlignedWords conditions_;  // one bitmap each
  AlignedWords presence_;    // one bitmap
  std::vector<std::uint64_t> reserved_;
  std::vector<WithoutValue> without_value_;
};

}  // namespace cantrail::dbc
