// Catalogs with many more streams than a batch has frames, and blocks that go from stream to stream.
#include <algorithm>

#include <gtest/gtest.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/signal_word.hpp"
#include "decode/dbc/spare_blocks.hpp"
#include "decode/dbc/test_layouts.hpp"

namespace cantrail::dbc {
namespace {

using testing::RandomLayouts;

constexpr std::uint32_t kMessages = 120;
constexpr std::size_t kChannels = 16;

struct Bus {
  Database database;
  std::shared_ptr<const DecodePlan> plan;
  std::vector<ChannelPlan> channels;
};

// Every channel has the same DBC, and streams of its own.
Bus make_bus(RandomLayouts& random) {
  Bus bus;
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    bus.database.messages.push_back(random.message(i * 7, i % 2 == 0, i % 5 == 0 ? 64 : 8));
  }
  Diagnostics diagnostics;
  bus.plan = DecodePlan::compile(bus.database, diagnostics);
  for (std::size_t i = 0; i < kChannels; ++i) {
    bus.channels.push_back({{bus.plan}, {static_cast<StreamId>(i * bus.plan->messages().size())}});
  }
  return bus;
}

FrameBlock make_frames(RandomLayouts& random, const Bus& bus, std::size_t count, bool short_frames) {
  FrameBlock frames;
  for (std::size_t i = 0; i < count; ++i) {
    const MessagePlan& message = bus.plan->messages()[random.below(bus.plan->messages().size())];
    std::size_t length = message.length_bytes;
    if (short_frames && random.chance(10)) length = random.below(length + 1);
    std::vector<std::uint8_t> data(length);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random.below(256));
    frames.append({WallTime{static_cast<std::int64_t>(i)}, message.id, 0,
                   static_cast<ChannelId>(random.below(kChannels)), static_cast<std::uint8_t>(length), data});
  }
  return frames;
}

// Every frame has its row, every cell is what the definition of one value says.
void expect_all_rows(const Bus& bus, const FrameBlock& frames, const std::vector<StreamBlock>& blocks) {
  std::size_t rows = 0;
  for (const StreamBlock& block : blocks) {
    const std::size_t messages = bus.plan->messages().size();
    const MessagePlan& message = bus.plan->messages()[block.stream() % messages];
    ASSERT_EQ(block.fields(), message.row->fields.size());
    rows += block.rows();
    for (std::size_t row = 0; row < block.rows(); ++row) {
      const FrameView frame = frames[block.frame()[row]];
      ASSERT_EQ(frame.id, message.id);
      ASSERT_EQ(frame.channel, block.stream() / messages);
      ASSERT_EQ(block.time_ns()[row], frame.time.ns);
      for (std::size_t field = 0; field < block.fields(); ++field) {
        const auto raw = raw_word(message, field, frame.data);
        ASSERT_EQ(block.valid(field, row), raw.has_value());
        ASSERT_EQ(block.word(field, row), raw ? column_word(message.signals[field], *raw) : 0);
      }
    }
  }
  EXPECT_EQ(rows, frames.size());
}

TEST(DecoderOfManyStreams, DecodesBatchesOfAnySizeLikeTheDefinition) {
  for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (!supported(set)) continue;
    RandomLayouts random(11);
    const Bus bus = make_bus(random);
    Decoder decoder(bus.channels, set);
    std::vector<StreamBlock> blocks;
    for (const std::size_t count :
         {1UL, 3UL, 200UL, 240UL, 241UL, 30UL, 4000UL, 2UL, 900UL, 12'000UL, 50UL}) {
      for (const bool short_frames : {false, true, false}) {
        const FrameBlock frames = make_frames(random, bus, count, short_frames);
        EXPECT_EQ(decoder.decode(frames, blocks), 0U);
        const auto before = [](const StreamBlock& a, const StreamBlock& b) {
          return a.stream() < b.stream();
        };
        EXPECT_TRUE(std::is_sorted(blocks.begin(), blocks.end(), before));
        expect_all_rows(bus, frames, blocks);
      }
    }
  }
}

// What small blocks hold is bounded by their number, not by the number of streams.
TEST(DecoderOfManyStreams, UsesTheMemoryOfOtherStreamsWhereRowsAreFew) {
  SpareBlocks spare(10);
  const BlockNeed need{StreamBlock::words_for(5, 1, true), false};
  StreamBlock block = spare.take(3, need);
  block.reset(3, 5, 1, true);
  const double* const memory = block.f64(0).data();
  EXPECT_TRUE(SpareBlocks::serves(block, 9, need));
  EXPECT_FALSE(SpareBlocks::serves(block, 9, {need.words, true}));
  EXPECT_FALSE(SpareBlocks::serves(block, 9, {StreamBlock::words_for(5, 3, true), false}));
  spare.put_small(std::move(block));
  StreamBlock other = spare.take(9, need);
  other.reset(9, 5, 1, true);
  EXPECT_EQ(other.f64(0).data(), memory);
}

TEST(DecoderOfManyStreams, KeepsWhatAStreamHasGrownTo) {
  SpareBlocks spare(10);
  StreamBlock block;
  block.reset(4, 6, 1000, true);
  const BlockNeed need{StreamBlock::words_for(6, 800, true), false};
  EXPECT_TRUE(SpareBlocks::is_large(block));
  EXPECT_TRUE(SpareBlocks::serves(block, 4, need));
  EXPECT_FALSE(SpareBlocks::serves(block, 5, need));
  const std::int64_t* const memory = block.time_ns().data();
  spare.put_large(4, std::move(block));
  EXPECT_EQ(spare.take(5, need).capacity_words(), 0U);
  StreamBlock again = spare.take(4, need);
  again.reset(4, 6, 800, true);
  EXPECT_EQ(again.time_ns().data(), memory);
}

}  // namespace
}  // namespace cantrail::dbc
