#include "formats/mcap/salvage.hpp"

#include <optional>
#include <string>

#include "base/text.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/stream_reader.hpp"

namespace cantrail::mcap {
namespace {

using Kind = StreamItem::Kind;

// The format wants UTF-8, and writers of old have not always cared.
std::string as_utf8(const std::string& text) {
  return is_valid_utf8(text) ? text : cp1252_to_utf8(text);
}

KeyValues as_utf8(const KeyValues& values) {
  KeyValues valid;
  for (const auto& [key, value] : values) valid.emplace_back(as_utf8(key), as_utf8(value));
  return valid;
}

std::string undefined(std::uint16_t id) {
  return "undefined/" + std::to_string(id);
}

class Salvager {
 public:
  Salvager(const ByteSource& source, ByteSink& out, const Limits& limits)
      : source_(source), out_(out), reader_(source, limits) {}

  Result<Salvage> run() {
    for (;;) {
      const auto item = reader_.next();
      if (!item) return item.fault();
      if (!writer_) begin(*item);
      Status status = define();
      if (item->kind == Kind::end) {
        if (status) status = writer_->finish();
        if (!status) return status.fault();
        break;
      }
      if (status) status = copy(*item);
      if (!status) return status.fault();
    }
    const Statistics& written = writer_->summary().statistics;
    return Salvage{written.messages, written.chunks, written.attachments, written.metadata, reader_.damage()};
  }

 private:
  void begin(const StreamItem& item) {
    FileOptions options;
    if (item.kind == Kind::header) {
      if (const auto header = parse_header(item.body)) {
        options.profile = as_utf8(header->profile);
        options.library = as_utf8(header->library) + ", salvaged by cantrail";
      }
    }
    writer_.emplace(out_, std::move(options));
  }

  // What the reader has learned since the last time, before the messages that need it.
  Status define() {
    Status status;
    const auto& schemas = reader_.definitions().schemas();
    for (; status && schemas_done_ < schemas.size(); ++schemas_done_) {
      const Schema& schema = schemas[schemas_done_];
      status = writer_->add(Schema{schema.id, as_utf8(schema.name), as_utf8(schema.encoding), schema.data});
    }
    const auto& channels = reader_.definitions().channels();
    for (; status && channels_done_ < channels.size(); ++channels_done_) {
      const Channel& channel = channels[channels_done_];
      if (channel.schema_id != 0 && writer_->summary().definitions.schema(channel.schema_id) == nullptr) {
        status = writer_->add(Schema{channel.schema_id, undefined(channel.schema_id), "", ""});
      }
      if (!status) break;
      status = writer_->add(Channel{channel.id, channel.schema_id, as_utf8(channel.topic),
                                    as_utf8(channel.message_encoding), as_utf8(channel.metadata)});
    }
    return status;
  }

  Status define_missing(const MessageTally& tally) {
    for (const ChannelCount& count : tally.channels) {
      if (writer_->summary().definitions.has_channel(count.channel)) continue;
      if (Status status = writer_->add(Channel{count.channel, 0, undefined(count.channel), "", {}});
          !status) {
        return status;
      }
    }
    return {};
  }

  Status copy(const StreamItem& item) {
    switch (item.kind) {
      case Kind::chunk:
        return copy_chunk(item);
      case Kind::messages: {
        (void)indexer_.tally(item.records, chunk_.tally);  // the reader has seen that they are records
        if (Status status = define_missing(chunk_.tally); !status) return status;
        return writer_->append_unchunked(item.records);
      }
      case Kind::attachment: {
        const AttachmentInfo& info = item.attachment.info;
        const RangeSource data(source_, item.attachment.data_offset(), item.attachment.data_bytes);
        return writer_->add(AttachmentInfo{info.log_time_ns, info.create_time_ns, as_utf8(info.name),
                                           as_utf8(info.media_type)},
                            data);
      }
      case Kind::metadata: {
        const auto metadata = parse_metadata(item.body);
        if (!metadata) return {};
        return writer_->add(Metadata{as_utf8(metadata->name), as_utf8(metadata->values)});
      }
      default:
        return {};  // definitions are written as they are learned; private records stay behind
    }
  }

  Status copy_chunk(const StreamItem& item) {
    const Compression compression = *compression_named(item.chunk.compression);
    if (item.records.size() != item.chunk.uncompressed_bytes) {  // some of it was no records
      ChunkCompressor compressor({.compression = compression, .level = {}});
      if (Status status = compressor.compress(item.records, chunk_); !status) return status;
    } else {
      (void)indexer_.tally(item.records, chunk_.tally);
      indexer_.write_index(item.records, chunk_.tally, chunk_.message_index);
      chunk_.uncompressed_bytes = item.chunk.uncompressed_bytes;
      chunk_.uncompressed_crc = item.chunk.uncompressed_crc;
      chunk_.compression = compression;
      chunk_.records.clear();
      chunk_.records.append(item.stored);
    }
    if (Status status = define_missing(chunk_.tally); !status) return status;
    return writer_->append(chunk_);
  }

  const ByteSource& source_;
  ByteSink& out_;
  StreamReader reader_;
  std::optional<FileWriter> writer_;
  std::size_t schemas_done_ = 0;
  std::size_t channels_done_ = 0;
  MessageIndexer indexer_;
  FinishedChunk chunk_;
};

}  // namespace

Result<Salvage> salvage(const ByteSource& source, ByteSink& out, const Limits& limits) {
  return Salvager(source, out, limits).run();
}

}  // namespace cantrail::mcap
