#include <gtest/gtest.h>

#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_encoder.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/salvage.hpp"
#include "formats/mcap/test_sample.hpp"

namespace cantrail::mcap {
namespace {

// Files by hand, record by record.
class HandMade {
 public:
  HandMade() {
    buffer.append(std::as_bytes(std::span(kMagic)));
    encode(Header{"", "by hand"}, buffer);
  }

  HandMade& record(std::uint8_t opcode, std::string_view body) {
    store(buffer.extend(1), opcode);
    store(buffer.extend(8), std::uint64_t{body.size()});
    buffer.append(body);
    return *this;
  }
  HandMade& channel(std::uint16_t id) {
    encode(Channel{id, 0, "t" + std::to_string(id), "json", {}}, buffer);
    return *this;
  }
  HandMade& message(std::uint16_t channel, std::uint64_t time, std::string_view data = "x") {
    ChunkBuilder builder;
    EXPECT_TRUE(builder.append({channel, 0, time, time}, as_bytes(data)));
    buffer.append(builder.records());
    return *this;
  }
  // Of records as they are given.
  HandMade& chunk(std::span<const std::byte> records, std::string_view compression = "",
                  std::optional<std::uint64_t> uncompressed_bytes = {}, std::uint32_t crc = 0) {
    FinishedChunk chunk;
    chunk.records.append(records);
    chunk.uncompressed_bytes = uncompressed_bytes.value_or(records.size());
    chunk.uncompressed_crc = crc;
    const std::size_t begin = buffer.size();
    encode_chunk_head(chunk, buffer);
    // The encoder knows known compressions only.
    ByteBuffer named;
    named.append(buffer.span().first(begin + kPrefixBytes + 28));
    store(named.extend(4), static_cast<std::uint32_t>(compression.size()));
    named.append(compression);
    store(named.extend(8), std::uint64_t{records.size()});
    named.append(records);
    store(named.data() + begin + 1, std::uint64_t{named.size() - begin - kPrefixBytes});
    buffer.swap(named);
    return *this;
  }
  HandMade& data_end() {
    encode_data_end(0, buffer);
    return *this;
  }
  [[nodiscard]] Bytes bytes() const { return {buffer.span().begin(), buffer.span().end()}; }

