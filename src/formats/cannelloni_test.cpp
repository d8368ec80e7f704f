#include "formats/cannelloni.hpp"

#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "formats/cannelloni_sequence.hpp"

namespace cantrail::cannelloni {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Reception kReception{WallTime{77}, TimeOrigin::kernel, 4};

FrameView frame(std::uint32_t id, std::span<const std::uint8_t> data, FrameFlags flags = 0) {
  return {WallTime{}, id, flags, 0, static_cast<std::uint8_t>(data.size()), data};
}

std::string fault_of(const Bytes& packet) {
  FrameBlock block;
  const auto info = decode_packet(packet, kReception, block);
  EXPECT_TRUE(block.empty());
  return info ? "" : info.fault().message;
}

TEST(Cannelloni, WritesTheBytesOfTheFormat) {
  const Bytes two{0xAA, 0xBB}, three{1, 2, 3};
  PacketWriter writer;
  writer.begin(0x42);
  ASSERT_TRUE(writer.add(frame(0x123, two)));
  ASSERT_TRUE(writer.add(frame(0x12345678 | kIdExtended, three, kFlagFd | kFlagBrs)));
  ASSERT_TRUE(writer.add({WallTime{}, 0x7 | kIdRemote, 0, 0, 8, {}}));
  const Bytes expected{2,    0,    0x42, 0,    3,                       //
                       0,    0,    0x01, 0x23, 2,    0xAA, 0xBB,        //
                       0x92, 0x34, 0x56, 0x78, 0x83, 1,    1,    2, 3,  //
                       0x40, 0,    0,    7,    8};
  EXPECT_EQ(Bytes(writer.bytes().begin(), writer.bytes().end()), expected);
}

TEST(Cannelloni, ReadsItsOwnPacketsBack) {
  const Bytes eight{1, 2, 3, 4, 5, 6, 7, 8}, large(64, 0xEE);
  PacketWriter writer;
  writer.begin(200);
  ASSERT_TRUE(writer.add(frame(0x7FF, eight)));
  ASSERT_TRUE(writer.add(frame(1, large, kFlagFd | kFlagEsi)));
  ASSERT_TRUE(writer.add({WallTime{}, 9 | kIdExtended | kIdRemote, 0, 0, 5, {}}));
  ASSERT_TRUE(writer.add(frame(0x88 | kIdError, eight)));
  FrameBlock block;
  const auto info = decode_packet(writer.bytes(), kReception, block);
  ASSERT_TRUE(info) << info.fault().message;
  EXPECT_EQ(info->sequence, 200);
  EXPECT_EQ(info->frames, 4);
  ASSERT_EQ(block.size(), 4U);
  EXPECT_EQ(block[0].time.ns, 77);
  EXPECT_EQ(block[0].channel, 4);
  EXPECT_EQ(block[0].flags, with_origin(0, TimeOrigin::kernel));
  EXPECT_EQ(block[0].data[7], 8);
  EXPECT_EQ(block[1].flags, with_origin(kFlagFd | kFlagEsi, TimeOrigin::kernel));
  EXPECT_EQ(block[1].length, 64);
  EXPECT_TRUE(block[2].remote());
  EXPECT_EQ(block[2].length, 5);
  EXPECT_TRUE(block[2].data.empty());
  EXPECT_EQ(block[3].id, 0x88 | kIdError);
}

TEST(Cannelloni, FillsPacketsUpToTheLimit) {
  const Bytes eight(8, 1);
  PacketWriter writer(100);
  std::size_t frames = 0;
  while (writer.add(frame(1, eight))) ++frames;
  EXPECT_EQ(frames, (100U - kHeaderBytes) / 13);
  EXPECT_LE(writer.bytes().size(), 100U);
  writer.begin(1);
  EXPECT_EQ(writer.frames(), 0U);
  EXPECT_EQ(writer.bytes().size(), kHeaderBytes);
  const Bytes large(64, 1);
  PacketWriter smallest(0);
  EXPECT_TRUE(smallest.add(frame(1, large, kFlagFd)));
}

TEST(Cannelloni, RefusesWhatIsNotAPacket) {
  EXPECT_EQ(fault_of({2, 0, 0}), "not a packet of cannelloni: too short");
  EXPECT_EQ(fault_of({1, 0, 0, 0, 0}), "a packet of cannelloni's version 1, only version 2 can be read");
  EXPECT_EQ(fault_of({2, 1, 0, 0, 0}), "a packet of cannelloni's operation 1, only 0 (data) can be read");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 1, 0, 0, 1}), "frame 1 of 1 in a packet of cannelloni is cut short");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 1, 2, 3, 9, 9}),
            "frame 2 of 2 in a packet of cannelloni is cut short");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 1, 0, 0, 1, 2, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
            "frame 1 of 1 in a packet of cannelloni has an impossible length");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 1, 0, 0, 1, 2, 0x80 | 65, 0}),
            "frame 1 of 1 in a packet of cannelloni has an impossible length");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 1, 0, 0, 0x12, 0, 0}),
            "frame 1 of 1 in a packet of cannelloni has an identifier of more than 11 bits");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 1, 0x40, 0, 0, 1, 0x80, 0}),
            "frame 1 of 1 in a packet of cannelloni is a remote frame of CAN FD");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 0, 9}), "1 bytes behind the frames of a packet");
  EXPECT_EQ(fault_of({2, 0, 0, 0, 0}), "");
}

