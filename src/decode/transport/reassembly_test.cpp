// The two reassemblers by themselves: what comes together, and what each kind of trouble is called.
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "decode/isotp/reassembler.hpp"
#include "decode/j1939/reassembler.hpp"

namespace cantrail {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::int64_t kMs = 1'000'000;

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

class Packets : public testing::Test {
 protected:
  static constexpr std::uint32_t kGroup = 0xFECA;

  std::uint32_t manage_id(std::uint8_t source, std::uint8_t destination) const {
    return 0x18EC0000U | static_cast<std::uint32_t>(destination) << 8 | source | kIdExtended;
  }
  std::uint32_t data_id(std::uint8_t source, std::uint8_t destination) const {
    return 0x1CEB0000U | static_cast<std::uint32_t>(destination) << 8 | source | kIdExtended;
  }
  j1939::Reassembler::Fed manage(std::uint8_t source, std::uint8_t destination, Bytes data) {
    data.insert(data.end(), {kGroup & 0xFF, kGroup >> 8 & 0xFF, kGroup >> 16});
    return reassembler.feed(now, manage_id(source, destination), data);
  }
  j1939::Reassembler::Fed begin(std::uint8_t control, std::size_t size, std::uint8_t source,
                                std::uint8_t destination) {
    return manage(source, destination,
                  {control, static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8),
                   static_cast<std::uint8_t>((size + 6) / 7), 0xFF});
  }
  j1939::Reassembler::Fed packet(std::size_t number, const Bytes& all, std::uint8_t source,
                                 std::uint8_t destination) {
    Bytes data{static_cast<std::uint8_t>(number)};
    for (std::size_t i = (number - 1) * 7; i < number * 7; ++i)
      data.push_back(i < all.size() ? all[i] : 0xFF);
    return reassembler.feed(now, data_id(source, destination), data);
  }
  std::uint64_t lost(TransportLoss kind) {
    const TransportLosses losses = reassembler.take_losses();
    EXPECT_EQ(losses.total(), losses.of(kind));
    return losses.of(kind);
  }
  static Bytes data_of(const j1939::Reassembler::Fed& fed) {
    return fed.message ? Bytes(fed.message->data.begin(), fed.message->data.end()) : Bytes{};
  }

  std::int64_t now = 0;
  j1939::Reassembler reassembler{{kGroup, 0x1234}};
};

TEST_F(Packets, OfTheLongestBroadcastComeTogether) {
  const Bytes all = counting(1785);
  EXPECT_TRUE(begin(32, all.size(), 3, 255).is_part);
  for (std::size_t i = 1; i < 255; ++i) {
    now += 200 * kMs;
    const auto fed = packet(i, all, 3, 255);
    ASSERT_TRUE(fed.is_part);
    ASSERT_FALSE(fed.message);
  }
  const auto fed = packet(255, all, 3, 255);
  EXPECT_EQ(data_of(fed), all);
  EXPECT_EQ(fed.message->said.group, kGroup);
  EXPECT_EQ(fed.message->said.source, 3);
  EXPECT_EQ(fed.message->said.destination, 255);
  EXPECT_EQ(reassembler.take_losses().total(), 0U);
}

TEST_F(Packets, OfSeveralSendersDoNotMix) {
  const Bytes a = counting(20), b(20, 7);
  (void)begin(32, 20, 1, 255);
  (void)begin(16, 20, 1, 9);
  (void)begin(32, 20, 2, 255);
  for (std::size_t i = 1; i < 3; ++i) {
    (void)packet(i, a, 1, 255);
    (void)packet(i, b, 1, 9);
    (void)packet(i, b, 2, 255);
  }
  EXPECT_EQ(data_of(packet(3, b, 2, 255)), b);
  EXPECT_EQ(data_of(packet(3, a, 1, 255)), a);
  EXPECT_EQ(data_of(packet(3, b, 1, 9)), b);
}

TEST_F(Packets, AreTakenAgainFromWhereTheReceiverAsks) {
  const Bytes all = counting(28);
  (void)begin(16, all.size(), 1, 2);
  EXPECT_TRUE(manage(2, 1, {17, 4, 1, 0xFF, 0xFF}).is_part);
  (void)packet(1, all, 1, 2);
  (void)packet(2, Bytes(28, 0), 1, 2);            // did not reach the receiver
  (void)manage(2, 1, {17, 0, 0xFF, 0xFF, 0xFF});  // wait
  (void)manage(2, 1, {17, 3, 2, 0xFF, 0xFF});
  for (std::size_t i = 2; i < 4; ++i) (void)packet(i, all, 1, 2);
  EXPECT_EQ(data_of(packet(4, all, 1, 2)), all);
  EXPECT_EQ(reassembler.take_losses().total(), 0U);
}

