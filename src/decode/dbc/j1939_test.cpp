// J1939 messages: what they are matched by, what their identifier adds to a row, which values are none.
#include <gtest/gtest.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/parser.hpp"

namespace cantrail::dbc {
namespace {

constexpr const char* kHead =
    "VERSION \"\"\nBA_DEF_ BO_ \"VFrameFormat\" ENUM "
    "\"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\";\n"
    "BA_DEF_DEF_ \"VFrameFormat\" \"J1939PG\";\n";

struct World {
  explicit World(const std::string& messages, PlanOptions options = {}) {
    auto parsed = parse(kHead + messages, "test.dbc");
    EXPECT_TRUE(parsed);
    plan = DecodePlan::compile(parsed->database, diagnostics, options);
    decoder.emplace(std::vector<ChannelPlan>{{{plan}, {0}}});
  }
  void send(std::uint32_t id, const std::vector<std::uint8_t>& data) {
    frames.append({WallTime{1}, id | kIdExtended, 0, 0, static_cast<std::uint8_t>(data.size()), data});
  }
  std::uint32_t decode() { return decoder->decode(frames, blocks); }
  const StreamBlock* block(StreamId stream) const {
    for (const StreamBlock& one : blocks)
      if (one.stream() == stream) return &one;
    return nullptr;
  }

