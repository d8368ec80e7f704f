#include <gtest/gtest.h>

#include "formats/mcap/test_sample.hpp"

namespace cantrail::mcap {
namespace {

TEST(McapChunkBuilder, ColumnsAreTheSameAsMessagesOneByOne) {
  const std::vector<std::uint16_t> channel{4, 5, 4};
  const std::vector<std::uint64_t> time{10, 20, 30}, publish{9, 19, 29};
  const std::vector<std::uint32_t> sequence{7, 8, 9}, offset{3, 0, 6}, length{3, 3, 0};
  const auto data = as_bytes("abcdef");
  ChunkBuilder columns, plain, one_by_one, one_by_one_plain;
  ASSERT_TRUE(columns.append({channel, time, publish, sequence, offset, length, data}));
  ASSERT_TRUE(plain.append({channel, time, {}, {}, offset, length, data}));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto bytes = data.subspan(offset[i], length[i]);
    ASSERT_TRUE(one_by_one.append({channel[i], sequence[i], time[i], publish[i]}, bytes));
    ASSERT_TRUE(one_by_one_plain.append({channel[i], 0, time[i], time[i]}, bytes));
  }
  EXPECT_TRUE(std::ranges::equal(columns.records(), one_by_one.records()));
  EXPECT_TRUE(std::ranges::equal(plain.records(), one_by_one_plain.records()));
}

TEST(McapChunkBuilder, AMessageCanBeEncodedInPlace) {
  ChunkBuilder builder, expected;
  std::byte* place = builder.prepare(100);
  ASSERT_NE(place, nullptr);
  std::memcpy(place, "not this", 8);  // without commit() it is nothing
  place = builder.prepare(100);
  std::memcpy(place, "hello", 5);
  builder.commit({1, 2, 3, 4}, 5);
  ASSERT_TRUE(expected.append({1, 2, 3, 4}, as_bytes("hello")));
  EXPECT_TRUE(std::ranges::equal(builder.records(), expected.records()));
}

TEST(McapChunkBuilder, RefusesWhatMakesAChunkTooLarge) {
  ChunkBuilder builder;
  EXPECT_EQ(builder.prepare(kMostChunkBytes), nullptr);
  EXPECT_EQ(builder.prepare(~std::size_t{0}), nullptr);
  const std::vector<std::uint16_t> channel(2);
  const std::vector<std::uint64_t> time(2);
  const std::vector<std::uint32_t> offset(2), length(2, ~std::uint32_t{0});
  EXPECT_FALSE(builder.append(MessageColumns{channel, time, {}, {}, offset, length, {}}));
  EXPECT_TRUE(builder.empty());
}

TEST(McapChunkCompressor, EmptiesTheBuilderAndKeepsNothing) {
  for (const auto compression : {Compression::none, Compression::lz4, Compression::zstd}) {
    ChunkCompressor compressor({.compression = compression, .level = {}});
    ChunkBuilder builder;
    FinishedChunk first, second, again;
    const Rows rows = small_sample(compression).chunks[0];
    append_rows(builder, rows);
    ASSERT_TRUE(compressor.compress(builder, first));
    EXPECT_TRUE(builder.empty());
    append_rows(builder, small_sample(compression).chunks[1]);
    ASSERT_TRUE(compressor.compress(builder, second));
    append_rows(builder, rows);
    ASSERT_TRUE(compressor.compress(builder, second));
    EXPECT_TRUE(std::ranges::equal(first.records.span(), second.records.span()));
    EXPECT_TRUE(std::ranges::equal(first.message_index.span(), second.message_index.span()));
    EXPECT_EQ(first.uncompressed_crc, second.uncompressed_crc);
  }
}

TEST(McapChunkCompressor, RefusesWhatIsNoRecords) {
  ChunkCompressor compressor({});
  FinishedChunk chunk;
  EXPECT_FALSE(compressor.compress(as_bytes("\x05 no record"), chunk));
}

TEST(McapChunkIndexes, ReturnsThePlacesInWhateverOrderTheyCame) {
  ChunkIndexes indexes;
  const std::vector<IndexPlace> first{{3, 1000}, {1, 1200}, {65535, 5}, {0, ~std::uint64_t{0}}};
  const std::vector<IndexPlace> second{{0, 0}};
  indexes.add({.offset = 500, .length = 500}, first);
  indexes.add({.offset = 2000, .length = 1}, {});
  indexes.add({.offset = 3000, .length = 1}, second);
  std::vector<IndexPlace> out;
  indexes.indexes(0, out);
  EXPECT_EQ(out, first);
  indexes.indexes(1, out);
  EXPECT_TRUE(out.empty());
  indexes.indexes(2, out);
  EXPECT_EQ(out, second);
}

TEST(McapChunkIndexes, AChunkOfSixtyChannelsTakesLessThan300Bytes) {
  ChunkIndexes indexes;
  std::vector<IndexPlace> places;
  for (std::uint64_t chunk = 0; chunk < 10'000; ++chunk) {
    places.clear();
    std::uint64_t offset = (chunk + 1) * 1'000'000;
    for (std::uint16_t channel = 0; channel < 60; ++channel) {
      places.push_back({channel, offset});
      offset += index_record_bytes(190 + channel);
    }
    indexes.add({.offset = chunk * 1'000'000, .length = 1'000'000}, places);
  }
  EXPECT_LT(indexes.memory_bytes() / 2, 10'000U * 300U);  // capacities grow by doubling
}

TEST(McapFileWriter, WritesADefinitionOnceAndRefusesAContradiction) {
  MemorySink sink;
  FileWriter writer(sink, {});
  ASSERT_TRUE(writer.add(Schema{1, "a", "", ""}));
  ASSERT_TRUE(writer.add(Channel{1, 1, "t", "json", {}}));
  const std::size_t bytes = sink.bytes.size();
  EXPECT_TRUE(writer.add(Schema{1, "a", "", ""}));
  EXPECT_TRUE(writer.add(Channel{1, 1, "t", "json", {}}));
  EXPECT_EQ(writer.add(Schema{1, "b", "", ""}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(writer.add(Schema{0, "b", "", ""}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(writer.add(Channel{1, 1, "other", "json", {}}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(writer.add(Channel{2, 2, "no schema", "json", {}}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(writer.add(Channel{2, 1, "bad \xFF", "json", {}}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(writer.add(Metadata{"m", {{"bad \xFF", ""}}}).fault().kind, FaultKind::rejected);
  EXPECT_EQ(sink.bytes.size(), bytes);
  EXPECT_EQ(writer.bytes(), bytes);
}

TEST(McapFileWriter, RefusesMessagesOfUndefinedChannels) {
  const Sample sample = small_sample(Compression::none);
  MemorySink sink;
  FileWriter writer(sink, {});
  ChunkBuilder builder;
  append_rows(builder, sample.chunks[0]);
  EXPECT_EQ(writer.append_unchunked(builder.records()).fault().kind, FaultKind::rejected);
  FinishedChunk chunk;
  ASSERT_TRUE(ChunkCompressor({}).compress(builder, chunk));
  EXPECT_EQ(writer.append(chunk).fault().kind, FaultKind::rejected);
  EXPECT_TRUE(writer.append(FinishedChunk{}));  // nothing
  EXPECT_EQ(writer.summary().statistics.chunks, 0U);
}

TEST(McapFileWriter, IsDoneWhenItIsFinished) {
  MemorySink sink;
  FileWriter writer(sink, {});
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(writer.add(Schema{1, "a", "", ""}).fault().kind, FaultKind::bug);
  EXPECT_EQ(writer.finish().fault().kind, FaultKind::bug);
}

// Takes some of the bytes, then fails, as a full disk does.
class FailingSink final : public ByteSink {
 public:
  Bytes bytes;
  std::size_t fails_at = 0;  // the n-th write
  std::size_t writes = 0;

  Status write(std::span<const std::span<const std::byte>> pieces) override {
    const bool fails = ++writes == fails_at;
    for (const auto piece : pieces) {
      bytes.insert(bytes.end(), piece.begin(),
                   piece.begin() + static_cast<std::ptrdiff_t>(piece.size() / (fails ? 2 : 1)));
    }
    if (fails) return {FaultKind::exhausted, "full"};
    return {};
  }
};

// Repeats what failed, as a caller does once there is room.
template <class Call>
void until_it_works(FailingSink& sink, FileWriter& writer, Call&& call) {
  for (;;) {
    const Status status = call();
    if (status) return;
    ASSERT_EQ(status.fault().kind, FaultKind::exhausted);
    ASSERT_LE(writer.bytes(), sink.bytes.size());
    sink.bytes.resize(writer.bytes());
  }
}

TEST(McapFileWriter, AFailedWriteChangesNothing) {
  const Sample sample = small_sample(Compression::zstd);
  const Bytes expected = write(sample);
  std::size_t n = 1;
  for (bool failed = true; failed; ++n) {
    FailingSink sink;
    sink.fails_at = n;
    FileWriter writer(sink, sample.file);
    for (const Schema& schema : sample.schemas)
      until_it_works(sink, writer, [&] { return writer.add(schema); });
    for (const Channel& channel : sample.channels)
      until_it_works(sink, writer, [&] { return writer.add(channel); });
    ChunkCompressor compressor(sample.chunk);
    for (std::size_t i = 0; i < sample.chunks.size(); ++i) {
      ChunkBuilder builder;
      FinishedChunk chunk;
      append_rows(builder, sample.chunks[i]);
      ASSERT_TRUE(compressor.compress(builder, chunk));
      until_it_works(sink, writer, [&] { return writer.append(chunk); });
      if (i >= 2) continue;
      const auto& [info, data] = sample.attachments[i];
      until_it_works(sink, writer, [&] { return writer.add(info, MemorySource(as_bytes(data))); });
      until_it_works(sink, writer, [&] { return writer.add(sample.metadata[i]); });
    }
    until_it_works(sink, writer, [&] { return writer.finish(); });
    ASSERT_EQ(sink.bytes, expected) << "after a failure of write " << n;
    failed = sink.writes >= n;
  }
  EXPECT_GT(n, 15U);
}

// Larger than any buffer, made as it is read.
class HugeSource final : public ByteSource {
 public:
  explicit HugeSource(std::uint64_t size) : size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::size_t count =
        std::min<std::uint64_t>({out.size(), size_ - offset, 100'000});  // short reads too
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>((offset + i) % 251);
    return count;
  }

 private:
  std::uint64_t size_;
};

TEST(McapFileWriter, StreamsAttachments) {
  MemorySink sink;
  FileWriter writer(sink, {});
  const HugeSource huge(20'000'001);
  ASSERT_TRUE(writer.add(AttachmentInfo{1, 2, "huge", "x/y"}, huge));
  ASSERT_TRUE(writer.finish());
  const Examination examination = examined(sink.bytes);
  EXPECT_TRUE(examination.intact());
  ASSERT_EQ(examination.readable.attachments.size(), 1U);
  const AttachmentPlace& place = examination.readable.attachments[0];
  EXPECT_EQ(place.data_bytes, huge.size());
  bool same = true;
  for (std::uint64_t i = 0; i < place.data_bytes; ++i) {
    same = same && sink.bytes[place.data_offset() + i] == static_cast<std::byte>(i % 251);
  }
  EXPECT_TRUE(same);
  sink.bytes[place.data_offset() + 1'000'000] ^= std::byte{1};
  EXPECT_EQ(read_stream(sink.bytes).damage.first()[0].kind, DamageKind::attachment);
}

class ShrunkSource final : public ByteSource {
 public:
  [[nodiscard]] std::uint64_t size() const override { return 10; }
  Result<std::size_t> read_at(std::uint64_t, std::span<std::byte>) const override { return std::size_t{0}; }
};

TEST(McapFileWriter, AnAttachmentThatFailsIsNotThere) {
  MemorySink sink;
  FileWriter writer(sink, {});
  ASSERT_TRUE(writer.add(Metadata{"m", {}}));
  const std::uint64_t bytes = writer.bytes();
  EXPECT_EQ(writer.add(AttachmentInfo{1, 2, "a", ""}, ShrunkSource()).fault().kind, FaultKind::unavailable);
  EXPECT_EQ(writer.bytes(), bytes);
  sink.bytes.resize(bytes);
  ASSERT_TRUE(writer.finish());
  EXPECT_TRUE(examined(sink.bytes).intact());
}

}  // namespace
}  // namespace cantrail::mcap
