#include "decode/dbc/decoder.hpp"

#include <algorithm>
#include <bit>
#include <random>

#include <gtest/gtest.h>

#include "decode/dbc/test_layouts.hpp"
#include "decode/dbc/test_signal.hpp"
#include "sanitized.hpp"

namespace cantrail::dbc {
namespace {

using testing::signal;

using testing::RandomLayouts;

std::shared_ptr<const DecodePlan> compile(const Database& database) {
  Diagnostics diagnostics;
  return DecodePlan::compile(database, diagnostics);
}

void append(FrameBlock& frames, std::uint32_t id, std::vector<std::uint8_t> data, ChannelId channel = 0) {
  frames.append({WallTime{static_cast<std::int64_t>(1000 + frames.size())}, id, 0, channel,
                 static_cast<std::uint8_t>(data.size()), data});
}

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (supported(set)) sets.push_back(set);
  }
  return sets;
}

// Every cell of `blocks` against the walk through the DBC's definition; returns how many cells were present.
std::size_t expect_as_defined(const Database& database, const DecodePlan& plan, const FrameBlock& frames,
                              const std::vector<StreamBlock>& blocks) {
  std::size_t present = 0;
  for (const StreamBlock& block : blocks) {
    const MessagePlan& message_plan = plan.messages()[block.stream()];
    const Message& message = *database.message(message_plan.row->name);
    for (std::size_t row = 0; row < block.rows(); ++row) {
      const FrameView frame = frames[block.frame()[row]];
      EXPECT_EQ(block.time_ns()[row], frame.time.ns);
      EXPECT_EQ(frame.id, message_plan.id);
      for (std::size_t field = 0; field < block.fields(); ++field) {
        const Signal& signal = *message.signal(message_plan.row->fields[field].name);
        const std::uint64_t word = block.word(field, row);
        const auto raw = raw_word(message_plan, field, frame.data);
        if (!testing::naive_present(message, signal, frame.data)) {
          EXPECT_FALSE(block.valid(field, row));
          EXPECT_EQ(word, 0U);
          EXPECT_FALSE(raw.has_value());
          continue;
        }
        ++present;
        EXPECT_TRUE(block.valid(field, row));
        const std::uint64_t bits = testing::naive_bits(signal, frame.data);
        const testing::Wide integer = testing::naive_integer(signal, bits);
        const bool is_integer = signal.kind == ValueKind::integer;
        EXPECT_EQ(raw, is_integer ? static_cast<std::uint64_t>(integer) : bits);
        if (message_plan.signals[field].type == FieldType::f64) {
          const double expected = testing::naive_double(signal, bits);
          if (expected != expected) {
            EXPECT_TRUE(std::bit_cast<double>(word) != std::bit_cast<double>(word));
          } else {
            EXPECT_EQ(word, std::bit_cast<std::uint64_t>(expected)) << signal.length_bits;
          }
        } else {
          const testing::Wide expected = integer * signal.factor_integer + signal.offset_integer;
          EXPECT_TRUE(expected == (message_plan.signals[field].type == FieldType::i64
                                       ? testing::Wide{static_cast<std::int64_t>(word)}
                                       : testing::Wide{word}));
        }
        if (::testing::Test::HasFailure()) return present;
      }
    }
  }
  return present;
}

// Lengths as a bus has them, with some frames shorter and some longer than the message says.
std::vector<std::uint8_t> random_payload(RandomLayouts& random, std::uint32_t message_bytes,
                                         bool short_frames) {
  std::size_t length = message_bytes;
  if (short_frames && random.chance(20)) length = random.below(message_bytes + 1);
  if (short_frames && random.chance(5)) length = 64;
  std::vector<std::uint8_t> data(length);
  for (std::uint8_t& byte : data) {
    byte = static_cast<std::uint8_t>(random.chance(20) ? (random.chance(50) ? 0xFF : 0) : random.below(256));
  }
  return data;
}

class DecodesLikeTheDefinition : public ::testing::TestWithParam<InstructionSet> {};

