#include "formats/mcap/chunk_compressor.hpp"

#include "formats/mcap/crc32.hpp"

namespace cantrail::mcap {

ChunkCompressor::ChunkCompressor(const ChunkOptions& options)
    : options_(options), compressor_(options.compression, options.level) {}

Status ChunkCompressor::describe(std::span<const std::byte> records, FinishedChunk& out) {
  if (records.size() > kMostChunkBytes) return {FaultKind::bug, "the chunk is too large"};
  if (!indexer_.tally(records, out.tally)) return {FaultKind::corrupt, "the chunk holds no records"};
  out.message_index.clear();
  if (options_.message_index) indexer_.write_index(records, out.tally, out.message_index);
  out.uncompressed_bytes = records.size();
  out.uncompressed_crc = options_.crc ? crc32(records) : 0;
  out.compression = options_.compression;
  return {};
}

Status ChunkCompressor::compress(ChunkBuilder& raw, FinishedChunk& out) {
  if (Status status = describe(raw.records(), out); !status) return status;
  if (options_.compression == Compression::none) {
    out.records.swap(raw.records_);
  } else if (Status status = compressor_.compress(raw.records(), out.records); !status) {
    return status;
  }
  raw.clear();
  return {};
}

Status ChunkCompressor::compress(std::span<const std::byte> records, FinishedChunk& out) {
  if (Status status = describe(records, out); !status) return status;
  return compressor_.compress(records, out.records);
}

}  // namespace cantrail::mcap