TEST_F(Packets, OneOfWhichIsMissingAreLost) {
  (void)begin(32, 20, 1, 255);
  (void)packet(1, counting(20), 1, 255);
  EXPECT_TRUE(packet(3, counting(20), 1, 255).is_part);
  EXPECT_EQ(lost(TransportLoss::wrong_sequence), 1U);
  EXPECT_FALSE(packet(2, counting(20), 1, 255).is_part);  // of nothing any more
}

TEST_F(Packets, ThatComeTooLateAreLost) {
  (void)begin(32, 20, 1, 255);
  now += 751 * kMs;
  EXPECT_FALSE(packet(1, counting(20), 1, 255).is_part);
  EXPECT_EQ(lost(TransportLoss::timeout), 1U);
}

TEST_F(Packets, OfAnAbortedConnectionAreLost) {
  (void)begin(16, 20, 1, 2);
  (void)packet(1, counting(20), 1, 2);
  EXPECT_TRUE(manage(2, 1, {255, 1, 0xFF, 0xFF, 0xFF}).is_part);
  EXPECT_EQ(lost(TransportLoss::aborted), 1U);
  EXPECT_FALSE(packet(2, counting(20), 1, 2).is_part);
}

TEST_F(Packets, ThatBeginAnewLoseTheEarlierOnes) {
  (void)begin(32, 20, 1, 255);
  (void)begin(32, 9, 1, 255);
  EXPECT_EQ(lost(TransportLoss::aborted), 1U);
  (void)packet(1, counting(9), 1, 255);
  EXPECT_EQ(data_of(packet(2, counting(9), 1, 255)), counting(9));
}

TEST_F(Packets, OfAGroupThatNobodyWantsAreNobodys) {
  const Bytes start{32, 20, 0, 3, 0xFF, 0x00, 0xFF, 0x00};
  EXPECT_FALSE(reassembler.feed(0, manage_id(1, 255), start).is_part);
  EXPECT_FALSE(packet(1, counting(20), 1, 255).is_part);
  EXPECT_EQ(reassembler.take_losses().total(), 0U);
}

TEST_F(Packets, WhoseNumberIsNotThatOfTheirSizeAreRefused) {
  (void)manage(1, 255, {32, 20, 0, 4, 0xFF});
  EXPECT_EQ(lost(TransportLoss::malformed), 1U);
  (void)manage(1, 255, {32, 0xFF, 0xFF, 255, 0xFF});
  EXPECT_EQ(lost(TransportLoss::malformed), 1U);
  EXPECT_FALSE(packet(1, counting(20), 1, 255).is_part);
  EXPECT_FALSE(reassembler.feed(0, manage_id(1, 255), Bytes{32, 20}).is_part);
}

TEST_F(Packets, OfTooManyConversationsLoseTheQuietest) {
  for (std::uint8_t source = 0; source <= j1939::kMostConversations; ++source) {
    now += kMs;
    (void)begin(32, 14, source, 255);
  }
  EXPECT_EQ(lost(TransportLoss::no_room), 1U);
  EXPECT_FALSE(packet(1, counting(14), 0, 255).is_part);
  EXPECT_TRUE(packet(1, counting(14), 1, 255).is_part);
}

struct Answer {
  explicit Answer(isotp::Addressing addressing = isotp::Addressing::normal) : reassembler(addressing) {}
  Bytes feed(const Bytes& data) {
    const auto message = reassembler.feed(now, data);
    if (!message) return {};
    frame.assign(message->frame.begin(), message->frame.end());
    return {message->payload.begin(), message->payload.end()};
  }
  std::uint64_t lost(TransportLoss kind) {
    const TransportLosses losses = reassembler.take_losses();
    EXPECT_EQ(losses.total(), losses.of(kind));
    return losses.of(kind);
  }
  std::int64_t now = 0;
  isotp::Reassembler reassembler;
  Bytes frame;
};

TEST(IsoTp, ASingleFrameIsItsPayload) {
  Answer answer;
  EXPECT_EQ(answer.feed({0x03, 0x62, 1, 2, 0xAA, 0xAA}), (Bytes{0x62, 1, 2}));
  EXPECT_EQ(answer.frame, (Bytes{3, 0x62, 1, 2}));
}

TEST(IsoTp, FramesComeTogetherWithoutTheirPadding) {
  Answer answer;
  EXPECT_TRUE(answer.feed({0x10, 0x0A, 1, 2, 3, 4, 5, 6}).empty());
  EXPECT_TRUE(answer.feed({0x30, 0, 0}).empty());  // flow control of a conversation the other way
  EXPECT_EQ(answer.feed({0x21, 7, 8, 9, 10, 0xCC, 0xCC, 0xCC}), counting(10));
  EXPECT_EQ(answer.frame.front(), 10);
}

