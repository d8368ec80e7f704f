// Writes and reads MCAP files with cantrail, for test_mcap.py: a file as one JSON object a line on standard
// output.
//
//   mcap_tool write FILE none|lz4|zstd SEED [unchunked] [no-crc]
//   mcap_tool stream FILE      in the order of the file
//   mcap_tool ordered FILE     messages in the order of time, by the summary or, without one, by reading
//   everything mcap_tool finish FILE      finishes it in place mcap_tool salvage FILE NEW
//
// Numbers of 64 bits are strings of digits, bytes are hexadecimal. Damage goes to standard error.
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <random>
#include <set>
#include <string>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/salvage.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::mcap {
namespace {

namespace json = boost::json;

[[noreturn]] void fail(const Fault& fault) {
  std::fprintf(stderr, "mcap_tool: %s\n", fault.message.c_str());
  std::exit(1);
}

void check(const Status& status) {
  if (!status) fail(status.fault());
}

template <class T>
T take(Result<T> result) {
  if (!result) fail(result.fault());
  return std::move(result).value();
}

std::string hex(std::span<const std::byte> bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

json::object object_of(const KeyValues& values) {
  json::object object;
  for (const auto& [key, value] : values) object[key] = value;
  return object;
}

void print(const json::object& line) {
  std::cout << json::serialize(line) << "\n";
}

void print(const Header& header) {
  print({{"kind", "header"}, {"profile", header.profile}, {"library", header.library}});
}

void print(const Schema& schema) {
  print({{"kind", "schema"},
         {"id", schema.id},
         {"name", schema.name},
         {"encoding", schema.encoding},
         {"data", hex(bytes_of(schema.data))}});
}

void print(const Channel& channel) {
  print({{"kind", "channel"},
         {"id", channel.id},
         {"schema_id", channel.schema_id},
         {"topic", channel.topic},
         {"message_encoding", channel.message_encoding},
         {"metadata", object_of(channel.metadata)}});
}

void print(const MessageHeader& header, std::span<const std::byte> data) {
  print({{"kind", "message"},
         {"channel", header.channel},
         {"sequence", header.sequence},
         {"log_time", std::to_string(header.log_time_ns)},
         {"publish_time", std::to_string(header.publish_time_ns)},
         {"data", hex(data)}});
}

void print(const AttachmentInfo& info, const std::string& data) {
  print({{"kind", "attachment"},
         {"log_time", std::to_string(info.log_time_ns)},
         {"create_time", std::to_string(info.create_time_ns)},
         {"name", info.name},
         {"media_type", info.media_type},
         {"data", hex(bytes_of(data))}});
}

void print(const Metadata& metadata) {
  print({{"kind", "metadata"}, {"name", metadata.name}, {"metadata", object_of(metadata.values)}});
}

void print(const Statistics& statistics) {
  json::object messages_of;
  for (std::size_t channel = 0; channel < statistics.messages_of.size(); ++channel) {
    const std::uint64_t messages = statistics.messages_of[channel];
    if (messages > 0) messages_of[std::to_string(channel)] = std::to_string(messages);
  }
  print({{"kind", "statistics"},
         {"messages", std::to_string(statistics.messages)},
         {"schemas", statistics.schemas},
         {"channels", statistics.channels},
         {"attachments", statistics.attachments},
         {"metadata", statistics.metadata},
         {"chunks", statistics.chunks},
         {"start", std::to_string(statistics.start_ns)},
         {"end", std::to_string(statistics.end_ns)},
         {"messages_of", messages_of}});
}

void print(const DamageLog& damage) {
  for (const Damage& one : damage.first()) std::cerr << to_string(one) << "\n";
}

// Everything that a file can hold, different for each seed; prints what it writes.
class Maker {
 public:
  Maker(FileWriter& writer, const ChunkOptions& options, std::uint32_t seed, bool chunked)
      : writer_(writer), compressor_(options), random_(seed), chunked_(chunked) {}

  void make() {
    for (std::uint16_t id = 1; id <= 3; ++id) {
      const Schema schema{id, "schema/" + text(), id == 2 ? "" : "jsonschema", id == 2 ? "" : text()};
      check(writer_.add(schema));
      print(schema);
    }
    for (const auto id : std::initializer_list<std::uint16_t>{0, 1, 2, 700, 65535}) {
      const Channel channel{id,
                            static_cast<std::uint16_t>(random_() % 4),
                            "topic/" + std::to_string(id),
                            "json",
                            {{"unit", text()}, {"", ""}}};
      check(writer_.add(channel));
      print(channel);
      channels_.push_back(id);
    }
    for (int i = 0; i < 12; ++i) {
      make_chunk();
      if (i % 4 == 1) make_attachment(i == 9 ? 1'000'000 : random_() % 100);
      if (i % 5 == 2) make_metadata();
    }
    check(writer_.finish());
    print(writer_.summary().statistics);
  }

 private:
  std::string text() { return "t\xC3\xA4xt \"" + std::to_string(random_() % 1000) + "\"\n"; }

  void make_chunk() {
    const std::size_t messages = random_() % 300;
    for (std::size_t i = 0; i < messages; ++i) {
      std::string data(random_() % 60, 'x');
      for (std::size_t at = 0; at < data.size(); at += 3) data[at] = static_cast<char>(random_());
      // Within a chunk times are out of order, and chunks overlap.
      const std::uint64_t time = 1'700'000'000'000'000'000U + chunk_ * 1'000'000 + random_() % 3'000'000;
      const MessageHeader header{channels_[random_() % channels_.size()], sequence_++, time,
                                 time - random_() % 5000};
      if (!builder_.append(header, bytes_of(data))) fail({FaultKind::bug, "the chunk is full"});
      print(header, bytes_of(data));
    }
    ++chunk_;
    if (chunked_) {
      check(compressor_.compress(builder_, finished_));
      check(writer_.append(finished_));
    } else {
      check(writer_.append_unchunked(builder_.records()));
      builder_.clear();
    }
  }

  void make_attachment(std::size_t bytes) {
    const AttachmentInfo info{random_(), random_(), "name " + text(), "text/plain"};
    std::string data(bytes, ' ');
    for (char& byte : data) byte = static_cast<char>(random_());
    check(writer_.add(info, MemorySource(bytes_of(data))));
    print(info, data);
  }

  void make_metadata() {
    const Metadata metadata{"metadata " + text(), {{"a", text()}, {"b", text()}}};
    check(writer_.add(metadata));
    print(metadata);
  }

  FileWriter& writer_;
  ChunkCompressor compressor_;
  ChunkBuilder builder_;
  FinishedChunk finished_;
  std::mt19937 random_;
  bool chunked_;
  std::vector<std::uint16_t> channels_;
  std::uint32_t sequence_ = 0;
  std::uint64_t chunk_ = 0;
};

void write(const std::string& path, const std::string& compression, const std::string& seed,
           const std::set<std::string>& options) {
  const auto file = take(real_file_system().open(path, OpenMode::create_new));
  FileSink sink(*file);
  const bool crc = options.count("no-crc") == 0;
  FileOptions file_options{"made-up", "mcap_tool", crc, crc, crc};
  print(Header{file_options.profile, file_options.library});
  FileWriter writer(sink, file_options);
  const auto known = compression_named(compression == "none" ? "" : compression);
  if (!known) fail({FaultKind::config, "unknown compression " + compression});
  const ChunkOptions chunk{.compression = *known, .level = {}, .crc = crc};
  Maker(writer, chunk, static_cast<std::uint32_t>(std::stoul(seed)), options.count("unchunked") == 0).make();
}

std::string data_at(const ByteSource& source, const AttachmentPlace& place) {
  std::string data(place.data_bytes, ' ');
  take(source.read_at(place.data_offset(), std::as_writable_bytes(std::span(data))));
  return data;
}

Metadata metadata_at(const ByteSource& source, const MetadataPlace& place) {
  std::vector<std::byte> record(place.length);
  take(source.read_at(place.offset, record));
  auto metadata = parse_metadata(std::span<const std::byte>(record).subspan(kPrefixBytes));
  if (!metadata) fail({FaultKind::corrupt, "the index leads to no metadata"});
  return std::move(*metadata);
}

void stream(const ByteSource& source) {
  StreamReader reader(source);
  std::size_t schemas = 0, channels = 0;
  for (;;) {
    const StreamItem item = take(reader.next());
    for (const auto& all = reader.definitions().schemas(); schemas < all.size(); ++schemas)
      print(all[schemas]);
    for (const auto& all = reader.definitions().channels(); channels < all.size(); ++channels)
      print(all[channels]);
    Message message;
    for (MessageWalker walker(item.records); walker.next(message);) print(message, message.data);
    switch (item.kind) {
      case StreamItem::Kind::header:
        print(*parse_header(item.body));
        break;
      case StreamItem::Kind::attachment:
        print(item.attachment.info, data_at(source, item.attachment));
        break;
      case StreamItem::Kind::metadata:
        print(*parse_metadata(item.body));
        break;
      case StreamItem::Kind::end:
        print(reader.damage());
        return;
      default:
        break;
    }
  }
}

void ordered(const ByteSource& source) {
  auto summary = read_summary(source);
  if (!summary) {
    Examination examination = take(examine(source));
    print(examination.damage);
    summary = std::move(examination.readable);
  }
  print(summary->header);
  for (const Schema& schema : summary->definitions.schemas()) print(schema);
  for (const Channel& channel : summary->definitions.channels()) print(channel);
  OrderedReader reader(source, *summary, {});
  for (auto messages = take(reader.next()); !messages.empty(); messages = take(reader.next())) {
    for (const Message& message : messages) print(message, message.data);
  }
  for (const AttachmentPlace& place : summary->attachments) print(place.info, data_at(source, place));
  for (const MetadataPlace& place : summary->metadata) print(metadata_at(source, place));
  print(summary->statistics);
  print(reader.damage());
}

void finish(const std::string& path) {
  const auto file = take(real_file_system().open(path, OpenMode::append));
  Examination examination = take(examine(take(FileSource::on(*file))));
  print(examination.damage);
  check(file->truncate(examination.good.bytes));
  FileSink sink(*file);
  FileWriter writer(sink, {}, std::move(examination.good));
  check(writer.finish());
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) {
    std::fputs("usage: see the beginning of mcap_tool.cpp\n", stderr);
    return 2;
  }
  const std::string &command = arguments[0], &path = arguments[1];
  if (command == "write" && arguments.size() >= 4) {
    write(path, arguments[2], arguments[3], {arguments.begin() + 4, arguments.end()});
    return 0;
  }
  if (command == "finish") {
    finish(path);
    return 0;
  }
  const auto file = take(real_file_system().open(path, OpenMode::read));
  const FileSource source = take(FileSource::on(*file));
  if (command == "stream") stream(source);
  if (command == "ordered") ordered(source);
  if (command == "salvage" && arguments.size() == 3) {
    const auto out = take(real_file_system().open(arguments[2], OpenMode::create_new));
    FileSink sink(*out);
    print(take(salvage(source, sink)).damage);
  }
  return 0;
}

}  // namespace
}  // namespace cantrail::mcap

int main(int argc, char** argv) {
  return cantrail::mcap::run({argv + 1, argv + argc});
}