  ByteBuffer buffer;
};

std::vector<DamageKind> kinds(const DamageLog& log) {
  std::vector<DamageKind> all;
  for (const Damage& damage : log.first()) all.push_back(damage.kind);
  return all;
}

Bytes records_of(const HandMade& made) {
  const Bytes bytes = made.bytes(), empty = HandMade().bytes();
  return {bytes.begin() + static_cast<std::ptrdiff_t>(empty.size()), bytes.end()};
}

TEST(McapStreamReader, RefusesWhatIsNoMcapFile) {
  for (const std::string& text :
       {std::string("(1.0) can0 123#00"), std::string(4096, '\0'), std::string("\x89MCAQ")}) {
    const MemorySource source(as_bytes(text));
    StreamReader reader(source);
    EXPECT_EQ(reader.next().fault().kind, FaultKind::corrupt);
    EXPECT_EQ(examine(source).fault().kind, FaultKind::corrupt);
    MemorySink sink;
    EXPECT_EQ(salvage(source, sink).fault().kind, FaultKind::corrupt);
  }
}

TEST(McapStreamReader, SkipsRecordsOfLaterVersionsAndPrivateOnes) {
  HandMade made;
  made.record(0x10, "later").record(0x80, "private").channel(1).record(0xFF, "").message(1, 5).data_end();
  const StreamRead read = read_stream(made.bytes());
  EXPECT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(kinds(read.damage), std::vector{DamageKind::ending});  // there is no footer
}

TEST(McapStreamReader, IgnoresFieldsOfLaterVersions) {
  HandMade made;
  ByteBuffer channel;
  encode(Channel{1, 0, "t", "json", {{"k", "v"}}}, channel);
  channel.append("some more");
  store(channel.data() + 1, std::uint64_t{channel.size() - kPrefixBytes});
  made.buffer.append(channel.span());
  const Bytes records = records_of(HandMade().message(1, 5).message(1, 6));
  const std::size_t begin = made.buffer.size();
  made.chunk(records);
  made.buffer.append("and more");
  store(made.buffer.data() + begin + 1, std::uint64_t{made.buffer.size() - begin - kPrefixBytes});
  const StreamRead read = read_stream(made.bytes());
  EXPECT_EQ(read.rows.size(), 2U);
  EXPECT_TRUE(read.damage.empty());
}

TEST(McapStreamReader, ReadsDefinitionsInChunks) {
  const Bytes records = records_of(HandMade().channel(1).message(1, 5));
  const Bytes bytes = HandMade().chunk(records, "", {}, crc32(records)).bytes();
  const MemorySource source(bytes);
  StreamReader reader(source);
  while (reader.next()->kind != StreamItem::Kind::end) {
  }
  EXPECT_TRUE(reader.damage().empty());
  ASSERT_NE(reader.definitions().channel(1), nullptr);
  EXPECT_EQ(reader.definitions().channel(1)->topic, "t1");
}

TEST(McapStreamReader, ChunksOfUnknownCompressionAreCounted) {
  const Bytes records = records_of(HandMade().message(1, 5));
  HandMade made;
  made.channel(1).chunk(records, "brotli").chunk(records);
  const StreamRead read = read_stream(made.bytes());
  EXPECT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(kinds(read.damage), std::vector{DamageKind::unknown_compression});
}

TEST(McapStreamReader, AChunkIsBoundedByTheLimitWhateverItSays) {
  const Bytes records = records_of(HandMade().message(1, 5));
  for (const std::uint64_t bytes : {std::uint64_t{1} << 31U, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
    for (const std::string_view compression : {"", "lz4", "zstd"}) {
      HandMade made;
      made.channel(1).chunk(records, compression, bytes).chunk(records);
      const StreamRead read = read_stream(made.bytes());
      EXPECT_EQ(read.rows.size(), 1U);
      EXPECT_EQ(kinds(read.damage), std::vector{DamageKind::too_large});
    }
  }
}

TEST(McapStreamReader, AChunkThatDecompressesToMoreOrLessIsDamaged) {
  ByteBuffer zeros;
  zeros.append(std::string(1'000'000, '\0'));
  for (const auto compression : {Compression::lz4, Compression::zstd}) {
    ByteBuffer bomb;
    ASSERT_TRUE(Compressor(compression).compress(zeros.span(), bomb));
    for (const std::uint64_t stated : {0, 1000, 999'999, 1'000'001}) {
      HandMade made;
      made.chunk(bomb.span(), to_string(compression), stated).channel(1);
      EXPECT_EQ(kinds(read_stream(made.bytes()).damage), std::vector{DamageKind::chunk}) << stated;
    }
  }
}

TEST(McapStreamReader, AChunkThatIsNotAllRecordsGivesThoseBefore) {
  HandMade inner;
  inner.message(1, 5).message(1, 6).buffer.append("nonsense");
  HandMade made;
  made.channel(1).chunk(records_of(inner)).chunk(records_of(HandMade().message(1, 7)));
  const Bytes bytes = made.bytes();
  const StreamRead read = read_stream(bytes);
  EXPECT_EQ(read.rows.size(), 3U);
  EXPECT_EQ(kinds(read.damage), std::vector{DamageKind::chunk_content});
  MemorySink out;
  const auto salvaged = salvage(MemorySource(bytes), out);
  ASSERT_TRUE(salvaged);
  EXPECT_EQ(read_stream(out.bytes).rows, read.rows);
  EXPECT_TRUE(examined(out.bytes).intact());
}

TEST(McapStreamReader, MessagesOfUndefinedChannelsAreDeliveredAndCounted) {
  HandMade made;
  made.message(4, 5).message(4, 6).message(5, 7);
  const Bytes bytes = made.bytes();
  const StreamRead read = read_stream(bytes);
  EXPECT_EQ(read.rows.size(), 3U);
  EXPECT_EQ(read.damage.count(), 2U);
  MemorySink out;
  ASSERT_TRUE(salvage(MemorySource(bytes), out));
  const Examination again = examined(out.bytes);
  EXPECT_TRUE(again.intact());
  EXPECT_EQ(again.readable.definitions.channel(4)->topic, "undefined/4");
  EXPECT_EQ(again.readable.statistics.messages, 3U);
}

TEST(McapStreamReader, ContradictingDefinitionsAreCountedAndTheFirstOneCounts) {
  HandMade made;
  made.channel(1);
  encode(Channel{1, 0, "other", "json", {}}, made.buffer);
  const Bytes bytes = made.bytes();
  const MemorySource source(bytes);
  StreamReader reader(source);
  while (reader.next()->kind != StreamItem::Kind::end) {
  }
  EXPECT_EQ(kinds(reader.damage()), std::vector{DamageKind::definition});
  EXPECT_EQ(reader.definitions().channel(1)->topic, "t1");
}

TEST(McapStreamReader, WhatContradictsWithinAChunkIsNotSaved) {
  HandMade other;
  encode(Channel{1, 0, "other", "json", {}}, other.buffer);
  encode(Channel{2, 0, "caf\xE9", "json", {}}, other.buffer);  // saved as UTF-8
  other.record(static_cast<std::uint8_t>(Opcode::schema), "torn");
  other.message(1, 5).message(2, 6);
  HandMade made;
  made.channel(1).chunk(records_of(other)).chunk(records_of(HandMade().channel(1).message(1, 7)));
  const Bytes bytes = made.bytes();
  const StreamRead read = read_stream(bytes);
  EXPECT_EQ(kinds(read.damage), (std::vector{DamageKind::definition, DamageKind::definition}));
  MemorySink out;
  ASSERT_TRUE(salvage(MemorySource(bytes), out));
  const Examination again = examined(out.bytes);
  EXPECT_TRUE(again.intact());
  EXPECT_EQ(read_stream(out.bytes).rows, read.rows);
  EXPECT_EQ(again.readable.definitions.channel(1)->topic, "t1");
  EXPECT_EQ(again.readable.definitions.channel(2)->topic, "caf\xC3\xA9");
}

TEST(McapStreamReader, DefinitionsAreBoundedInAll) {
  HandMade made;
  for (std::uint16_t id = 1; id < 200; ++id) {
    encode(Schema{id, "s", "", std::string(10'000, 'x')}, made.buffer);
  }
  Limits limits;
  limits.most_definition_bytes = 1'000'000;
  const StreamRead read = read_stream(made.bytes(), limits);
  EXPECT_GT(read.damage.count(), 90U);
}

TEST(McapStreamReader, LargeRecordsAreSkipped) {
  HandMade made;
  made.record(static_cast<std::uint8_t>(Opcode::metadata), std::string(100'000, 'x'));
  made.channel(1).message(1, 5, std::string(100'000, 'x')).message(1, 6);
  Limits limits;
  limits.most_record_bytes = 50'000;
  const StreamRead read = read_stream(made.bytes(), limits);
  EXPECT_EQ(read.rows.size(), 1U);
  EXPECT_EQ(kinds(read.damage), (std::vector{DamageKind::too_large, DamageKind::too_large}));
}

TEST(McapStreamReader, AWrongLengthSkipsNothingGood) {
  for (const std::uint64_t wrong : {9, 500, 5000, 5001}) {
    for (const std::uint64_t limit : {1000, 1'000'000}) {
      HandMade made;
      made.channel(1);
      const std::size_t begin = made.buffer.size();
      made.record(static_cast<std::uint8_t>(Opcode::metadata), std::string(8, '\0'));
      for (std::uint64_t time = 0; time < 300; ++time) made.message(1, time);
      store(made.buffer.data() + begin + 1, wrong);
      Limits limits;
      limits.most_record_bytes = limit;
      const StreamRead read = read_stream(made.bytes(), limits);
      EXPECT_EQ(read.rows.size(), 300U);
      EXPECT_EQ(kinds(read.damage), std::vector{DamageKind::wrong_length});
    }
  }
}

// All bytes look like the beginning of a chunk that nothing follows.
TEST(McapStreamReader, AFileFullOfFalseChunksEnds) {
  HandMade made;
  std::string head(kPrefixBytes + kChunkFixedBytes, '\0');
  const std::size_t total = 3'000'000;
  while (made.buffer.size() < total) {
    auto* record = reinterpret_cast<std::byte*>(head.data());
    const std::uint64_t left = total - made.buffer.size() - 10;
    store(record, static_cast<std::uint8_t>(Opcode::chunk));
    store(record + 1, left);
    store(record + 9 + 16, left - kChunkFixedBytes);
    store(record + 9 + 24, std::uint32_t{1});
    store(record + 9 + 32, left - kChunkFixedBytes);
    made.buffer.append(head);
    if (left < 100) break;
  }
  made.buffer.append(std::string(100, '\0'));
  const StreamRead read = read_stream(made.bytes());
  EXPECT_TRUE(read.rows.empty());
  EXPECT_GE(read.damage.count(), 1U);
}

TEST(McapStreamReader, DamageIsToldInWords) {
  EXPECT_EQ(to_string(Damage{DamageKind::chunk, 8912, 1024}),
            "at byte 8,912: a chunk cannot be decompressed, or its checksum is wrong (1,024 bytes)");
}

}  // namespace
}  // namespace cantrail::mcap
