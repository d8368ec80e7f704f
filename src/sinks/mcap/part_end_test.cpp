// What is found in a file that was cut at any byte, or in which bytes are gone.
#include "sinks/mcap/part_end.hpp"

#include <gtest/gtest.h>

#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

struct Sample {
  std::string bytes;
  std::vector<std::uint64_t> ends;  // behind each chunk and its indexes
};

// A finished file of five chunks, whose cursors are at(2) … at(6).
Sample make_sample() {
  World world;
  EXPECT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 5; ++seq) EXPECT_TRUE(world.write(make_batch(world.catalog, seq, 20)));
  world.close();
  const std::string name = world.names(".mcap").front();
  const mcap::Summary summary = world.summary(name);
  Sample sample{world.read(name), {}};
  for (std::size_t i = 0; i < summary.chunks.size(); ++i) {
    sample.ends.push_back(summary.chunks[i].end() + summary.chunks[i].index_bytes);
  }
  return sample;
}

Result<PartEnd> end_of(std::string_view bytes) {
  return find_end(mcap::MemorySource(std::as_bytes(std::span(bytes))));
}

TEST(PartEnd, IsBehindTheLastWholeChunkWhereverTheFileIsCut) {
  const Sample sample = make_sample();
  ASSERT_EQ(sample.ends.size(), 5U);
  for (std::size_t bytes = 0; bytes <= sample.bytes.size(); ++bytes) {
    const auto end = end_of(std::string_view(sample.bytes).substr(0, bytes));
    ASSERT_TRUE(end);
    if (bytes == sample.bytes.size()) {
      EXPECT_EQ(end->bytes, bytes) << "a whole file stays whole";
      EXPECT_EQ(end->cursor, at(6));
      continue;
    }
    EXPECT_LE(end->bytes, bytes);
    ASSERT_LE(end->chunks, 5U);
    if (end->chunks == 0) {
      EXPECT_FALSE(end->cursor);
      continue;
    }
    EXPECT_EQ(end->cursor, at(end->chunks + 1));
    // Its indexes may be cut: then they are made again.
    EXPECT_LE(end->bytes, sample.ends[end->chunks - 1]);
    if (bytes >= sample.ends[end->chunks - 1]) {
      EXPECT_EQ(end->bytes, sample.ends[end->chunks - 1]);
    }
    if (end->chunks < 5) {
      EXPECT_LT(bytes, sample.ends[end->chunks]);
    }
  }
}

TEST(PartEnd, IsBeforeTheFirstHole) {
  const Sample sample = make_sample();
  for (std::size_t chunk = 0; chunk < sample.ends.size(); ++chunk) {
    const std::uint64_t begin = chunk == 0 ? 0 : sample.ends[chunk - 1];
    for (std::uint64_t at_byte = begin; at_byte < sample.ends[chunk]; at_byte += 7) {
      std::string torn = sample.bytes;
      torn.replace(at_byte, std::min<std::size_t>(40, torn.size() - at_byte), 40, '\0');
      torn.resize(sample.bytes.size());
      const auto end = end_of(torn);
      ASSERT_TRUE(end);
      // A hole in the definitions, or in what only an index says, does not hurt a chunk that can be read.
      EXPECT_LE(end->bytes, sample.bytes.size());
      if (end->cursor) {
        EXPECT_EQ(*end->cursor, at(end->chunks + 1));
      }
    }
  }
}

TEST(PartEnd, OfBytesThatAreNoRecordingIsNowhere) {
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string(5000, '\0'), std::string(5000, 'M')}) {
    const auto end = end_of(bytes);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->bytes, 0U);
    EXPECT_FALSE(end->cursor);
  }
}

}  // namespace
}  // namespace cantrail::mcap_sink
