// The contents of records, as values. nullopt: the bytes are no such record. Bytes behind the last field are
// ignored: the format lets records grow.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "formats/mcap/chunk_indexes.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

[[nodiscard]] std::optional<Header> parse_header(std::span<const std::byte> body);
[[nodiscard]] std::optional<Schema> parse_schema(std::span<const std::byte> body);  // also of id 0
[[nodiscard]] std::optional<Channel> parse_channel(std::span<const std::byte> body);
// `body` may end anywhere behind the fields before the records; stored_bytes is not held against it.
[[nodiscard]] std::optional<ChunkHeader> parse_chunk_header(std::span<const std::byte> body);
// The same for the fields before the data. `offset` and `length` remain 0.
[[nodiscard]] std::optional<AttachmentPlace> parse_attachment_head(std::span<const std::byte> body);
[[nodiscard]] std::optional<Metadata> parse_metadata(std::span<const std::byte> body);

struct MessageIndexHead {
  std::uint16_t channel = 0;
  std::uint64_t messages = 0;
};
[[nodiscard]] std::optional<MessageIndexHead> parse_message_index_head(std::span<const std::byte> body);

// `compression` is the file's name of it, which need not be one that is known here; place.compression is
// `none` until it is looked up.
struct ParsedChunkIndex {
  ChunkPlace place;
  std::string_view compression;
};
[[nodiscard]] std::optional<ParsedChunkIndex> parse_chunk_index(std::span<const std::byte> body,
                                                                std::vector<IndexPlace>& indexes);
[[nodiscard]] std::optional<AttachmentPlace> parse_attachment_index(std::span<const std::byte> body);
[[nodiscard]] std::optional<MetadataPlace> parse_metadata_index(std::span<const std::byte> body);
[[nodiscard]] std::optional<Statistics> parse_statistics(std::span<const std::byte> body);
[[nodiscard]] std::optional<Footer> parse_footer(std::span<const std::byte> body);

// How many bytes the fields of a record of the data section take, as far as its beginning tells (lengths are
// followed, contents are not looked at). nullopt: `body` does not reach that far, or is no such record. Not
// for messages, which end where their record does, and not for records that are unknown.
[[nodiscard]] std::optional<std::uint64_t> content_bytes(Opcode opcode, std::span<const std::byte> body);

}  // namespace cantrail::mcap
