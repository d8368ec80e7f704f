// From a chunk as it is stored to its records.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_indexes.hpp"
#include "formats/mcap/compression.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

// Moves, does not copy.
struct LoadedChunk {
  ByteBuffer memory;
  std::span<const std::byte> records;  // in memory
};

// Not thread-safe.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(const Limits& limits) : most_bytes_(limits.most_chunk_bytes) {}

  // Decompresses and verifies `stored`, of header.stored_bytes bytes. `records` then lies in `stored`, if
  // that is not compressed, else in memory of this decoder until the next call. Otherwise what is wrong;
  // `records` is empty then.
  [[nodiscard]] std::optional<DamageKind> decode(const ChunkHeader& header, std::span<const std::byte> stored,
                                                 std::span<const std::byte>& records);

  // The same for a chunk that lies where a summary says. `out` keeps nothing of what it held but its memory.
  // Faults are those of the source.
  Result<std::optional<DamageKind>> read(const ByteSource& source, const ChunkPlace& place, LoadedChunk& out);

 private:
  [[nodiscard]] std::optional<DamageKind> check(const ChunkHeader& header) const;

  std::uint64_t most_bytes_;
  Decompressor decompressor_;
  ByteBuffer record_;   // as read
  ByteBuffer records_;  // decompressed
};

}  // namespace cantrail::mcap
