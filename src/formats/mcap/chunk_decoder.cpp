#include "formats/mcap/chunk_decoder.hpp"

#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_parser.hpp"

namespace cantrail::mcap {

std::optional<DamageKind> ChunkDecoder::check(const ChunkHeader& header) const {
  const auto compression = compression_named(header.compression);
  if (!compression) return DamageKind::unknown_compression;
  if (header.uncompressed_bytes > most_bytes_ || header.stored_bytes > most_bytes_)
    return DamageKind::too_large;
  if (*compression == Compression::none && header.uncompressed_bytes != header.stored_bytes) {
    return DamageKind::chunk;
  }
  return std::nullopt;
}

std::optional<DamageKind> ChunkDecoder::decode(const ChunkHeader& header, std::span<const std::byte> stored,
                                               std::span<const std::byte>& records) {
  records = {};
  if (const auto damage = check(header)) return damage;
  const Compression compression = *compression_named(header.compression);
  auto decoded = stored;
  if (compression != Compression::none) {
    if (!decompressor_.decompress(compression, stored, header.uncompressed_bytes, records_)) {
      return DamageKind::chunk;
    }
    decoded = records_.span();
  }
  if (header.uncompressed_crc != 0 && crc32(decoded) != header.uncompressed_crc) return DamageKind::chunk;
  records = decoded;
  return std::nullopt;
}

Result<std::optional<DamageKind>> ChunkDecoder::read(const ByteSource& source, const ChunkPlace& place,
                                                     LoadedChunk& out) {
  constexpr std::uint64_t kMostHead = kPrefixBytes + kChunkFixedBytes + 32;
  out.records = {};
  if (place.offset > source.size() || place.length > source.size() - place.offset ||
      place.length < kPrefixBytes + kChunkFixedBytes) {
    return std::optional(DamageKind::chunk);
  }
  if (place.length > most_bytes_ + kMostHead) return std::optional(DamageKind::too_large);
  record_.clear();
  record_.reserve(place.length);
  const auto got = source.read_at(place.offset, {record_.data(), place.length});
  if (!got) return got.fault();
  record_.set_size(*got);
  if (*got != place.length) return std::optional(DamageKind::chunk);
  const auto body = record_.span().subspan(kPrefixBytes);
  const auto header = parse_chunk_header(body);
  if (record_.data()[0] != static_cast<std::byte>(Opcode::chunk) ||
      load<std::uint64_t>(record_.data() + 1) != body.size() || !header ||
      header->stored_bytes > body.size() - header->header_bytes) {
    return std::optional(DamageKind::chunk);
  }
  const auto damage = decode(*header, body.subspan(header->header_bytes, header->stored_bytes), out.records);
  if (damage) return damage;
  // The memory that the records lie in changes hands.
  out.memory.swap(out.records.data() == records_.data() ? records_ : record_);
  return std::optional<DamageKind>();
}

}  // namespace cantrail::mcap