TEST_P(DecodesLikeTheDefinition, ForRandomLayoutsAndFrames) {
  if (!supported(GetParam())) GTEST_SKIP() << to_string(GetParam()) << " is not there on this processor";
  std::size_t present = 0;
  for (std::uint64_t seed = 1; seed <= 150 / kOneRoundIn && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RandomLayouts random(seed);
    Database database;
    const bool fd = seed % 3 == 0;
    for (std::uint32_t i = 0; i < 12; ++i) {
      const auto length = static_cast<std::uint32_t>(fd ? 1 + random.below(64) : 1 + random.below(8));
      database.messages.push_back(random.message(i * 31 + 5, i % 3 == 0, length));
    }
    const auto plan = compile(database);
    ASSERT_EQ(plan->messages().size(), 12U);
    Decoder decoder({ChannelPlan{{plan}, {0}}}, GetParam());
    std::vector<StreamBlock> blocks;
    for (int batch = 0; batch < 3; ++batch) {  // recycled blocks must not show what they held
      FrameBlock frames;
      const std::size_t count = random.below(500);
      for (std::size_t i = 0; i < count; ++i) {
        const Message& message = database.messages[random.below(database.messages.size())];
        append(frames, message.id | (message.extended ? kIdExtended : 0),
               random_payload(random, message.length_bytes, seed % 2 == 0));
      }
      EXPECT_EQ(decoder.decode(frames, blocks), 0U);
      std::size_t rows = 0;
      for (const StreamBlock& block : blocks) rows += block.rows();
      EXPECT_EQ(rows, count);
      present += expect_as_defined(database, *plan, frames, blocks);
    }
  }
  EXPECT_GT(present, 100000U / kOneRoundIn);
}

INSTANTIATE_TEST_SUITE_P(Decoder, DecodesLikeTheDefinition,
                         ::testing::Values(InstructionSet::baseline, InstructionSet::avx2,
                                           InstructionSet::avx512),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

Database one_message(std::uint32_t length_bytes, std::vector<Signal> signals) {
  Message message;
  message.name = "M";
  message.id = 0x100;
  message.length_bytes = length_bytes;
  message.signals = std::move(signals);
  Database database;
  database.messages.push_back(std::move(message));
  return database;
}

Database multiplexed() {
  Signal mode = signal("Mode", 0, 8), a = signal("A", 8, 8), b = signal("B", 8, 16),
         sub = signal("Sub", 16, 8), deep = signal("Deep", 24, 8);
  mode.is_selector = true;
  a.multiplexing = Multiplexing{"", {{0, 0}}};
  b.multiplexing = Multiplexing{"Mode", {{255, 255}, {10, 20}}};
  sub.is_selector = true;
  sub.multiplexing = Multiplexing{"Mode", {{1, 1}}};
  deep.multiplexing = Multiplexing{"Sub", {{5, 7}}};
  return one_message(8, {mode, a, b, sub, deep, signal("Always", 56, 8)});
}

std::string present_fields(const Database& database, std::vector<std::uint8_t> data) {
  const auto plan = compile(database);
  Decoder decoder({ChannelPlan{{plan}, {0}}});
  FrameBlock frames;
  append(frames, 0x100, std::move(data));
  std::vector<StreamBlock> blocks;
  EXPECT_EQ(decoder.decode(frames, blocks), 0U);
  std::string names;
  for (std::size_t field = 0; field < blocks.at(0).fields(); ++field) {
    if (blocks[0].valid(field, 0)) names += plan->messages()[0].row->fields[field].name + " ";
  }
  return names;
}

TEST(DecoderMultiplexing, GivesOnlyWhatTheSelectorSelects) {
  EXPECT_EQ(present_fields(multiplexed(), {0, 0, 5, 0, 0, 0, 0, 0}), "Mode A Always ");
  EXPECT_EQ(present_fields(multiplexed(), {255, 0, 5, 0, 0, 0, 0, 0}), "Mode B Always ");
  EXPECT_EQ(present_fields(multiplexed(), {15, 0, 5, 0, 0, 0, 0, 0}), "Mode B Always ");
}

TEST(DecoderMultiplexing, GivesTheRestWhereTheSelectorSelectsNothing) {
  EXPECT_EQ(present_fields(multiplexed(), {99, 0, 5, 0, 0, 0, 0, 0}), "Mode Always ");
}

TEST(DecoderMultiplexing, FollowsChainsOfSelectors) {
  EXPECT_EQ(present_fields(multiplexed(), {1, 0, 6, 0, 0, 0, 0, 0}), "Mode Sub Deep Always ");
  EXPECT_EQ(present_fields(multiplexed(), {1, 0, 8, 0, 0, 0, 0, 0}), "Mode Sub Always ");
  // Sub's bits say 6, but Sub is not there.
  EXPECT_EQ(present_fields(multiplexed(), {2, 0, 6, 0, 0, 0, 0, 0}), "Mode Always ");
}

TEST(DecoderMultiplexing, ComparesASignedSelectorByItsBits) {
  Database database = multiplexed();
  database.messages[0].signals[0].is_signed = true;
  EXPECT_EQ(present_fields(database, {255, 0, 5, 0, 0, 0, 0, 0}), "Mode B Always ");
}

TEST(DecoderShortFrames, GiveTheSignalsThatLieWhollyInside) {
  EXPECT_EQ(present_fields(multiplexed(), {0, 1}), "Mode A ");
  EXPECT_EQ(present_fields(multiplexed(), {255, 1}), "Mode ");
  EXPECT_EQ(present_fields(multiplexed(), {1, 1}), "Mode ");
  EXPECT_EQ(present_fields(multiplexed(), {}), "");
}

TEST(DecoderShortFrames, LeaveNoBitmapWhereAllRowsHaveTheField) {
  const auto plan = compile(one_message(8, {signal("Low", 0, 8), signal("High", 56, 8)}));
  Decoder decoder({ChannelPlan{{plan}, {0}}});
  FrameBlock frames;
  std::vector<StreamBlock> blocks;
  for (int i = 0; i < 100; ++i) append(frames, 0x100, std::vector<std::uint8_t>(8, 0xFF));
  (void)decoder.decode(frames, blocks);
  EXPECT_TRUE(blocks[0].validity(0).empty());
  EXPECT_TRUE(blocks[0].validity(1).empty());
  append(frames, 0x100, std::vector<std::uint8_t>(7, 0xFF));
  (void)decoder.decode(frames, blocks);
  EXPECT_TRUE(blocks[0].validity(0).empty());
  ASSERT_EQ(blocks[0].validity(1).size(), 2U);
  EXPECT_EQ(blocks[0].validity(1)[1], (std::uint64_t{1} << 36) - 1);
  EXPECT_EQ(blocks[0].word(1, 100), 0U);
}

TEST(DecoderShortFrames, HaveSignalsBehindTheMessagesLengthOnlyIfLongEnough) {
  const Database database = one_message(8, {signal("Inside", 0, 8), signal("Behind", 64, 32)});
  EXPECT_EQ(present_fields(database, std::vector<std::uint8_t>(8, 1)), "Inside ");
  EXPECT_EQ(present_fields(database, std::vector<std::uint8_t>(12, 1)), "Inside Behind ");
}

TEST(Decoder, SortsStreamsAndKeepsArrivalOrder) {
  Database database;
  for (const std::uint32_t id : {0x300U, 0x100U, 0x200U}) {
    database.messages.push_back(one_message(8, {signal("S", 0, 8)}).messages[0]);
    database.messages.back().id = id;
  }
  const auto plan = compile(database);
  Decoder decoder({ChannelPlan{{plan}, {10}}, ChannelPlan{{}, {}}, ChannelPlan{{plan}, {3}}});
  FrameBlock frames;
  append(frames, 0x100, {1}, 0);
  append(frames, 0x300, {2}, 2);
  append(frames, 0x300, {3}, 0);
  append(frames, 0x100, {4}, 0);
  append(frames, 0x100, {5}, 1);  // a channel without plan
  append(frames, 0x100, {6}, 7);  // an unknown channel
  append(frames, 0x111, {7}, 0);  // an unknown identifier
  frames.append({WallTime{1}, 0x100 | kIdRemote, 0, 0, 8, {}});
  append(frames, 0x100 | kIdError, {8}, 0);
  std::vector<StreamBlock> blocks;
  EXPECT_EQ(decoder.decode(frames, blocks), 5U);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].stream(), 3U);
  EXPECT_EQ(blocks[1].stream(), 10U);
  EXPECT_EQ(blocks[2].stream(), 11U);
  ASSERT_EQ(blocks[2].rows(), 2U);
  EXPECT_EQ(blocks[2].frame()[0], 0U);
  EXPECT_EQ(blocks[2].frame()[1], 3U);
  EXPECT_EQ(blocks[2].i64(0)[1], 4);
}

