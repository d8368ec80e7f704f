// The first step of writing: messages become records in one buffer, which is all that happens here. The
// second step is ChunkCompressor, which may run on another thread and hands the empty builder back.
#pragma once

#include <cstdint>
#include <span>

#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

// More than any chunk should have: readers hold one whole.
inline constexpr std::size_t kMostChunkBytes = std::size_t{1} << 30U;

// Columns of equal length, one row a message.
struct MessageColumns {
  std::span<const std::uint16_t> channel;
  std::span<const std::uint64_t> log_time_ns;
  std::span<const std::uint64_t> publish_time_ns;  // empty: the log times
  std::span<const std::uint32_t> sequence;         // empty: all 0
  std::span<const std::uint32_t> offset;           // into data
  std::span<const std::uint32_t> length;           // bytes
  std::span<const std::byte> data;
};

// Not thread-safe. Its memory grows to the largest chunk and stays.
class ChunkBuilder {
 public:
  // False, and nothing appended, where the chunk would exceed kMostChunkBytes: cut it before.
  [[nodiscard]] bool append(const MessageHeader& header, std::span<const std::byte> data);
  [[nodiscard]] bool append(const MessageColumns& columns);

  // A message that is encoded in place: room for up to `most_bytes` of data, or nullptr as above; then
  // commit() with what was written there. Without commit() there is no message.
  [[nodiscard]] std::byte* prepare(std::size_t most_bytes);
  void commit(const MessageHeader& header, std::size_t bytes);

  [[nodiscard]] std::span<const std::byte> records() const { return records_.span(); }
  [[nodiscard]] std::size_t bytes() const { return records_.size(); }  // what a caller cuts by
  [[nodiscard]] bool empty() const { return records_.empty(); }
  void clear() { records_.clear(); }

 private:
  friend class ChunkCompressor;  // takes the buffer instead of copying it

  ByteBuffer records_;
};

}  // namespace cantrail::mcap
