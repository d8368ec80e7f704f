#include "formats/mcap/record_encoder.hpp"

namespace cantrail::mcap {
namespace {

template <class T>
void put(ByteBuffer& out, T value) {
  store(out.extend(sizeof value), value);
}

void put_text(ByteBuffer& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// A record, open while this lives; `tail` bytes that the caller writes elsewhere belong to it too.
class OpenRecord {
 public:
  OpenRecord(Opcode opcode, ByteBuffer& out, std::uint64_t tail = 0) : out_(out), tail_(tail) {
    put(out_, static_cast<std::uint8_t>(opcode));
    put(out_, std::uint64_t{0});
    begin_ = out_.size();
  }
  OpenRecord(const OpenRecord&) = delete;
  OpenRecord& operator=(const OpenRecord&) = delete;
  ~OpenRecord() {
    store(out_.data() + begin_ - sizeof(std::uint64_t), std::uint64_t{out_.size() - begin_ + tail_});
  }

 private:
  ByteBuffer& out_;
  std::uint64_t tail_;
  std::size_t begin_ = 0;
};

// A map or an array, open while this lives: its length in bytes comes first.
class LengthInFront {
 public:
  explicit LengthInFront(ByteBuffer& out) : out_(out) {
    put(out_, std::uint32_t{0});
    begin_ = out_.size();
  }
  LengthInFront(const LengthInFront&) = delete;
  LengthInFront& operator=(const LengthInFront&) = delete;
  ~LengthInFront() {
    store(out_.data() + begin_ - sizeof(std::uint32_t), static_cast<std::uint32_t>(out_.size() - begin_));
  }

 private:
  ByteBuffer& out_;
  std::size_t begin_ = 0;
};

void put_key_values(ByteBuffer& out, const KeyValues& values) {
  const LengthInFront block(out);
  for (const auto& [key, value] : values) {
    put_text(out, key);
    put_text(out, value);
  }
}

}  // namespace

void encode(const Header& header, ByteBuffer& out) {
  const OpenRecord record(Opcode::header, out);
  put_text(out, header.profile);
  put_text(out, header.library);
}

void encode(const Schema& schema, ByteBuffer& out) {
  const OpenRecord record(Opcode::schema, out);
  put(out, schema.id);
  put_text(out, schema.name);
  put_text(out, schema.encoding);
  put_text(out, schema.data);
}

void encode(const Channel& channel, ByteBuffer& out) {
  const OpenRecord record(Opcode::channel, out);
  put(out, channel.id);
  put(out, channel.schema_id);
  put_text(out, channel.topic);
  put_text(out, channel.message_encoding);
  put_key_values(out, channel.metadata);
}

void encode(const Metadata& metadata, ByteBuffer& out) {
  const OpenRecord record(Opcode::metadata, out);
  put_text(out, metadata.name);
  put_key_values(out, metadata.values);
}

void encode(const ChunkPlace& place, std::span<const IndexPlace> indexes, ByteBuffer& out) {
  const OpenRecord record(Opcode::chunk_index, out);
  put(out, place.start_ns);
  put(out, place.end_ns);
  put(out, place.offset);
  put(out, place.length);
  {
    const LengthInFront block(out);
    for (const IndexPlace& index : indexes) {
      put(out, index.channel);
      put(out, index.offset);
    }
  }
  put(out, place.index_bytes);
  put_text(out, to_string(place.compression));
  put(out, place.stored_bytes);
  put(out, place.uncompressed_bytes);
}

void encode(const AttachmentPlace& place, ByteBuffer& out) {
  const OpenRecord record(Opcode::attachment_index, out);
  put(out, place.offset);
  put(out, place.length);
  put(out, place.info.log_time_ns);
  put(out, place.info.create_time_ns);
  put(out, place.data_bytes);
  put_text(out, place.info.name);
  put_text(out, place.info.media_type);
}

void encode(const MetadataPlace& place, ByteBuffer& out) {
  const OpenRecord record(Opcode::metadata_index, out);
  put(out, place.offset);
  put(out, place.length);
  put_text(out, place.name);
}

void encode(const Statistics& statistics, ByteBuffer& out) {
  const OpenRecord record(Opcode::statistics, out);
  put(out, statistics.messages);
  put(out, static_cast<std::uint16_t>(statistics.schemas));
  put(out, statistics.channels);
  put(out, statistics.attachments);
  put(out, statistics.metadata);
  put(out, statistics.chunks);
  put(out, statistics.start_ns);
  put(out, statistics.end_ns);
  const LengthInFront block(out);
  for (std::size_t channel = 0; channel < statistics.messages_of.size(); ++channel) {
    if (statistics.messages_of[channel] == 0) continue;
    put(out, static_cast<std::uint16_t>(channel));
    put(out, statistics.messages_of[channel]);
  }
}

void encode(const SummaryOffset& offset, ByteBuffer& out) {
  const OpenRecord record(Opcode::summary_offset, out);
  put(out, static_cast<std::uint8_t>(offset.group));
  put(out, offset.start);
  put(out, offset.length);
}

void encode_data_end(std::uint32_t data_crc, ByteBuffer& out) {
  const OpenRecord record(Opcode::data_end, out);
  put(out, data_crc);
}

void encode(const Footer& footer, ByteBuffer& out) {
  const OpenRecord record(Opcode::footer, out);
  put(out, footer.summary_start);
  put(out, footer.summary_offset_start);
  put(out, footer.summary_crc);
}

void encode_chunk_head(const FinishedChunk& chunk, ByteBuffer& out) {
  const OpenRecord record(Opcode::chunk, out, chunk.records.size());
  put(out, chunk.tally.start_ns);
  put(out, chunk.tally.end_ns);
  put(out, chunk.uncompressed_bytes);
  put(out, chunk.uncompressed_crc);
  put_text(out, to_string(chunk.compression));
  put(out, std::uint64_t{chunk.records.size()});
}

void encode_attachment_head(const AttachmentInfo& info, std::uint64_t data_bytes, ByteBuffer& out) {
  const OpenRecord record(Opcode::attachment, out, data_bytes + sizeof(std::uint32_t));
  put(out, info.log_time_ns);
  put(out, info.create_time_ns);
  put_text(out, info.name);
  put_text(out, info.media_type);
  put(out, data_bytes);
}

}  // namespace cantrail::mcap