TEST(Decoder, TakesTheFirstPlanThatKnowsAnIdentifier) {
  const auto first = compile(one_message(8, {signal("First", 0, 8)}));
  Database wider = one_message(8, {signal("Second", 0, 8)});
  wider.messages.push_back(wider.messages[0]);
  wider.messages[1].id = 0x101;
  const auto second = compile(wider);
  Decoder decoder({ChannelPlan{{first, second}, {0, 1}}});
  FrameBlock frames;
  append(frames, 0x100, {1});
  append(frames, 0x101, {2});
  std::vector<StreamBlock> blocks;
  EXPECT_EQ(decoder.decode(frames, blocks), 0U);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].stream(), 0U);
  EXPECT_EQ(blocks[1].stream(), 2U);
}

TEST(Decoder, GivesNothingForAnEmptyBatch) {
  Decoder decoder({ChannelPlan{{compile(multiplexed())}, {0}}});
  std::vector<StreamBlock> blocks(2);
  EXPECT_EQ(decoder.decode(FrameBlock(), blocks), 0U);
  EXPECT_TRUE(blocks.empty());
}

TEST(Decoder, NamesItsInstructionSet) {
  for (const InstructionSet set : instruction_sets()) {
    EXPECT_EQ(Decoder({}, set).instruction_set(), set);
  }
  EXPECT_EQ(Decoder({}).instruction_set(), best_instruction_set());
}

}  // namespace
}  // namespace cantrail::dbc
