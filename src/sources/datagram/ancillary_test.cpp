#include "sources/datagram/ancillary.hpp"

#include <array>
#include <cstring>
#include <ctime>

#include <gtest/gtest.h>
#include <linux/errqueue.h>
#include <netinet/in.h>

namespace cantrail::datagram {
namespace {

class ControlBuffer {
 public:
  template <class T>
  void add(int level, int type, const T& value) {
    auto* header = reinterpret_cast<cmsghdr*>(reinterpret_cast<char*>(words_.data()) + used_);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(header), &value, sizeof value);
    used_ += CMSG_SPACE(sizeof value);
  }
  msghdr message() {
    msghdr header{};
    header.msg_control = words_.data();
    header.msg_controllen = used_;
    return header;
  }

 private:
  std::array<std::uint64_t, 64> words_{};
  std::size_t used_ = 0;
};

TEST(Ancillary, TakesTheSoftwareStampAndNeverTheRawCounter) {
  ControlBuffer control;
  scm_timestamping stamps{};
  stamps.ts[0] = {1'700'000'000, 123'456'789};
  stamps.ts[2] = {42, 7};
  control.add(SOL_SOCKET, SCM_TIMESTAMPING, stamps);
  control.add(SOL_SOCKET, SO_RXQ_OVFL, std::uint32_t{5});
  const Ancillary ancillary = read_ancillary(control.message());
  EXPECT_EQ(ancillary.time, (WallTime{1'700'000'000'123'456'789}));
  EXPECT_EQ(ancillary.drops, 5U);
}

TEST(Ancillary, TakesTheOlderStamp) {
  ControlBuffer control;
  control.add(SOL_SOCKET, SCM_TIMESTAMPNS, timespec{10, 20});
  EXPECT_EQ(read_ancillary(control.message()).time, (WallTime{10'000'000'020}));
}

TEST(Ancillary, SaysWhenThereIsNoStamp) {
  ControlBuffer zero;
  zero.add(SOL_SOCKET, SCM_TIMESTAMPING, scm_timestamping{});
  EXPECT_EQ(read_ancillary(zero.message()).time, std::nullopt);
  ControlBuffer other;
  other.add(IPPROTO_IP, SCM_TIMESTAMPNS, timespec{10, 20});
  EXPECT_EQ(read_ancillary(other.message()).time, std::nullopt);
  EXPECT_EQ(read_ancillary(msghdr{}).time, std::nullopt);
}

TEST(Ancillary, IgnoresAControlMessageThatIsTooShort) {
  ControlBuffer control;
  control.add(SOL_SOCKET, SCM_TIMESTAMPING, std::uint32_t{1});
  EXPECT_EQ(read_ancillary(control.message()).time, std::nullopt);
}

TEST(OverflowCounter, TellsEachDropOnceAndWhere) {
  OverflowCounter counter;
  counter.restart(WallTime{100});
  EXPECT_FALSE(counter.advance(WallTime{200}, 0, "can0"));
  const auto gap = counter.advance(WallTime{300}, 7, "can0");
  ASSERT_TRUE(gap);
  EXPECT_EQ(*gap, (GapRecord{WallTime{200}, WallTime{300}, GapReason::receive_overflow, "can0", 7, 0}));
  EXPECT_FALSE(counter.advance(WallTime{300}, 7, "can0"));
  EXPECT_EQ(counter.advance(WallTime{400}, 9, "can0")->count, 2U);
}

TEST(OverflowCounter, TellsDropsBeforeTheFirstFrameSinceOpening) {
  OverflowCounter counter;
  counter.restart(WallTime{100});
  EXPECT_EQ(counter.advance(WallTime{150}, 3, "can0")->from, WallTime{100});
}

TEST(OverflowCounter, EndsAGapOfAnIdleSocketBeforeFramesThatAreStampedAndNotQueued) {
  using namespace std::chrono_literals;
  OverflowCounter counter;
  counter.restart(WallTime{100});
  const auto long_ago = counter.advance_idle(WallTime{1'000'000'000}, 3, "can0");
  ASSERT_TRUE(long_ago);
  EXPECT_EQ(long_ago->from, WallTime{101});
  EXPECT_EQ(long_ago->to, WallTime{1'000'000'000} - 50ms);
  EXPECT_EQ(long_ago->count, 3U);
  EXPECT_FALSE(counter.advance(WallTime{960'000'000}, 3, "can0"));
  const auto just_now = counter.advance_idle(WallTime{970'000'000}, 4, "can0");
  ASSERT_TRUE(just_now);
  EXPECT_EQ(just_now->from, WallTime{960'000'001});
  EXPECT_EQ(just_now->to, just_now->from);  // never backwards
}

TEST(OverflowCounter, CountsAcrossTheWrapOf32Bits) {
  OverflowCounter counter;
  counter.restart(WallTime{});
  for (const std::uint32_t drops : {0x70000000U, 0xE0000000U, 0xFFFFFFE0U}) {
    (void)counter.advance(WallTime{1}, drops, "can0");
  }
  EXPECT_EQ(counter.advance(WallTime{3}, 0x00000010U, "can0")->count, 0x30U);
}

TEST(OverflowCounter, KnowsBeforehandWhetherThereIsAGap) {
  OverflowCounter counter;
  counter.restart(WallTime{});
  EXPECT_FALSE(counter.would_tell(0));
  EXPECT_TRUE(counter.would_tell(3));
  EXPECT_EQ(counter.advance(WallTime{1}, 3, "can0")->count, 3U);
  EXPECT_FALSE(counter.would_tell(3));
  EXPECT_FALSE(counter.would_tell(2));
}

TEST(OverflowCounter, IsNotConfusedByFramesQueuedBeforeTheSocketWasAsked) {
  OverflowCounter counter;
  counter.restart(WallTime{});
  EXPECT_EQ(counter.advance(WallTime{10}, 8, "can0")->count, 8U);  // asked while idle
  EXPECT_FALSE(counter.advance(WallTime{9}, 5, "can0"));           // a frame that was queued meanwhile
  EXPECT_EQ(counter.advance(WallTime{11}, 9, "can0")->count, 1U);
}

}  // namespace
}  // namespace cantrail::datagram
