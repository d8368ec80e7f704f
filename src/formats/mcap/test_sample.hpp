// A small file's content, written and read back in every way: for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/stream_reader.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::mcap {

using Bytes = std::vector<std::byte>;

struct Row {
  MessageHeader header;
  std::string data;
  bool operator==(const Row&) const = default;
};
using Rows = std::vector<Row>;

inline std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.header.channel << "#" << row.header.sequence << "@" << row.header.log_time_ns << "/"
             << row.header.publish_time_ns << "[" << row.data.size() << "]";
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline Row row_of(const Message& message) {
  return {message, std::string(reinterpret_cast<const char*>(message.data.data()), message.data.size())};
}

struct Sample {
  FileOptions file{.profile = "test", .library = "cantrail test"};
  ChunkOptions chunk;
  bool chunked = true;
  std::vector<Schema> schemas;
  std::vector<Channel> channels;
  std::vector<Rows> chunks;
  std::vector<std::pair<AttachmentInfo, std::string>> attachments;
  std::vector<Metadata> metadata;

  [[nodiscard]] Rows rows() const {
    Rows all;
    for (const Rows& one : chunks) all.insert(all.end(), one.begin(), one.end());
    return all;
  }
};

// Every kind of record; channel 3 has no schema, channel 9 no messages. Times run back and forth within a
// chunk.
inline Sample small_sample(Compression compression, bool chunked = true) {
  Sample sample;
  sample.chunk.compression = compression;
  sample.chunked = chunked;
  sample.schemas = {{1, "car.Speed", "jsonschema", R"({"type":"object"})"},
                    {7, "car.Door", "protobuf", std::string("\0\x01\x02\xFF", 4)}};
  sample.channels = {{0, 1, "/speed", "json", {{"bus", "can0"}, {"unit", "km/h"}}},
                     {3, 0, "/free", "json", {}},
                     {300, 7, "/door/\xC3\xBC", "protobuf", {}},
                     {9, 1, "/silent", "json", {}}};
  std::uint32_t sequence = 0;
  for (std::uint64_t c = 0; c < 4; ++c) {
    Rows rows;
    for (std::uint64_t i = 0; i < 6; ++i) {
      const std::uint16_t channel = i % 3 == 0 ? 0 : i % 3 == 1 ? 300 : 3;
      const std::uint64_t time = 1'000'000 * (c + 1) + (i * 7 % 5) * 1000;
      const std::string data = std::string(5 * i, static_cast<char>('a' + c)) + std::to_string(i);
      rows.push_back({{channel, sequence++, time, time - 500}, data});
    }
    sample.chunks.push_back(rows);
  }
  sample.attachments = {{{5, 6, "calibration.txt", "text/plain"}, "gain = 1.5"}, {{7, 0, "", ""}, ""}};
  sample.metadata = {{"trip", {{"car", "blue"}, {"driver", "Ada"}}}, {"empty", {}}};
  return sample;
}

inline void append_rows(ChunkBuilder& builder, const Rows& rows) {
  for (const Row& row : rows) EXPECT_TRUE(builder.append(row.header, as_bytes(row.data)));
}

// Attachments and metadata stand between the chunks.
inline void write_all(const Sample& sample, FileWriter& writer) {
  for (const Schema& schema : sample.schemas) ASSERT_TRUE(writer.add(schema));
  for (const Channel& channel : sample.channels) ASSERT_TRUE(writer.add(channel));
  ChunkCompressor compressor(sample.chunk);
  ChunkBuilder builder;
  FinishedChunk finished;
  std::size_t attachment = 0, metadata = 0;
  for (const Rows& rows : sample.chunks) {
    append_rows(builder, rows);
    if (sample.chunked) {
      ASSERT_TRUE(compressor.compress(builder, finished));
      ASSERT_TRUE(writer.append(finished));
    } else {
      ASSERT_TRUE(writer.append_unchunked(builder.records()));
      builder.clear();
    }
    if (attachment < sample.attachments.size()) {
      const auto& [info, data] = sample.attachments[attachment++];
      ASSERT_TRUE(writer.add(info, MemorySource(as_bytes(data))));
    }
    if (metadata < sample.metadata.size()) {
      ASSERT_TRUE(writer.add(sample.metadata[metadata++]));
    }
  }
}

inline Bytes write(const Sample& sample) {
  MemorySink sink;
  FileWriter writer(sink, sample.file);
  write_all(sample, writer);
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(writer.bytes(), sink.bytes.size());
  return std::move(sink.bytes);
}

struct StreamRead {
  Rows rows;
  Rows verified;  // those in chunks
  DamageLog damage;
  Ending ending = Ending::missing;
};

inline StreamRead read_stream(const Bytes& bytes, const Limits& limits = {}) {
  const MemorySource source(bytes);
  StreamReader reader(source, limits);
  StreamRead all;
  for (;;) {
    const auto item = reader.next();
    if (!item) {
      ADD_FAILURE() << item.fault().message;
      break;
    }
    if (item->kind == StreamItem::Kind::end) break;
    Message message;
    for (MessageWalker walker(item->records); walker.next(message);) {
      all.rows.push_back(row_of(message));
      if (item->kind == StreamItem::Kind::chunk) all.verified.push_back(all.rows.back());
    }
  }
  all.damage = reader.damage();
  all.ending = reader.ending();
  return all;
}

inline Rows read_ordered(const Bytes& bytes, const Summary& summary, const Selection& selection = {},
                         const Limits& limits = {}, std::uint64_t expected_damage = 0) {
  const MemorySource source(bytes);
  OrderedReader reader(source, summary, selection, limits);
  Rows rows;
  for (;;) {
    const auto messages = reader.next();
    if (!messages) {
      ADD_FAILURE() << messages.fault().message;
      break;
    }
    if (messages->empty()) break;
    for (const Message& message : *messages) rows.push_back(row_of(message));
  }
  EXPECT_EQ(reader.damage().count(), expected_damage);
  return rows;
}

inline Examination examined(const Bytes& bytes) {
  auto examination = examine(MemorySource(bytes));
  EXPECT_TRUE(examination) << (examination ? "" : examination.fault().message);
  return std::move(examination).value();
}

// By time, of equal ones as they came.
inline Rows in_order(Rows rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.header.log_time_ns < b.header.log_time_ns; });
  return rows;
}

// What finishing in place makes of it.
inline Bytes finished_in_place(const Bytes& bytes) {
  Examination examination = examined(bytes);
  MemorySink sink;
  sink.bytes.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(examination.good.bytes));
  FileWriter writer(sink, {.profile = "", .library = "cantrail test"}, std::move(examination.good));
  EXPECT_TRUE(writer.finish());
  return std::move(sink.bytes);
}

}  // namespace cantrail::mcap
