// The newest raw frame of each identifier, and how it gets there.
#include "server/frame_state.hpp"

#include <array>

#include <gtest/gtest.h>

#include "server/frame_tally.hpp"

namespace cantrail::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct FrameStateTest : testing::Test {
  FrameStateTest() { state.set_channels({"can0", "can1"}); }

  // One batch of frames with these identifiers; the first byte of each counts up.
  void write(const std::vector<std::uint32_t>& ids, MonoTime at, ChannelId channel = 0) {
    RawBatch batch;
    batch.clock.mono = at;
    for (const std::uint32_t id : ids) {
      const std::array<std::uint8_t, 2> data{next++, 0xEE};
      batch.frames.append({.time = {next}, .id = id, .channel = channel, .length = 2, .data = data});
    }
    tally.add(batch);
    tally.publish();
  }
  std::vector<LatestFrame> all(MonoTime now = {}) { return state.find({}, now).frames; }

  FrameState state{8};
  FrameTally tally{state};
  std::uint8_t next = 0;
};

TEST_F(FrameStateTest, KeepsTheNewestFrameOfEachIdentifierAndCountsAll) {
  write({0x10, 0x20, 0x10, 0x10}, {});
  write({0x20}, {}, 1);
  const auto frames = all();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].id, 0x10U);
  EXPECT_EQ(frames[0].count, 3U);
  EXPECT_EQ(frames[0].data[0], 3);
  EXPECT_EQ(frames[0].data_bytes, 2U);
  EXPECT_EQ(frames[1].channel, "can0");
  EXPECT_EQ(frames[2].channel, "can1");
  EXPECT_EQ(frames[2].count, 1U);
}

TEST_F(FrameStateTest, ElevenAnd29BitsAndRemoteFramesAreDifferentIdentifiers) {
  write({0x10, 0x10 | kIdExtended, 0x10 | kIdRemote}, {});
  EXPECT_EQ(all().size(), 3U);
  EXPECT_EQ(state.find({.channel = "", .id = 0x10}, {}).frames.size(), 3U);
}

TEST_F(FrameStateTest, DropsTheIdentifierNotSeenForLongestAndSaysSo) {
  for (std::uint32_t id = 0; id < 8; ++id) write({id}, {});
  write({0}, {});  // 0 is young again
  write({100, 101}, {});
  const auto found = state.find({}, {});
  EXPECT_EQ(found.dropped, 2U);
  ASSERT_EQ(found.frames.size(), 8U);
  EXPECT_EQ(found.frames[0].id, 0U);
  EXPECT_EQ(found.frames[1].id, 3U) << "1 and 2 were the oldest";
}

TEST_F(FrameStateTest, ALimitKeepsWhatWasSeenLast) {
  write({1, 2, 3}, {});
  write({1}, {});
  const auto found = state.find({.channel = "", .limit = 2}, {});
  EXPECT_TRUE(found.more);
  ASSERT_EQ(found.frames.size(), 2U);
  EXPECT_EQ(found.frames[0].id, 1U);
  EXPECT_EQ(found.frames[1].id, 3U);
  EXPECT_FALSE(state.find({.channel = "", .limit = 3}, {}).more);
}

TEST_F(FrameStateTest, CutsToChannels) {
  write({1}, {}, 0);
  write({2}, {}, 1);
  const auto found = state.find({.channel = "*1"}, {});
  ASSERT_EQ(found.frames.size(), 1U);
  EXPECT_EQ(found.frames[0].id, 2U);
}

TEST_F(FrameStateTest, RatesAreFramesASecondAndSinkWhenNothingComes) {
  EXPECT_TRUE(all().empty());
  MonoTime now{};
  for (int i = 0; i < 50; ++i, now = now + milliseconds(100)) write({7, 7}, now);
  ASSERT_TRUE(all(now)[0].rate);
  EXPECT_NEAR(*all(now)[0].rate, 20, 0.01);
  EXPECT_LT(*all(now + seconds(60))[0].rate, 1);
}

TEST_F(FrameStateTest, ARateIsNotGuessedFromOneFrame) {
  write({7}, {});
  EXPECT_FALSE(all({milliseconds(500).count() * 1'000'000})[0].rate);
  EXPECT_NEAR(*all({4'000'000'000})[0].rate, 0.25, 1e-9);
}

TEST_F(FrameStateTest, ChannelsThatChangePlacesStartAnew) {
  write({1}, {});
  state.set_channels({"can0", "can1", "can2"});
  EXPECT_EQ(all().size(), 1U);
  state.set_channels({"can2"});
  EXPECT_TRUE(all().empty());
}

TEST(FrameTally, AGroupOfMoreIdentifiersThanItsTableLosesNothing) {
  FrameState state(1 << 15);
  state.set_channels({"can0"});
  FrameTally tally(state);
  RawBatch batch;
  FrameView frame;
  for (std::uint32_t id = 0; id < 10'000; ++id) {
    frame.id = id | kIdExtended;
    batch.frames.append(frame);
  }
  tally.add(batch);
  tally.add(batch);
  tally.publish();
  const auto found = state.find({.channel = "", .limit = 20'000}, {});
  ASSERT_EQ(found.frames.size(), 10'000U);
  for (const LatestFrame& one : found.frames) ASSERT_EQ(one.count, 2U);
}

}  // namespace
}  // namespace cantrail::server
