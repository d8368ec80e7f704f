#include "model/row_frame.hpp"

#include <array>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

constexpr std::array<std::uint8_t, 8> kBytes{1, 2, 3, 4, 5, 6, 7, 8};

enum Streams : StreamId { kPlain, kToAll, kToOne, kSignal, kPackets };

std::shared_ptr<const Catalog> catalog() {
  auto made = std::make_shared<Catalog>();
  const auto add = [&](std::optional<std::uint32_t> group, bool named) {
    auto row = std::make_shared<RowSchema>();
    row->group = group;
    made->streams.push_back({std::move(row), ChannelId{0}, 0, false, named});
  };
  add(std::nullopt, false);
  add(0xFECA, false);  // DM1, to all (PDU2)
  add(0xD300, false);  // to one address (PDU1)
  add(std::nullopt, true);
  add(0xEB00, false);  // a DBC that describes packets themselves
  return made;
}

// What one row of the stream says whose frame has this identifier.
struct Row {
  Row(StreamId stream, std::uint32_t id, bool of_frame = true) {
    auto raw = std::make_shared<RawBatch>();
    raw->catalog = catalog();
    raw->frames.append({WallTime{1}, 0x7FF, 0, 0, 0, {}});
    raw->frames.append({WallTime{1}, id, 0, 0, 8, kBytes});
    batch.raw = raw;
    block.reset(stream, 0, 1, of_frame);
    if (of_frame) block.frame()[0] = 1;
    const RowFrames frames(batch, block);
    said = frames.id(0);
    bytes = frames.data(0).size();
  }
  Batch batch;
  StreamBlock block;
  std::optional<std::uint32_t> said;
  std::size_t bytes = 0;
};

TEST(RowFrames, SayTheFramesIdentifier) {
  EXPECT_EQ(Row(kPlain, 0x1F2).said, 0x1F2U);
  EXPECT_EQ(Row(kPlain, 0x1F2).bytes, 8U);
  EXPECT_EQ(Row(kPlain, 0x18EB0001 | kIdExtended).said, 0x18EB0001 | kIdExtended) << "no message of J1939";
  EXPECT_EQ(Row(kToAll, 0x0CFECA42 | kIdExtended).said, 0x0CFECA42 | kIdExtended) << "in one frame";
  EXPECT_EQ(Row(kToAll, 0x0CFECA42 | kIdExtended).bytes, 8U);
  EXPECT_EQ(Row(kPackets, 0x1CEBFF42 | kIdExtended).said, 0x1CEBFF42 | kIdExtended);
  EXPECT_EQ(Row(kPackets, 0x1CEBFF42 | kIdExtended).bytes, 8U);
}

TEST(RowFrames, SayOfWhatCameInPacketsTheIdentifierThatItWouldHaveHad) {
  EXPECT_EQ(Row(kToAll, 0x1CEBFF42 | kIdExtended).said, 0x1CFECA42 | kIdExtended);
  EXPECT_EQ(Row(kToOne, 0x18EB1742 | kIdExtended).said, 0x18D31742 | kIdExtended) << "with its destination";
  EXPECT_EQ(Row(kToAll, 0x1CEBFF42 | kIdExtended).bytes, 0U) << "no frame has these signals";
}

TEST(RowFrames, SayNothingOfRowsThatCameInNoFrame) {
  EXPECT_EQ(Row(kPlain, 0x1F2, false).said, std::nullopt);
  EXPECT_EQ(Row(kPlain, 0x1F2, false).bytes, 0U);
  EXPECT_EQ(Row(kSignal, 0x1F2).said, std::nullopt) << "the frame is another message's";
  EXPECT_EQ(Row(kSignal, 0x1F2).bytes, 0U);
}

}  // namespace
}  // namespace cantrail
