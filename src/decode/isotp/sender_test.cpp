#include "decode/isotp/sender.hpp"

#include <random>

#include <gtest/gtest.h>

#include "decode/isotp/reassembler.hpp"

namespace cantrail::isotp {
namespace {

using Bytes = std::vector<std::uint8_t>;
using namespace std::chrono_literals;

Bytes bytes(std::size_t count) {
  Bytes payload(count);
  for (std::size_t i = 0; i < count; ++i) payload[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return payload;
}

TEST(IsoTpSender, SendsWhatFitsAsOneFrame) {
  Sender sender;
  sender.begin({0x02, 0x01}, {});
  EXPECT_EQ(sender.next({}), (ClassicFrame{2, 0x02, 0x01, kFiller, kFiller, kFiller, kFiller, kFiller}));
  EXPECT_TRUE(sender.is_idle());
  EXPECT_EQ(sender.next({}), std::nullopt);
}

TEST(IsoTpSender, WaitsForFlowControlAndKeepsItsBlocksAndTimes) {
  Sender sender;
  MonoTime now{};
  sender.begin(bytes(34), now);
  EXPECT_EQ(sender.next(now), (ClassicFrame{0x10, 34, 1, 8, 15, 22, 29, 36}));
  EXPECT_EQ(sender.due(), std::nullopt);
  EXPECT_EQ(sender.next(now), std::nullopt);
  sender.hear(Bytes{0x31, 0, 0}, now = now + 900ms);  // wait
  EXPECT_EQ(sender.next(now = now + 900ms), std::nullopt);
  EXPECT_FALSE(sender.is_idle());
  sender.hear(Bytes{0x30, 2, 20}, now);  // two frames, 20 ms apart
  EXPECT_EQ((*sender.next(now))[0], 0x21);
  EXPECT_EQ(sender.due(), now + 20ms);
  EXPECT_EQ(sender.next(now + 19ms), std::nullopt);
  EXPECT_EQ((*sender.next(now = now + 20ms))[0], 0x22);
  EXPECT_EQ(sender.due(), std::nullopt);
  sender.hear(Bytes{0x30, 0, 0xF3}, now);
  EXPECT_EQ((*sender.next(now))[0], 0x23);
  EXPECT_EQ(sender.due(), now + 300us);
  EXPECT_EQ((*sender.next(now + 1ms))[0], 0x24);
  EXPECT_TRUE(sender.is_idle());
}

TEST(IsoTpSender, GivesUpWithoutFlowControlOrWhenItIsTooMuch) {
  Sender sender;
  MonoTime now{};
  sender.begin(bytes(20), now);
  EXPECT_TRUE(sender.next(now));
  EXPECT_EQ(sender.next(now + 1s), std::nullopt);
  EXPECT_TRUE(sender.is_idle());
  sender.begin(bytes(20), now);
  EXPECT_TRUE(sender.next(now));
  sender.hear(Bytes{0x32, 0, 0}, now);
  EXPECT_TRUE(sender.is_idle());
  sender.hear(Bytes{0x30, 0, 0}, now);  // for nothing
  EXPECT_EQ(sender.next(now), std::nullopt);
}

TEST(IsoTpSender, WhatItSendsIsPutTogetherAgain) {
  std::mt19937 random(5);
  for (const std::size_t size : {1U, 7U, 8U, 13U, 14U, 20U, 255U, 256U, 4095U}) {
    Sender sender;
    Reassembler reassembler(Addressing::normal);
    MonoTime now{};
    sender.begin(bytes(size), now);
    std::optional<Bytes> got;
    for (int i = 0; i < 2000 && !got; ++i) {
      const auto frame = sender.next(now);
      if (!frame) {
        sender.hear(Bytes{0x30, static_cast<std::uint8_t>(random() % 5), 1}, now);
        now = now + 1ms;
        continue;
      }
      if (const auto message = reassembler.feed(now.ns, *frame)) {
        got.emplace(message->payload.begin(), message->payload.end());
      }
    }
    EXPECT_EQ(got, bytes(size)) << size;
    EXPECT_EQ(reassembler.take_losses().total(), 0U);
  }
}

}  // namespace
}  // namespace cantrail::isotp