TEST(Cannelloni, SurvivesRandomBytes) {
  std::mt19937 random(5);
  FrameBlock block;
  for (int i = 0; i < 300'000; ++i) {
    Bytes packet(random() % 80);
    for (std::uint8_t& byte : packet)
      byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 9);
    if (packet.size() > 4 && random() % 8 != 0) {
      packet[0] = 2;
      packet[1] = packet[3] = 0;
    }
    block.clear();
    const auto info = decode_packet(packet, kReception, block);
    ASSERT_EQ(block.size(), info ? info->frames : 0U);
  }
}

Arrival observe(SequenceTracker& tracker, std::uint8_t sequence) {
  return tracker.observe(sequence).arrival;
}

TEST(SequenceTracker, FollowsThePeerAcrossTheWrap) {
  SequenceTracker tracker;
  for (unsigned i = 250; i < 250 + 600; ++i) {
    ASSERT_EQ(observe(tracker, static_cast<std::uint8_t>(i)), Arrival::in_order);
  }
  EXPECT_EQ(tracker.received(), 600U);
  EXPECT_EQ(tracker.settle(), 0U);
  EXPECT_EQ(tracker.lost(), 0U);
}

TEST(SequenceTracker, CountsMissingPacketsOnceTheyCanNoLongerCome) {
  SequenceTracker tracker;
  (void)tracker.observe(10);
  EXPECT_EQ(observe(tracker, 14), Arrival::ahead);  // 11, 12, 13 are missing
  EXPECT_EQ(observe(tracker, 12), Arrival::late);
  EXPECT_EQ(tracker.lost(), 0U);
  EXPECT_TRUE(tracker.waiting());
  for (unsigned i = 15; i < 60; ++i) (void)tracker.observe(static_cast<std::uint8_t>(i));
  EXPECT_EQ(tracker.lost(), 2U);
  EXPECT_FALSE(tracker.waiting());
}

TEST(SequenceTracker, CountsLongGaps) {
  SequenceTracker tracker;
  (void)tracker.observe(0);
  (void)tracker.observe(200);
  (void)tracker.settle();
  EXPECT_EQ(tracker.lost(), 199U);
}

TEST(SequenceTracker, KnowsDuplicates) {
  SequenceTracker tracker;
  for (const std::uint8_t sequence : std::vector<std::uint8_t>{1, 2, 3}) {
    (void)tracker.observe(sequence);
    EXPECT_EQ(observe(tracker, sequence), Arrival::duplicate);
  }
  EXPECT_EQ(tracker.received(), 3U);
  EXPECT_EQ(tracker.lost(), 0U);
}

TEST(SequenceTracker, NoticesAPeerThatStartsAgain) {
  SequenceTracker tracker;
  for (unsigned i = 0; i < 20; ++i) (void)tracker.observe(static_cast<std::uint8_t>(i));
  EXPECT_EQ(observe(tracker, 0), Arrival::duplicate);
  EXPECT_EQ(observe(tracker, 1), Arrival::restarted);
  EXPECT_EQ(observe(tracker, 2), Arrival::in_order);
  EXPECT_EQ(tracker.restarts(), 1U);
  EXPECT_EQ(tracker.lost(), 0U);
}

RC_GTEST_PROP(SequenceTracker, BalancesWhateverIsLostAndHoweverItIsMixed, ()) {
  SequenceTracker tracker;
  const auto packets = *rc::gen::inRange<unsigned>(1, 2000);
  std::vector<unsigned> sent;
  std::uint64_t dropped = 0;
  for (unsigned i = 0; i < packets; ++i) {
    // The first and last come, as before and behind them nothing can be known to be missing.
    if (i != 0 && i + 1 != packets && *rc::gen::inRange(0, 10) == 0) {
      ++dropped;
      continue;
    }
    sent.push_back(i);
  }
  for (std::size_t i = 2; i + 1 < sent.size(); i += 3) std::swap(sent[i - 1], sent[i]);
  for (const unsigned i : sent) (void)tracker.observe(static_cast<std::uint8_t>(i));
  (void)tracker.settle();
  RC_ASSERT(tracker.received() == sent.size());
  RC_ASSERT(tracker.lost() == dropped);
}

}  // namespace
}  // namespace cantrail::cannelloni
