#include "formats/mcap/record_parser.hpp"

#include "formats/mcap/field_reader.hpp"

namespace cantrail::mcap {
namespace {

KeyValues key_values(FieldReader& fields) {
  KeyValues values;
  FieldReader entries(fields.block());
  while (fields.ok() && !entries.at_end()) {
    const std::string_view key = entries.text();
    const std::string_view value = entries.text();
    if (!entries.ok()) {
      fields.fail();
      break;
    }
    values.emplace_back(key, value);
  }
  return values;
}

AttachmentInfo attachment_info(FieldReader& fields) {
  AttachmentInfo info;
  info.log_time_ns = fields.u64();
  info.create_time_ns = fields.u64();
  return info;
}

template <class T>
std::optional<T> checked(const FieldReader& fields, T value) {
  if (!fields.ok()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Header> parse_header(std::span<const std::byte> body) {
  FieldReader fields(body);
  Header header;
  header.profile = fields.text();
  header.library = fields.text();
  return checked(fields, std::move(header));
}

std::optional<Schema> parse_schema(std::span<const std::byte> body) {
  FieldReader fields(body);
  Schema schema;
  schema.id = fields.u16();
  schema.name = fields.text();
  schema.encoding = fields.text();
  schema.data = fields.text();
  return checked(fields, std::move(schema));
}

std::optional<Channel> parse_channel(std::span<const std::byte> body) {
  FieldReader fields(body);
  Channel channel;
  channel.id = fields.u16();
  channel.schema_id = fields.u16();
  channel.topic = fields.text();
  channel.message_encoding = fields.text();
  channel.metadata = key_values(fields);
  return checked(fields, std::move(channel));
}

std::optional<ChunkHeader> parse_chunk_header(std::span<const std::byte> body) {
  FieldReader fields(body);
  ChunkHeader header;
  header.start_ns = fields.u64();
  header.end_ns = fields.u64();
  header.uncompressed_bytes = fields.u64();
  header.uncompressed_crc = fields.u32();
  header.compression = fields.text();
  header.stored_bytes = fields.u64();
  header.header_bytes = fields.position();
  return checked(fields, header);
}

std::optional<AttachmentPlace> parse_attachment_head(std::span<const std::byte> body) {
  FieldReader fields(body);
  AttachmentPlace place;
  place.info = attachment_info(fields);
  place.info.name = fields.text();
  place.info.media_type = fields.text();
  place.data_bytes = fields.u64();
  return checked(fields, std::move(place));
}

std::optional<Metadata> parse_metadata(std::span<const std::byte> body) {
  FieldReader fields(body);
  Metadata metadata;
  metadata.name = fields.text();
  metadata.values = key_values(fields);
  return checked(fields, std::move(metadata));
}

std::optional<MessageIndexHead> parse_message_index_head(std::span<const std::byte> body) {
  FieldReader fields(body);
  const std::uint16_t channel = fields.u16();
  const std::size_t bytes = fields.block().size();
  if (!fields.ok() || bytes % kIndexEntryBytes != 0) return std::nullopt;
  return MessageIndexHead{channel, bytes / kIndexEntryBytes};
}

std::optional<ParsedChunkIndex> parse_chunk_index(std::span<const std::byte> body,
                                                  std::vector<IndexPlace>& indexes) {
  FieldReader fields(body);
  ParsedChunkIndex parsed;
  parsed.place.start_ns = fields.u64();
  parsed.place.end_ns = fields.u64();
  parsed.place.offset = fields.u64();
  parsed.place.length = fields.u64();
  FieldReader entries(fields.block());
  indexes.clear();
  while (entries.ok() && !entries.at_end()) {
    const std::uint16_t channel = entries.u16();
    indexes.push_back({channel, entries.u64()});
  }
  parsed.place.index_bytes = fields.u64();
  parsed.compression = fields.text();
  parsed.place.stored_bytes = fields.u64();
  parsed.place.uncompressed_bytes = fields.u64();
  if (!entries.ok()) return std::nullopt;
  return checked(fields, parsed);
}

std::optional<AttachmentPlace> parse_attachment_index(std::span<const std::byte> body) {
  FieldReader fields(body);
  AttachmentPlace place;
  place.offset = fields.u64();
  place.length = fields.u64();
  place.info = attachment_info(fields);
  place.data_bytes = fields.u64();
  place.info.name = fields.text();
  place.info.media_type = fields.text();
  return checked(fields, std::move(place));
}

std::optional<MetadataPlace> parse_metadata_index(std::span<const std::byte> body) {
  FieldReader fields(body);
  MetadataPlace place;
  place.offset = fields.u64();
  place.length = fields.u64();
  place.name = fields.text();
  return checked(fields, std::move(place));
}

std::optional<Statistics> parse_statistics(std::span<const std::byte> body) {
  FieldReader fields(body);
  Statistics statistics;
  statistics.messages = fields.u64();
  statistics.schemas = fields.u16();
  statistics.channels = fields.u32();
  statistics.attachments = fields.u32();
  statistics.metadata = fields.u32();
  statistics.chunks = fields.u32();
  statistics.start_ns = fields.u64();
  statistics.end_ns = fields.u64();
  FieldReader entries(fields.block());
  while (entries.ok() && !entries.at_end()) {
    const std::uint16_t channel = entries.u16();
    statistics.count(channel, entries.u64());
  }
  if (!entries.ok()) return std::nullopt;
  return checked(fields, std::move(statistics));
}

std::optional<Footer> parse_footer(std::span<const std::byte> body) {
  FieldReader fields(body);
  Footer footer;
  footer.summary_start = fields.u64();
  footer.summary_offset_start = fields.u64();
  footer.summary_crc = fields.u32();
  return checked(fields, footer);
}

std::optional<std::uint64_t> content_bytes(Opcode opcode, std::span<const std::byte> body) {
  FieldReader fields(body);
  std::uint64_t tail = 0;  // behind what has been read
  switch (opcode) {
    case Opcode::header:
      fields.block();
      tail = fields.u32();
      break;
    case Opcode::schema:
      fields.u16();
      fields.block();
      fields.block();
      tail = fields.u32();
      break;
    case Opcode::channel:
      fields.u32();  // two ids
      fields.block();
      fields.block();
      tail = fields.u32();
      break;
    case Opcode::chunk: {
      const auto header = parse_chunk_header(body);
      if (!header || header->stored_bytes > ~std::uint64_t{0} - header->header_bytes) return std::nullopt;
      return header->header_bytes + header->stored_bytes;
    }
    case Opcode::message_index:
      fields.u16();
      tail = fields.u32();
      if (tail % kIndexEntryBytes != 0) return std::nullopt;
      break;
    case Opcode::attachment:
      fields.u64();
      fields.u64();
      fields.block();
      fields.block();
      tail = fields.u64();
      if (tail > ~std::uint64_t{0} / 2) return std::nullopt;
      tail += sizeof(std::uint32_t);  // the checksum
      break;
    case Opcode::metadata:
      fields.block();
      tail = fields.u32();
      break;
    case Opcode::data_end:
      fields.u32();
      break;
    case Opcode::footer:
      fields.bytes(kFooterBytes);
      break;
    default:
      return std::nullopt;
  }
  if (!fields.ok()) return std::nullopt;
  return fields.position() + tail;
}

}  // namespace cantrail::mcap