  Diagnostics diagnostics;
  std::shared_ptr<const DecodePlan> plan;
  std::optional<Decoder> decoder;
  FrameBlock frames;
  std::vector<StreamBlock> blocks;
};

// Engine speed in F004 (to all), torque command in 00xx (PDU1: to one).
const std::string kSpeed =
    "BO_ 2364540158 EEC1: 8 Vector__XXX\n SG_ Speed : 24|16@1+ (0.125,0) [0|8031] \"rpm\" X\n";
const std::string kTorque =
    "BO_ 2348810494 TSC1: 8 Vector__XXX\n SG_ Torque : 24|8@1+ (1,-125) [-125|125] \"%\" X\n";
const std::vector<std::uint8_t> kData{0, 0, 0, 0x68, 0x13, 0, 0, 0};

TEST(J1939, MatchesTheGroupWhateverPriorityAndSource) {
  World world(kSpeed);
  world.send(0x0CF00400, kData);
  world.send(0x18F00403, kData);
  world.send(0x18F00500, kData);  // another group
  world.send(0x19F00400, kData);  // another data page
  world.frames.append({WallTime{1}, 0x0CF00400 | kIdExtended | kIdRemote, 0, 0, 8, {}});
  EXPECT_EQ(world.decode(), 3U);
  ASSERT_EQ(world.blocks.size(), 1U);
  const StreamBlock& block = world.blocks[0];
  ASSERT_EQ(block.rows(), 2U);
  EXPECT_EQ(block.f64(0)[1], 0x1368 * 0.125);
  EXPECT_EQ(block.i64(1)[0], 0);  // source
  EXPECT_EQ(block.i64(1)[1], 3);
  EXPECT_EQ(block.i64(2)[1], 255);  // destination
  EXPECT_EQ(block.i64(3)[0], 3);    // priority
  EXPECT_EQ(block.i64(3)[1], 6);
}

TEST(J1939, TakesTheDestinationOutOfTheMatchAndIntoTheRow) {
  World world(kTorque);
  world.send(0x0C000327, kData);
  world.send(0x0C00FF03, kData);
  EXPECT_EQ(world.decode(), 0U);
  ASSERT_EQ(world.blocks.size(), 1U);
  EXPECT_EQ(world.blocks[0].i64(2)[0], 3);
  EXPECT_EQ(world.blocks[0].i64(2)[1], 255);
  EXPECT_EQ(world.blocks[0].i64(1)[0], 0x27);
}

TEST(J1939, MatchesTheSourceTooWhereTheFileDescribesSeveral) {
  World world(
      "BO_ 2364540160 EEC1_Front: 8 X\n SG_ Speed : 24|16@1+ (1,0) [0|0] \"\" X\n"   // 0CF00500
      "BO_ 2364540161 EEC1_Rear: 8 X\n SG_ Speed : 24|16@1+ (1,0) [0|0] \"\" X\n");  // 0CF00501
  world.send(0x18F00500, kData);
  world.send(0x18F00501, kData);
  world.send(0x18F00502, kData);
  EXPECT_EQ(world.decode(), 1U);
  ASSERT_EQ(world.blocks.size(), 2U);
  EXPECT_EQ(world.blocks[1].i64(1)[0], 1);
}

TEST(J1939, PutsAMessageOfTheWholeIdentifierFirst) {
  World world(kSpeed +
              "BO_ 2364539907 Special: 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" X\n"  // 0CF00403
              "BA_ \"VFrameFormat\" BO_ 2364539907 1;\n");
  world.send(0x0CF00403, kData);
  world.send(0x0CF00404, kData);
  EXPECT_EQ(world.decode(), 0U);
  ASSERT_EQ(world.blocks.size(), 2U);
  EXPECT_EQ(world.blocks[0].rows(), 1U);
  EXPECT_EQ(world.blocks[1].stream(), 1U);
  EXPECT_EQ(world.blocks[1].fields(), 1U);
}

TEST(J1939, GivesReservedValuesAsTheReasonOfAnAbsentCell) {
  World world(
      "BO_ 2364540158 M: 8 X\n"
      " SG_ Two : 0|2@1+ (1,0) [0|0] \"\" X\n SG_ Four : 4|4@1+ (1,0) [0|0] \"\" X\n"
      " SG_ Byte : 8|8@1+ (0.4,0) [0|0] \"\" X\n SG_ Word : 16|16@1+ (0.125,0) [0|0] \"\" X\n"
      " SG_ Long : 32|32@1+ (0.1,0) [0|0] \"\" X\n SG_ Signed : 8|8@1- (1,0) [0|0] \"\" X\n");
  const auto word = [](std::uint8_t two_four, std::uint8_t byte, std::uint8_t high) {
    return std::vector<std::uint8_t>{two_four, byte, 0x12, high, 1, 2, 3, high};
  };
  world.send(0x0CF00400, word(0xE1, 0xFA, 0xFD));  // all are values
  world.send(0x0CF00400, word(0xF2, 0xFE, 0xFE));  // error, but for Four
  world.send(0x0CF00400, word(0xF3, 0xFF, 0xFF));  // not available
  ASSERT_EQ(world.decode(), 0U);
  const StreamBlock& block = world.blocks.at(0);
  for (const std::size_t field : {0U, 1U, 2U, 3U, 4U}) {
    SCOPED_TRACE(field);
    EXPECT_TRUE(block.valid(field, 0));
    ASSERT_FALSE(block.valid(field, 1));
    EXPECT_EQ(block.quality(field, 1), field == 1 ? Quality::not_available : Quality::error);
    ASSERT_FALSE(block.valid(field, 2));
    EXPECT_EQ(block.quality(field, 2), Quality::not_available);
  }
  EXPECT_TRUE(block.validity(5).empty());  // J1939 has no signed values: a file that has means them
  EXPECT_EQ(block.f64(2)[0], 0xFA * 0.4);
}

// A row of a frame that is too short keeps its own reason; many rows, so that bitmaps have several words.
TEST(J1939, KeepsTheReasonOfAShortFrame) {
  World world(
      "BO_ 2364540158 M: 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ B : 56|8@1+ (1,0) [0|0] \"\" X\n");
  for (int i = 0; i < 200; ++i) {
    world.send(0x0CF00400, std::vector<std::uint8_t>(i % 3 == 0 ? 4 : 8, i % 2 == 0 ? 0xFF : 0x11));
  }
  ASSERT_EQ(world.decode(), 0U);
  const StreamBlock& block = world.blocks.at(0);
  for (std::size_t row = 0; row < 200; ++row) {
    SCOPED_TRACE(row);
    EXPECT_EQ(block.valid(0, row), row % 2 != 0);
    EXPECT_EQ(block.valid(1, row), row % 2 != 0 && row % 3 != 0);
    if (row % 3 == 0) {
      EXPECT_EQ(block.quality(1, row), Quality::inactive);
    } else if (row % 2 == 0) {
      EXPECT_EQ(block.quality(1, row), Quality::not_available);
    }
  }
}

// Of a message that comes in packets a frame holds what it holds, whatever its selectors are.
TEST(J1939, LooksForNothingBehindAFrame) {
  World world(
      "BO_ 2364540158 M: 300 X\n SG_ Selector M : 2000|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ Selected m0 : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ Far : 1600|32@1+ (1,0) [0|0] \"\" X\n"
      " SG_ Plain : 8|8@1+ (1,0) [0|0] \"\" X\n");
  for (int i = 0; i < 70; ++i) world.send(0x0CF00400, kData);
  ASSERT_EQ(world.decode(), 0U);
  const StreamBlock& block = world.blocks.at(0);
  for (const std::size_t field : {0U, 1U, 2U}) {
    EXPECT_FALSE(block.valid(field, 69)) << field;
    EXPECT_EQ(block.quality(field, 69), Quality::inactive) << field;
  }
  EXPECT_TRUE(block.valid(3, 69));
}

TEST(J1939, NamesAddressFieldsApartFromSignals) {
  World world("BO_ 2364540158 M: 8 X\n SG_ source : 0|8@1+ (1,0) [0|0] \"\" X\n");
  const RowSchema& row = *world.plan->messages()[0].row;
  ASSERT_EQ(row.fields.size(), 4U);
  EXPECT_EQ(row.fields[1].name, "j1939_source");
  EXPECT_EQ(row.fields[2].name, "destination");
  EXPECT_EQ(row.fields[3].name, "priority");
}

TEST(J1939, IsUnknownToCatalogsFromBefore) {
  World world(kSpeed, {false});
  world.send(0x0CF00400, kData);
  world.send(0x0CF004FE, kData);
  EXPECT_EQ(world.plan->messages()[0].row->fields.size(), 1U);
  EXPECT_EQ(world.decode(), 1U);
}

}  // namespace
}  // namespace cantrail::dbc
