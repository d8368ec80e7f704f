#include "formats/mcap/chunk_indexes.hpp"

namespace cantrail::mcap {
namespace {

// Seven bits a byte, the highest bit set while more follow.
void put_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::uint64_t take_varint(const std::uint8_t*& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = *at++;
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
}

// Small numbers of either sign become small numbers.
std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1U) ^ (std::uint64_t{0} - (difference >> 63U));
}

std::uint64_t unzigzag(std::uint64_t value) {
  return (value >> 1U) ^ (std::uint64_t{0} - (value & 1U));
}

}  // namespace

void ChunkIndexes::add(const ChunkPlace& place, std::span<const IndexPlace> indexes) {
  std::uint64_t channel = 0, offset = place.end();
  for (const IndexPlace& index : indexes) {
    put_varint(packed_, zigzag(index.channel - channel));
    put_varint(packed_, zigzag(index.offset - offset));
    channel = index.channel;
    offset = index.offset;
  }
  chunks_.push_back({place, packed_.size()});
}

void ChunkIndexes::indexes(std::size_t chunk, std::vector<IndexPlace>& out) const {
  out.clear();
  const std::uint8_t* at = packed_.data() + (chunk == 0 ? 0 : chunks_[chunk - 1].packed_end);
  const std::uint8_t* const end = packed_.data() + chunks_[chunk].packed_end;
  std::uint64_t channel = 0, offset = chunks_[chunk].place.end();
  while (at != end) {
    channel += unzigzag(take_varint(at));
    offset += unzigzag(take_varint(at));
    out.push_back({static_cast<std::uint16_t>(channel), offset});
  }
}

std::size_t ChunkIndexes::memory_bytes() const {
  return chunks_.capacity() * sizeof(Kept) + packed_.capacity();
}

}  // namespace cantrail::mcap
