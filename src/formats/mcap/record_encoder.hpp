// Records as bytes: each function appends one whole record to `out`. Texts are shorter than 4 GiB.
#pragma once

#include <span>

#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/chunk_indexes.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

void encode(const Header& header, ByteBuffer& out);
void encode(const Schema& schema, ByteBuffer& out);
void encode(const Channel& channel, ByteBuffer& out);
void encode(const Metadata& metadata, ByteBuffer& out);
void encode(const ChunkPlace& place, std::span<const IndexPlace> indexes, ByteBuffer& out);
void encode(const AttachmentPlace& place, ByteBuffer& out);
void encode(const MetadataPlace& place, ByteBuffer& out);
void encode(const Statistics& statistics, ByteBuffer& out);
void encode(const SummaryOffset& offset, ByteBuffer& out);
void encode_data_end(std::uint32_t data_crc, ByteBuffer& out);
void encode(const Footer& footer, ByteBuffer& out);

// The beginning of a chunk's record, which its records complete.
void encode_chunk_head(const FinishedChunk& chunk, ByteBuffer& out);
// The beginning of an attachment's record; its data and checksum complete it.
void encode_attachment_head(const AttachmentInfo& info, std::uint64_t data_bytes, ByteBuffer& out);

}  // namespace cantrail::mcap