TEST(IsoTp, NumbersOfFramesBeginAgain) {
  const Bytes all = counting(4095);
  Answer answer;
  Bytes got = answer.feed({0x1F, 0xFF, all[0], all[1], all[2], all[3], all[4], all[5]});
  std::uint8_t number = 1;
  for (std::size_t at = 6; at < all.size(); at += 7) {
    ASSERT_TRUE(got.empty());
    Bytes frame{static_cast<std::uint8_t>(0x20 | number)};
    for (std::size_t i = at; i < std::min(at + 7, all.size()); ++i) frame.push_back(all[i]);
    number = (number + 1) & 0xF;
    answer.now += 90 * kMs;
    got = answer.feed(frame);
  }
  EXPECT_EQ(got, all);
}

TEST(IsoTp, CanFdFramesHoldMore) {
  Answer answer;
  Bytes single{0x00, 20};
  for (const std::uint8_t byte : counting(22)) single.push_back(byte);
  EXPECT_EQ(answer.feed(single), counting(20));
  Bytes first{0x10, 70};
  const Bytes all = counting(70);
  first.insert(first.end(), all.begin(), all.begin() + 62);
  EXPECT_TRUE(answer.feed(first).empty());
  Bytes last{0x21};
  last.insert(last.end(), all.begin() + 62, all.end());
  EXPECT_EQ(answer.feed(last), all);
}

TEST(IsoTp, AddressesHaveConversationsOfTheirOwn) {
  Answer answer(isotp::Addressing::with_address);
  EXPECT_TRUE(answer.feed({0xF1, 0x10, 0x08, 1, 2, 3, 4, 5}).empty());
  EXPECT_TRUE(answer.feed({0xF2, 0x10, 0x08, 9, 9, 9, 9, 9}).empty());
  EXPECT_EQ(answer.feed({0xF1, 0x21, 6, 7, 8}), counting(8));
  EXPECT_EQ(answer.frame, (Bytes{0xF1, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(answer.feed({0xF2, 0x21, 9, 9, 9}), Bytes(8, 9));
}

TEST(IsoTp, TroubleHasItsNames) {
  Answer answer;
  const Bytes first{0x10, 20, 1, 2, 3, 4, 5, 6};
  (void)answer.feed(first);
  (void)answer.feed({0x22, 7, 8, 9, 10, 11, 12, 13});
  EXPECT_EQ(answer.lost(TransportLoss::wrong_sequence), 1U);
  (void)answer.feed({0x21, 7, 8, 9, 10, 11, 12, 13});  // of nothing: counted already
  EXPECT_EQ(answer.reassembler.take_losses().total(), 0U);
  (void)answer.feed(first);
  answer.now += 1001 * kMs;
  (void)answer.feed({0x21, 7, 8, 9, 10, 11, 12, 13});
  EXPECT_EQ(answer.lost(TransportLoss::timeout), 1U);
  (void)answer.feed(first);
  EXPECT_EQ(answer.feed({0x01, 0x7F}), Bytes{0x7F});
  EXPECT_EQ(answer.lost(TransportLoss::aborted), 1U);
  (void)answer.feed(first);
  (void)answer.feed({0x21, 7, 8});
  EXPECT_EQ(answer.lost(TransportLoss::malformed), 1U);
  (void)answer.feed({0x10, 0, 0, 1, 0, 0, 1, 2});
  EXPECT_EQ(answer.lost(TransportLoss::too_long), 1U);
  for (const Bytes& bad : {Bytes{}, Bytes{0x05, 1, 2}, Bytes{0x00, 1}, Bytes{0x10, 20, 1},
                           Bytes{0x10, 5, 1, 2, 3, 4, 5, 6}, Bytes{0x40}}) {
    EXPECT_TRUE(answer.feed(bad).empty());
  }
  EXPECT_EQ(answer.lost(TransportLoss::malformed), 6U);
}

TEST(IsoTp, NoTimeIsTooExtreme) {
  Answer answer;
  answer.now = std::numeric_limits<std::int64_t>::min();
  (void)answer.feed({0x10, 20, 1, 2, 3, 4, 5, 6});
  answer.now = std::numeric_limits<std::int64_t>::max();
  (void)answer.feed({0x21, 7, 8, 9, 10, 11, 12, 13});
  EXPECT_EQ(answer.lost(TransportLoss::timeout), 1U);
}

}  // namespace
}  // namespace cantrail
