// Files cut at every byte and changed at every byte.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "formats/mcap/salvage.hpp"
#include "formats/mcap/test_sample.hpp"
#include "sanitized.hpp"

namespace cantrail::mcap {
namespace {

struct Shape {
  Compression compression;
  bool chunked;
};

class EachShape : public testing::TestWithParam<Shape> {
 protected:
  EachShape() : sample_(small_sample(GetParam().compression, GetParam().chunked)), bytes_(write(sample_)) {
    const Examination whole = examined(bytes_);
    for (std::size_t i = 0; i < whole.readable.chunks.size(); ++i)
      chunks_.push_back(whole.readable.chunks[i]);
    data_end_ = whole.good.bytes;
  }

  // Rows of all chunks but those for which `lost` holds.
  template <class Lost>
  [[nodiscard]] Rows rows_without(Lost&& lost) const {
    Rows rows;
    for (std::size_t i = 0; i < sample_.chunks.size(); ++i) {
      if (!lost(chunks_[i])) rows.insert(rows.end(), sample_.chunks[i].begin(), sample_.chunks[i].end());
    }
    return rows;
  }

  Sample sample_;
  Bytes bytes_;
  std::vector<ChunkPlace> chunks_;
  std::uint64_t data_end_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Mcap, EachShape,
                         testing::Values(Shape{Compression::none, true}, Shape{Compression::lz4, true},
                                         Shape{Compression::zstd, true}, Shape{Compression::none, false}));

bool is_prefix(const Rows& part, const Rows& all) {
  return part.size() <= all.size() && std::equal(part.begin(), part.end(), all.begin());
}

bool is_subsequence(const Rows& part, const Rows& all) {
  std::size_t next = 0;
  for (const Row& row : all) {
    if (next < part.size() && part[next] == row) ++next;
  }
  return next == part.size();
}

TEST_P(EachShape, CutAtEveryByteEverythingBeforeIsRead) {
  for (std::size_t length = 0; length < bytes_.size(); length += kOneRoundIn) {
    const Bytes cut(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(length));
    const StreamRead read = read_stream(cut);
    ASSERT_TRUE(is_prefix(read.rows, sample_.rows())) << length;
    ASSERT_LE(read.damage.count(), 1U) << length;
    ASSERT_EQ(read.ending,
              length < data_end_ + kPrefixBytes + kDataEndBytes ? Ending::missing : Ending::damaged);
    if (GetParam().chunked) {
      ASSERT_EQ(read.rows, rows_without([&](const ChunkPlace& chunk) { return chunk.end() > length; }))
          << length;
    }
    ASSERT_EQ(read_summary(MemorySource(cut)).ok(), false);
    const Examination examination = examined(cut);
    ASSERT_EQ(read_ordered(cut, examination.readable), in_order(read.rows)) << length;
  }
}

TEST_P(EachShape, CutAtEveryByteItCanBeFinishedInPlace) {
  for (std::size_t length = 0; length < bytes_.size(); length += kOneRoundIn) {
    const Bytes cut(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(length));
    ASSERT_TRUE(examined(cut).good_is_all()) << length;
    const Bytes finished = finished_in_place(cut);
    const Examination again = examined(finished);
    ASSERT_TRUE(again.intact()) << length << ": " << to_string(again.damage.first()[0]);
    ASSERT_EQ(read_stream(finished).rows, read_stream(cut).rows) << length;
    if (!GetParam().chunked) continue;
    const auto summary = read_summary(MemorySource(finished));
    ASSERT_TRUE(summary) << length;
    ASSERT_EQ(read_ordered(finished, *summary), in_order(read_stream(cut).rows)) << length;
    // Readers that go by message indexes find them for each chunk.
    std::vector<IndexPlace> found, kept;
    for (std::size_t i = 0; i < summary->chunks.size(); ++i) {
      again.readable.chunks.indexes(i, found);
      summary->chunks.indexes(i, kept);
      ASSERT_EQ(found, kept);
      ASSERT_EQ(found.size(), 3U);
      ASSERT_EQ(again.readable.chunks[i].index_bytes, summary->chunks[i].index_bytes);
    }
  }
}

TEST_P(EachShape, ACutFileCanBeContinued) {
  for (std::size_t length = 60; length < bytes_.size(); length += 7) {
    const Bytes cut(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(length));
    Examination examination = examined(cut);
    MemorySink sink;
    sink.bytes.assign(cut.begin(), cut.begin() + static_cast<std::ptrdiff_t>(examination.good.bytes));
    FileWriter writer(sink, {}, std::move(examination.good));
    const Rows before = read_stream(cut).rows;
    write_all(sample_, writer);
    ASSERT_TRUE(writer.finish());
    ASSERT_TRUE(examined(sink.bytes).intact()) << length;
    Rows expected = before;
    const Rows more = sample_.rows();
    expected.insert(expected.end(), more.begin(), more.end());
    ASSERT_EQ(read_stream(sink.bytes).rows, expected) << length;
  }
}

// Every byte, changed in three ways: all bits, the lowest, one in the middle.
template <class Check>
void each_change(const Bytes& bytes, Check&& check) {
  for (std::size_t at = 0; at < bytes.size(); at += kOneRoundIn) {
    for (const std::byte change : {std::byte{0xFF}, std::byte{1}, std::byte{0x10}}) {
      Bytes changed = bytes;
      changed[at] ^= change;
      check(at, changed);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST_P(EachShape, ChangedAtEveryByteAllOtherChunksAreReadAndTheDamageIsCounted) {
  each_change(bytes_, [&](std::size_t at, const Bytes& changed) {
    const StreamRead read = read_stream(changed);
    ASSERT_GE(read.damage.count(), 1U) << at;
    ASSERT_LE(read.damage.count(), 4U) << at;
    if (!GetParam().chunked) return;
    const Rows least =
        rows_without([&](const ChunkPlace& chunk) { return at >= chunk.offset && at < chunk.end(); });
    ASSERT_TRUE(is_subsequence(least, read.rows)) << at << ": " << to_string(read.damage.first()[0]);
    // A byte can make a message outside of chunks of another record: nothing verifies those.
    ASSERT_TRUE(is_subsequence(read.verified, sample_.rows())) << at;
  });
}

TEST_P(EachShape, ChangedAtEveryByteTheOrderIsStillThatOfTime) {
  each_change(bytes_, [&](std::size_t at, const Bytes& changed) {
    const MemorySource source(changed);
    auto summary = read_summary(source);
    if (!summary) summary = examined(changed).readable;
    OrderedReader reader(source, *summary, {});
    Rows rows;
    for (;;) {
      const auto messages = reader.next();
      ASSERT_TRUE(messages) << at;
      if (messages->empty()) break;
      for (const Message& message : *messages) rows.push_back(row_of(message));
    }
    if (!GetParam().chunked) return;
    const Rows least =
        rows_without([&](const ChunkPlace& chunk) { return at >= chunk.offset && at < chunk.end(); });
    ASSERT_TRUE(is_subsequence(in_order(least), rows)) << at;
    ASSERT_EQ(rows, in_order(rows)) << at;
  });
}

TEST_P(EachShape, ChangedAtEveryByteTheGoodBeginningCanBeFinished) {
  each_change(bytes_, [&](std::size_t at, const Bytes& changed) {
    const Bytes finished = finished_in_place(changed);
    const Examination again = examined(finished);
    ASSERT_TRUE(again.intact()) << at << ": " << to_string(again.damage.first()[0]);
    if (GetParam().chunked) {
      ASSERT_TRUE(is_prefix(read_stream(finished).verified, sample_.rows())) << at;
    }
  });
}

TEST_P(EachShape, ChangedAtEveryByteSalvageKeepsWhatIsReadable) {
  each_change(bytes_, [&](std::size_t at, const Bytes& changed) {
    MemorySink out;
    const auto salvaged = salvage(MemorySource(changed), out);
    ASSERT_TRUE(salvaged) << at << ": " << salvaged.fault().message;
    const StreamRead read = read_stream(changed);
    EXPECT_EQ(salvaged->damage.count(), read.damage.count());
    EXPECT_EQ(salvaged->messages, read.rows.size());
    const Examination again = examined(out.bytes);
    ASSERT_TRUE(again.intact()) << at << ": " << to_string(again.damage.first()[0]);
    ASSERT_EQ(read_stream(out.bytes).rows, read.rows) << at;
  });
}

TEST_P(EachShape, GarbageBehindACrashIsLeftOut) {
  for (const char filling : {'\0', '\xFF', '\x06', 'x'}) {
    Bytes bytes(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(data_end_));
    bytes.insert(bytes.end(), 5000, static_cast<std::byte>(filling));
    const StreamRead read = read_stream(bytes);
    EXPECT_EQ(read.rows, sample_.rows());
    EXPECT_EQ(read.damage.count(), 1U);
    EXPECT_EQ(read.damage.first()[0].offset, data_end_);
    EXPECT_EQ(read.damage.lost_bytes(), 5000U);
    const Bytes finished = finished_in_place(bytes);
    EXPECT_EQ(finished, finished_in_place(bytes_));
  }
}

TEST_P(EachShape, BytesBehindTheEndAreCounted) {
  Bytes bytes = bytes_;
  bytes.resize(bytes.size() + 100);
  const StreamRead read = read_stream(bytes);
  EXPECT_EQ(read.rows, sample_.rows());
  ASSERT_EQ(read.damage.count(), 1U);
  EXPECT_EQ(read.damage.first()[0].kind, DamageKind::behind_end);
  EXPECT_EQ(read.damage.first()[0].offset, bytes_.size());
}

// Pieces overwritten, taken out, doubled, filled with zeros: several at a time.
Bytes any_damage(Bytes bytes) {
  const int wounds = *rc::gen::inRange(1, 6);
  for (int i = 0; i < wounds && !bytes.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    const auto length = *rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(bytes.size() - at, 300));
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        std::mt19937 noise(*rc::gen::arbitrary<std::uint32_t>());
        std::generate(begin, end, [&] { return static_cast<std::byte>(noise()); });
        break;
      }
      case 1:
        bytes.erase(begin, end);
        break;
      case 2: {
        const Bytes piece(begin, end);
        const auto to = *rc::gen::inRange<std::size_t>(0, bytes.size());
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(to), piece.begin(), piece.end());
        break;
      }
      default:
        std::fill(begin, end, std::byte{0});
    }
  }
  return bytes;
}

RC_GTEST_PROP(McapDamage, WhateverHappenedToAFileItsSalvageIsWhole, ()) {
  const auto compression = *rc::gen::element(Compression::none, Compression::lz4, Compression::zstd);
  const Sample sample = small_sample(compression, *rc::gen::weightedElement<bool>({{3, true}, {1, false}}));
  const Bytes bytes = any_damage(write(sample));
  const MemorySource source(bytes);
  const auto examination = examine(source);
  MemorySink out;
  const auto salvaged = salvage(source, out);
  if (!salvaged) RC_LOG(salvaged.fault().message);
  RC_ASSERT(examination.ok() == salvaged.ok());
  if (!examination) return;
  const StreamRead read = read_stream(bytes);
  RC_ASSERT(examined(out.bytes).intact());
  RC_ASSERT(read_stream(out.bytes).rows == read.rows);
  RC_ASSERT(read_ordered(bytes, examination->readable) == in_order(read.rows));
  RC_ASSERT(examined(finished_in_place(bytes)).intact());
}

}  // namespace
}  // namespace cantrail::mcap
