// The second step of writing: a full buffer of records becomes a chunk, ready to be appended to a file.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/status.hpp"
#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/chunk_builder.hpp"
#include "formats/mcap/compression.hpp"
#include "formats/mcap/message_indexer.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

struct ChunkOptions {
  Compression compression = Compression::zstd;
  std::optional<int> level;  // nullopt: the default (compression.hpp)
  bool crc = true;           // of the uncompressed records
  bool message_index =
      true;  // without it the file is smaller by 16 bytes a message, and many readers cannot seek
};

// Belongs to no file: nothing in it depends on where it will stand.
struct FinishedChunk {
  MessageTally tally;
  std::uint64_t uncompressed_bytes = 0;
  std::uint32_t uncompressed_crc = 0;  // 0: none
  Compression compression = Compression::none;
  ByteBuffer records;        // compressed
  ByteBuffer message_index;  // whole records; their order is that of tally.channels. Empty: none
};

// Not thread-safe: one a thread. Depends on nothing but its contexts and what it is given.
class ChunkCompressor {
 public:
  explicit ChunkCompressor(const ChunkOptions& options);

  // Replaces `out`, whose memory is used again, and empties `raw`. After a fault (exhausted, bug) `raw` is as
  // it was.
  Status compress(ChunkBuilder& raw, FinishedChunk& out);
  // The same for records from elsewhere, which may hold schemas and channels too. corrupt: they are no
  // records.
  Status compress(std::span<const std::byte> records, FinishedChunk& out);

 private:
  Status describe(std::span<const std::byte> records, FinishedChunk& out);

  ChunkOptions options_;
  Compressor compressor_;
  MessageIndexer indexer_;
};

}  // namespace cantrail::mcap
