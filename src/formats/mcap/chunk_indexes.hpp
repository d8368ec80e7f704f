// Where the chunks of a file are, and their message indexes. What a writer holds for hours: 72 bytes a chunk
// and about 3 for each channel in it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/mcap/compression.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

struct ChunkPlace {
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t offset = 0;       // of the record
  std::uint64_t length = 0;       // of the record, prefix included
  std::uint64_t index_bytes = 0;  // of all its message indexes, which follow it
  std::uint64_t stored_bytes = 0;
  std::uint64_t uncompressed_bytes = 0;
  Compression compression = Compression::none;

  [[nodiscard]] std::uint64_t end() const { return offset + length; }
};

// Where the message index of one channel begins.
struct IndexPlace {
  std::uint16_t channel = 0;
  std::uint64_t offset = 0;
  bool operator==(const IndexPlace&) const = default;
};

class ChunkIndexes {
 public:
  // In the order of the file, or of its summary.
  void add(const ChunkPlace& place, std::span<const IndexPlace> indexes);

  [[nodiscard]] std::size_t size() const { return chunks_.size(); }
  [[nodiscard]] bool empty() const { return chunks_.empty(); }
  [[nodiscard]] const ChunkPlace& operator[](std::size_t chunk) const { return chunks_[chunk].place; }
  // Replaces `out`. Empty: nothing is known of the channels in the chunk.
  void indexes(std::size_t chunk, std::vector<IndexPlace>& out) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Kept {
    ChunkPlace place;
    std::uint64_t packed_end = 0;
  };

  std::vector<Kept> chunks_;
  std::vector<std::uint8_t>
      packed_;  // of each index place: channel and offset as differences to the one before
};

}  // namespace cantrail::mcap
