#include "model/frame.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

FrameView frame(std::int64_t time, std::uint32_t id, std::span<const std::uint8_t> data) {
  return {WallTime{time}, id, 0, 3, static_cast<std::uint8_t>(data.size()), data};
}

TEST(FrameBlock, GivesBackWhatWasAppended) {
  const std::vector<std::uint8_t> small{1, 2, 3}, large(64, 0xAB);
  FrameBlock block;
  block.append(frame(10, 0x123, small));
  block.append(frame(20, 0x1ABCDEF0 | kIdExtended, large));
  block.append({WallTime{30}, 0x7 | kIdRemote, 0, 3, 8, {}});
  ASSERT_EQ(block.size(), 3U);
  EXPECT_EQ(block[0].length, 3);
  EXPECT_EQ(block[0].data[2], 3);
  EXPECT_TRUE(block[1].extended());
  EXPECT_EQ(block[1].number(), 0x1ABCDEF0U);
  EXPECT_EQ(block[1].data[63], 0xAB);
  EXPECT_TRUE(block[2].remote());
  EXPECT_TRUE(block[2].data.empty());
  EXPECT_EQ(block[2].length, 8);
}

TEST(FrameBlock, KeepsPayloadsInPaddedSlotsWithSlackBehind) {
  const std::vector<std::uint8_t> nine(9, 0xFF);
  FrameBlock block;
  block.append(frame(1, 1, {}));
  block.append(frame(2, 2, nine));
  EXPECT_EQ(block.offset()[1], 8U);
  EXPECT_EQ(block.payload().size(), 8U + 16U);
  EXPECT_EQ(block.payload()[8 + 8], 0xFF);
  EXPECT_EQ(block.payload()[8 + 9], 0);
  EXPECT_EQ(block.payload().data()[24 + 7], 0);  // the slack may be read
}

TEST(FrameBlock, IsRebuiltFromItsColumns) {
  const std::vector<std::uint8_t> data{1, 2, 3, 4, 5, 6, 7, 8}, nine(12, 9);
  FrameBlock block, copy;
  block.append(frame(1, 1, data));
  block.append(frame(2, 2, nine));
  ASSERT_TRUE(copy.assign(block.time_ns(), block.id(), block.flags(), block.channel(), block.length(),
                          block.payload()));
  ASSERT_EQ(copy.size(), 2U);
  EXPECT_EQ(copy[1].data[11], 9);
  EXPECT_FALSE(copy.assign(block.time_ns(), block.id(), block.flags(), block.channel(), block.length(),
                           block.payload().first(16)));
  EXPECT_TRUE(copy.empty());
}

TEST(FrameBlock, TakesManyClassicFramesAtOnce) {
  const std::vector<std::uint8_t> large(12, 0xEE), data{1, 2, 3};
  FrameBlock block, same;
  block.append(frame(1, 1, large));
  same.append(frame(1, 1, large));
  const std::array<std::int64_t, 2> times{5, 6};
  const std::array<std::uint32_t, 2> ids{0x123, 0x7 | kIdRemote};
  const std::array<FrameFlags, 2> flags{0, 0x40};
  const std::array<ChannelId, 2> channels{3, 4};
  const std::array<std::uint8_t, 2> lengths{3, 8};
  const std::array<std::uint64_t, 2> payloads{0x030201, 0};
  block.append(FrameBlock::ClassicRows{times, ids, flags, channels, lengths, payloads});
  block.append(frame(9, 9, large));
  same.append(frame(5, 0x123, data));
  same.append({WallTime{6}, 0x7 | kIdRemote, 0x40, 4, 8, {}});
  same.append(frame(9, 9, large));
  EXPECT_TRUE(std::ranges::equal(block.payload(), same.payload()));
  EXPECT_TRUE(std::ranges::equal(block.offset(), same.offset()));
  EXPECT_TRUE(std::ranges::equal(block.id(), same.id()));
  EXPECT_TRUE(std::ranges::equal(block.time_ns(), same.time_ns()));
  EXPECT_TRUE(std::ranges::equal(block.length(), same.length()));
  EXPECT_EQ(block.flags()[2], 0x40);
  EXPECT_EQ(block.channel()[2], 4);
  EXPECT_EQ(block.payload().data()[block.payload().size() + 7], 0);
}

TEST(FdLength, FollowsTheStandardsTable) {
  EXPECT_EQ(fd_length_from_dlc(9), 12);
  EXPECT_EQ(fd_length_from_dlc(15), 64);
  EXPECT_EQ(fd_round_up_length(13), 16);
  EXPECT_EQ(fd_round_up_length(64), 64);
}

}  // namespace
}  // namespace cantrail
