#include "formats/mcap/chunk_builder.hpp"

#include <cassert>
#include <numeric>

namespace cantrail::mcap {
namespace {

std::byte* put_header(std::byte* at, const MessageHeader& header, std::uint64_t data_bytes) {
  store(at, static_cast<std::uint8_t>(Opcode::message));
  store(at + 1, kMessageHeaderBytes + data_bytes);
  store(at + 9, header.channel);
  store(at + 11, header.sequence);
  store(at + 15, header.log_time_ns);
  store(at + 23, header.publish_time_ns);
  return at + kMessageOverheadBytes;
}

}  // namespace

bool ChunkBuilder::append(const MessageHeader& header, std::span<const std::byte> data) {
  std::byte* place = prepare(data.size());
  if (place == nullptr) return false;
  if (!data.empty()) std::memcpy(place, data.data(), data.size());
  commit(header, data.size());
  return true;
}

bool ChunkBuilder::append(const MessageColumns& columns) {
  const std::size_t rows = columns.channel.size();
  assert(columns.log_time_ns.size() == rows && columns.offset.size() == rows &&
         columns.length.size() == rows);
  assert(columns.publish_time_ns.empty() || columns.publish_time_ns.size() == rows);
  assert(columns.sequence.empty() || columns.sequence.size() == rows);
  const std::uint64_t bytes =
      std::accumulate(columns.length.begin(), columns.length.end(), std::uint64_t{0}) +
      std::uint64_t{rows} * kMessageOverheadBytes;
  if (bytes > kMostChunkBytes - records_.size()) return false;
  const std::uint64_t* publish =
      columns.publish_time_ns.empty() ? columns.log_time_ns.data() : columns.publish_time_ns.data();
  std::byte* at = records_.extend(bytes);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t length = columns.length[row];
    assert(std::uint64_t{columns.offset[row]} + length <= columns.data.size());
    const std::uint32_t sequence = columns.sequence.empty() ? 0 : columns.sequence[row];
    at = put_header(at, {columns.channel[row], sequence, columns.log_time_ns[row], publish[row]}, length);
    if (length > 0) std::memcpy(at, columns.data.data() + columns.offset[row], length);
    at += length;
  }
  return true;
}

std::byte* ChunkBuilder::prepare(std::size_t most_bytes) {
  if (most_bytes > kMostChunkBytes ||
      kMessageOverheadBytes + most_bytes > kMostChunkBytes - records_.size()) {
    return nullptr;
  }
  records_.make_room(kMessageOverheadBytes + most_bytes);
  return records_.data() + records_.size() + kMessageOverheadBytes;
}

void ChunkBuilder::commit(const MessageHeader& header, std::size_t bytes) {
  put_header(records_.extend(kMessageOverheadBytes + bytes), header, bytes);
}

}  // namespace cantrail::mcap
