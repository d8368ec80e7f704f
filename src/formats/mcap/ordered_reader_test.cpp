#include <random>

#include <gtest/gtest.h>

#include "formats/mcap/test_sample.hpp"

namespace cantrail::mcap {
namespace {

// Chunks whose times overlap by `spread` chunks.
Sample overlapping(std::size_t chunks, std::size_t per_chunk, std::uint64_t spread, Compression compression) {
  Sample sample;
  sample.chunk.compression = compression;
  sample.channels = {{1, 0, "even", "json", {}}, {2, 0, "odd", "json", {}}};
  std::mt19937_64 random(chunks);
  std::uint32_t sequence = 0;
  for (std::size_t c = 0; c < chunks; ++c) {
    Rows rows;
    for (std::size_t i = 0; i < per_chunk; ++i) {
      const std::uint64_t time = c * per_chunk + random() % (per_chunk * spread);
      const auto channel = static_cast<std::uint16_t>(1 + i % 2);
      rows.push_back({{channel, sequence++, time, time}, std::string(50, static_cast<char>('a' + c % 26))});
    }
    sample.chunks.push_back(rows);
  }
  return sample;
}

TEST(McapOrderedReader, MergesOverlappingChunks) {
  for (const std::uint64_t spread : {1, 3, 100}) {
    const Sample sample = overlapping(50, 100, spread, Compression::zstd);
    const Bytes bytes = write(sample);
    const auto summary = read_summary(MemorySource(bytes));
    ASSERT_TRUE(summary);
    EXPECT_EQ(read_ordered(bytes, *summary), in_order(sample.rows()));
  }
}

TEST(McapOrderedReader, MergesMoreThanItMayHold) {
  const Sample sample = overlapping(60, 200, 200, Compression::lz4);
  const Bytes bytes = write(sample);
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  for (const std::uint64_t budget : {std::uint64_t{0}, std::uint64_t{100'000}, std::uint64_t{1} << 20U}) {
    Limits limits;
    limits.most_open_bytes = budget;
    EXPECT_EQ(read_ordered(bytes, *summary, {}, limits), in_order(sample.rows())) << budget;
  }
}

TEST(McapOrderedReader, MergesMessagesOfOneTimeInTheOrderOfTheFile) {
  Sample sample = overlapping(20, 100, 1, Compression::none);
  for (Rows& rows : sample.chunks) {
    for (Row& row : rows) row.header.log_time_ns = 77;
  }
  const Bytes bytes = write(sample);
  Limits limits;
  for (const std::uint64_t budget : {0, 1'000'000'000}) {
    limits.most_open_bytes = budget;
    EXPECT_EQ(read_ordered(bytes, *read_summary(MemorySource(bytes)), {}, limits), sample.rows());
  }
}

// Counts what it is asked for.
class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(const Bytes& bytes) : memory_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return memory_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    read_bytes += out.size();
    return memory_.read_at(offset, out);
  }
  mutable std::uint64_t read_bytes = 0;

 private:
  MemorySource memory_;
};

TEST(McapOrderedReader, ReadsOnlyChunksThatCanHoldWhatIsSelected) {
  Sample sample = overlapping(100, 100, 1, Compression::none);
  sample.channels.push_back({3, 0, "rare", "json", {}});
  sample.chunks[40].push_back({{3, 0, 4050, 0}, "here"});
  const Bytes bytes = write(sample);
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  const auto count = [&](const Selection& selection, std::uint64_t& read_bytes) {
    const CountingSource source(bytes);
    OrderedReader reader(source, *summary, selection);
    std::size_t messages = 0;
    for (auto some = reader.next(); !some->empty(); some = reader.next()) messages += some->size();
    read_bytes = source.read_bytes;
    return messages;
  };
  std::uint64_t read_bytes = 0;
  Selection rare;
  rare.channels = [](const Channel& channel) { return channel.topic == "rare"; };
  EXPECT_EQ(count(rare, read_bytes), 1U);
  EXPECT_LT(read_bytes, bytes.size() / 50);
  Selection late;
  late.from_ns = 9'000;
  late.until_ns = 9'100;
  EXPECT_EQ(count(late, read_bytes), 100U);
  EXPECT_LT(read_bytes, bytes.size() / 25);
}

TEST(McapOrderedReader, LeavesOutADamagedChunkAndCountsIt) {
  const Sample sample = overlapping(10, 100, 1, Compression::zstd);
  Bytes bytes = write(sample);
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  bytes[summary->chunks[3].offset + 100] ^= std::byte{4};
  Rows expected;
  for (std::size_t i = 0; i < 10; ++i) {
    if (i != 3) expected.insert(expected.end(), sample.chunks[i].begin(), sample.chunks[i].end());
  }
  EXPECT_EQ(read_ordered(bytes, *summary, {}, {}, 1), in_order(expected));
}

TEST(McapOrderedReader, ASummaryThatPointsAnywhereDoesNoHarm) {
  const Sample sample = overlapping(2, 10, 1, Compression::zstd);
  const Bytes bytes = write(sample);
  const auto good = read_summary(MemorySource(bytes));
  ASSERT_TRUE(good);
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{bytes.size()}, ~std::uint64_t{0}}) {
    for (const std::uint64_t length :
         {std::uint64_t{0}, std::uint64_t{60}, std::uint64_t{bytes.size()}, ~std::uint64_t{0}}) {
      Summary summary = *good;
      ChunkPlace place = summary.chunks[0];
      place.offset = offset;
      place.length = length;
      summary.chunks = {};
      summary.chunks.add(place, {});
      EXPECT_TRUE(read_ordered(bytes, summary, {}, {}, 1).empty());
    }
  }
}

// A source that fails, as a disk with a bad sector does.
class FailingSource final : public ByteSource {
 public:
  FailingSource(const Bytes& bytes, std::uint64_t bad) : memory_(bytes), bad_(bad) {}
  [[nodiscard]] std::uint64_t size() const override { return memory_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset <= bad_ && bad_ < offset + out.size()) return Fault{FaultKind::unavailable, "bad sector"};
    return memory_.read_at(offset, out);
  }

 private:
  MemorySource memory_;
  std::uint64_t bad_;
};

TEST(McapOrderedReader, FaultsOfTheSourceArePassedOn) {
  const Bytes bytes = write(overlapping(3, 1000, 1, Compression::none));
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  const FailingSource source(bytes, summary->chunks[1].offset + 10);
  OrderedReader reader(source, *summary, {});
  auto some = reader.next();
  while (some && !some->empty()) some = reader.next();
  ASSERT_FALSE(some);
  EXPECT_EQ(some.fault().message, "bad sector");
  EXPECT_FALSE(reader.next());  // nothing is left out silently
  EXPECT_EQ(examine(source).fault().message, "bad sector");
}

}  // namespace
}  // namespace cantrail::mcap
