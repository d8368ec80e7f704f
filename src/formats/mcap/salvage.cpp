#include "formats/mcap/salvage.hpp"

#include <string>

#include "base/text.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/stream_reader.hpp"

namespace cantrail::mcap {
namespace {

using Kind = StreamItem::Kind;

// The format wants UTF-8, and writers of old have not always cared.
using cantrail::as_utf8;

KeyValues as_utf8(const KeyValues& values) {
  KeyValues valid;
  for (const auto& [key, value] : values) valid.emplace_back(as_utf8(key), as_utf8(value));
  return valid;
}

std::string undefined(std::uint16_t id) {
  return "undefined/" + std::to_string(id);
}

FileOptions options_of(const Header& header) {
  FileOptions options;
  options.profile = as_utf8(header.profile);
  options.library = as_utf8(header.library) + ", salvaged by cantrail";
  return options;
}

// `whole` is what examine() has found. So all definitions are known before the first message is written.
class Salvager {
 public:
  Salvager(const ByteSource& source, ByteSink& out, const Limits& limits, const Summary& whole)
      : source_(source), reader_(source, limits), writer_(out, options_of(whole.header)), whole_(whole) {}

  Result<Salvage> run() {
    if (Status status = define(); !status) return status.fault();
    for (;;) {
      const auto item = reader_.next();
      if (!item) return item.fault();
      if (item->kind == Kind::end) break;
      if (Status status = copy(*item); !status) return status.fault();
    }
    if (Status status = writer_.finish(); !status) return status.fault();
    const Statistics& written = writer_.summary().statistics;
    return Salvage{written.messages, written.chunks, written.attachments, written.metadata, reader_.damage()};
  }

 private:
  Status define() {
    for (const Schema& schema : whole_.definitions.schemas()) {
      Status status =
          writer_.add(Schema{schema.id, as_utf8(schema.name), as_utf8(schema.encoding), schema.data});
      if (!status) return status;
    }
    for (const Channel& channel : whole_.definitions.channels()) {
      Status status = define(Channel{channel.id, channel.schema_id, as_utf8(channel.topic),
                                     as_utf8(channel.message_encoding), as_utf8(channel.metadata)});
      if (!status) return status;
    }
    const std::vector<std::uint64_t>& messages_of = whole_.statistics.messages_of;
    for (std::size_t i = 0; i < messages_of.size(); ++i) {
      const auto id = static_cast<std::uint16_t>(i);
      if (messages_of[i] == 0 || whole_.definitions.has_channel(id)) continue;
      if (Status status = define(Channel{id, 0, undefined(id), "", {}}); !status) return status;
    }
    return {};
  }

  Status define(const Channel& channel) {
    if (channel.schema_id != 0 && writer_.summary().definitions.schema(channel.schema_id) == nullptr) {
      const Schema missing{channel.schema_id, undefined(channel.schema_id), "", ""};
      if (Status status = writer_.add(missing); !status) return status;
    }
    return writer_.add(channel);
  }

  Status copy(const StreamItem& item) {
    switch (item.kind) {
      case Kind::chunk:
        return copy_chunk(item);
      case Kind::messages:
        return writer_.append_unchunked(item.records);
      case Kind::attachment: {
        const AttachmentInfo& info = item.attachment.info;
        const RangeSource data(source_, item.attachment.data_offset(), item.attachment.data_bytes);
        return writer_.add(AttachmentInfo{info.log_time_ns, info.create_time_ns, as_utf8(info.name),
                                          as_utf8(info.media_type)},
                           data);
      }
      case Kind::metadata: {
        const auto metadata = parse_metadata(item.body);
        if (!metadata) return {};
        return writer_.add(Metadata{as_utf8(metadata->name), as_utf8(metadata->values)});
      }
      default:
        return {};  // definitions are written as they are learned; private records stay behind
    }
  }

  // All definitions stand before the first chunk. One in a chunk that says something else, or nothing, stays
  // behind.
  [[nodiscard]] bool belongs(const RecordWalker& walker) const {
    const auto is_written = [this](const auto& definition) {
      return definition && writer_.summary().definitions.check(*definition) == Definitions::Added::known;
    };
    switch (walker.opcode()) {
      case Opcode::schema:
        return is_written(parse_schema(walker.body()));
      case Opcode::channel:
        return is_written(parse_channel(walker.body()));
      default:
        return true;
    }
  }

  std::span<const std::byte> those_that_belong(std::span<const std::byte> records) {
    bool all = true;
    for (RecordWalker walker(records); all && walker.next();) all = belongs(walker);
    if (all) return records;
    kept_.clear();
    for (RecordWalker walker(records); walker.next();) {
      if (belongs(walker)) kept_.append({walker.record(), kPrefixBytes + walker.body().size()});
    }
    return kept_.span();
  }

  // As it is stored, if all of it may stay.
  Status copy_chunk(const StreamItem& item) {
    const Compression compression = *compression_named(item.chunk.compression);
    const auto records = those_that_belong(item.records);
    if (records.size() != item.chunk.uncompressed_bytes) {
      ChunkCompressor compressor({.compression = compression, .level = {}});
      if (Status status = compressor.compress(records, chunk_); !status) return status;
    } else {
      (void)indexer_.tally(item.records, chunk_.tally);
      indexer_.write_index(item.records, chunk_.tally, chunk_.message_index);
      chunk_.uncompressed_bytes = item.chunk.uncompressed_bytes;
      chunk_.uncompressed_crc = item.chunk.uncompressed_crc;
      chunk_.compression = compression;
      chunk_.records.clear();
      chunk_.records.append(item.stored);
    }
    return writer_.append(chunk_);
  }

  const ByteSource& source_;
  StreamReader reader_;
  FileWriter writer_;
  const Summary& whole_;
  MessageIndexer indexer_;
  ByteBuffer kept_;
  FinishedChunk chunk_;
};

}  // namespace

Result<Salvage> salvage(const ByteSource& source, ByteSink& out, const Limits& limits) {
  const auto examination = examine(source, limits);
  if (!examination) return examination.fault();
  return Salvager(source, out, limits, examination->readable).run();
}

}  // namespace cantrail::mcap
