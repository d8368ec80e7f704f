#include "sources/can_interface/message.hpp"

#include <array>
#include <cstring>
#include <ctime>
#include <vector>

#include <gtest/gtest.h>
#include <linux/errqueue.h>

namespace cantrail::socketcan {
namespace {

// A datagram as recvmmsg leaves it.
struct Datagram {
  canfd_frame frame{};
  iovec buffer{&frame, sizeof frame};
  std::array<std::uint64_t, 8> control{};
  msghdr header{};

  explicit Datagram(int flags = 0) {
    header.msg_iov = &buffer;
    header.msg_iovlen = 1;
    header.msg_flags = flags;
  }
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  can_frame& classic() { return reinterpret_cast<can_frame&>(frame); }
  void stamp(timespec time) {
    auto* message = reinterpret_cast<cmsghdr*>(control.data());
    message->cmsg_level = SOL_SOCKET;
    message->cmsg_type = SCM_TIMESTAMPNS;
    message->cmsg_len = CMSG_LEN(sizeof time);
    std::memcpy(CMSG_DATA(message), &time, sizeof time);
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof time);
  }
};

std::vector<std::uint8_t> bytes(const FrameView& frame) {
  return {frame.data.begin(), frame.data.end()};
}

TEST(SocketCanMessage, ReadsAClassicFrame) {
  Datagram datagram;
  datagram.classic() = {0x123, {3}, 0, 0, 0, {1, 2, 3}};
  datagram.stamp({5, 6});
  const auto received = interpret(datagram.header, CAN_MTU, 7);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->frame.id, 0x123U);
  EXPECT_EQ(received->frame.channel, 7);
  EXPECT_EQ(received->frame.length, 3);
  EXPECT_EQ(bytes(received->frame), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(received->frame.flags, with_origin(0, TimeOrigin::kernel));
  EXPECT_EQ(received->frame.time.ns, 5'000'000'006);
  EXPECT_TRUE(received->stamped);
}

TEST(SocketCanMessage, KeepsTheLengthOfARemoteFrameAndTheDataOfAnErrorFrame) {
  Datagram remote;
  remote.classic() = {0x123 | CAN_RTR_FLAG, {5}, 0, 0, 0, {9, 9, 9, 9, 9}};
  const FrameView request = interpret(remote.header, CAN_MTU, 0)->frame;
  EXPECT_TRUE(request.remote());
  EXPECT_EQ(request.length, 5);
  EXPECT_TRUE(request.data.empty());

  Datagram error;
  error.classic() = {CAN_ERR_FLAG | 0x20U, {8}, 0, 0, 0, {0, 8, 0, 0, 0, 0, 1, 2}};
  const FrameView failure = interpret(error.header, CAN_MTU, 0)->frame;
  EXPECT_TRUE(failure.error());
  EXPECT_EQ(failure.number(), 0x20U);
  EXPECT_EQ(bytes(failure), (std::vector<std::uint8_t>{0, 8, 0, 0, 0, 0, 1, 2}));
}

TEST(SocketCanMessage, KeepsTheRawDlcOfEightBytes) {
  Datagram datagram;
  datagram.classic() = {1, {8}, 0, 0, 15, {}};
  EXPECT_EQ((interpret(datagram.header, CAN_MTU, 0)->frame.flags & kDlcMask) >> kDlcShift, 15);
  datagram.classic().len8_dlc = 8;
  EXPECT_EQ(interpret(datagram.header, CAN_MTU, 0)->frame.flags & kDlcMask, 0);
  datagram.classic() = {1, {7}, 0, 0, 15, {}};
  EXPECT_EQ(interpret(datagram.header, CAN_MTU, 0)->frame.flags & kDlcMask, 0);
}

TEST(SocketCanMessage, ReadsAnFdFrame) {
  Datagram datagram;
  datagram.frame.can_id = 0x18FEF100U | CAN_EFF_FLAG;
  datagram.frame.len = 64;
  datagram.frame.flags = CANFD_BRS | CANFD_ESI;
  datagram.frame.data[63] = 0xAB;
  const FrameView frame = interpret(datagram.header, CANFD_MTU, 0)->frame;
  EXPECT_EQ(frame.flags & 0xF, kFlagFd | kFlagBrs | kFlagEsi);
  EXPECT_TRUE(frame.extended());
  EXPECT_EQ(frame.length, 64);
  EXPECT_EQ(frame.data[63], 0xAB);
}

TEST(SocketCanMessage, MarksWhatThisMachineSent) {
  Datagram datagram(MSG_DONTROUTE | MSG_CONFIRM);
  EXPECT_NE(interpret(datagram.header, CAN_MTU, 0)->frame.flags & kFlagTx, 0);
}

TEST(SocketCanMessage, RefusesWhatIsNoFrame) {
  Datagram datagram;
  EXPECT_FALSE(interpret(datagram.header, 15, 0));
  EXPECT_FALSE(interpret(datagram.header, 0, 0));
  datagram.classic().len = 9;
  EXPECT_FALSE(interpret(datagram.header, CAN_MTU, 0));
  datagram.frame.len = 65;
  EXPECT_FALSE(interpret(datagram.header, CANFD_MTU, 0));
  Datagram cut(MSG_TRUNC);
  EXPECT_FALSE(interpret(cut.header, CAN_MTU, 0));
}

TEST(SocketCanMessage, SendsWhatItReceived) {
  const std::array<std::uint8_t, 64> payload{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto view = [&payload](std::uint32_t id, FrameFlags flags, std::uint8_t length, std::size_t data) {
    return FrameView{{}, id, flags, 0, length, {payload.data(), data}};
  };
  for (const FrameView& frame :
       {view(0x7FF, 0, 8, 8), view(0x1FFFFFFFU | kIdExtended, 0, 0, 0), view(1 | kIdRemote, 0, 6, 0),
        view(0x8 | kIdError, 0, 8, 8), view(2, 0xB << kDlcShift, 8, 8), view(3, kFlagFd, 0, 0),
        view(4, kFlagFd | kFlagBrs, 12, 12), view(5, kFlagFd | kFlagBrs | kFlagEsi, 64, 64)}) {
    Datagram datagram;
    const std::size_t size = fill(frame, datagram.frame);
    const auto back = interpret(datagram.header, size, 0);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->frame.id, frame.id);
    EXPECT_EQ(back->frame.flags, with_origin(frame.flags, TimeOrigin::kernel));
    EXPECT_EQ(back->frame.length, frame.length);
    EXPECT_EQ(bytes(back->frame), bytes(frame));
  }
}

// Kernel and controller stamp together, `ahead_ns` apart.
Received stamped_twice(std::int64_t ahead_ns) {
  Datagram datagram;
  datagram.classic() = {0x123, {0}, 0, 0, 0, {}};
  const std::int64_t hardware_ns = 100'000'000'000 + ahead_ns;
  const scm_timestamping stamps{{{100, 0}, {}, {hardware_ns / 1'000'000'000, hardware_ns % 1'000'000'000}}};
  auto* message = reinterpret_cast<cmsghdr*>(datagram.control.data());
  message->cmsg_level = SOL_SOCKET;
  message->cmsg_type = SCM_TIMESTAMPING;
  message->cmsg_len = CMSG_LEN(sizeof stamps);
  std::memcpy(CMSG_DATA(message), &stamps, sizeof stamps);
  datagram.header.msg_control = datagram.control.data();
  datagram.header.msg_controllen = CMSG_SPACE(sizeof stamps);
  return *interpret(datagram.header, CAN_MTU, 0);
}

TEST(SocketCanMessage, TakesTheControllersTimeOnlyWhenAskedTo) {
  Received received = stamped_twice(-50'000);
  EXPECT_EQ(received.frame.time.ns, 100'000'000'000);
  EXPECT_EQ(time_origin(received.frame.flags), TimeOrigin::kernel);
  prefer_hardware_time(received);
  EXPECT_EQ(received.frame.time.ns, 99'999'950'000);
  EXPECT_EQ(time_origin(received.frame.flags), TimeOrigin::hardware);
}

TEST(SocketCanMessage, DoesNotBelieveAControllersTimeThatIsNoTimeOfDay) {
  for (const std::int64_t ahead_ns : {2'000'000LL, -2'000'000'000LL, -99'000'000'000LL, 37'000'000'000LL}) {
    Received received = stamped_twice(ahead_ns);
    prefer_hardware_time(received);
    EXPECT_EQ(received.frame.time.ns, 100'000'000'000) << ahead_ns;
    EXPECT_EQ(time_origin(received.frame.flags), TimeOrigin::kernel);
  }
  Received none;
  prefer_hardware_time(none);
  EXPECT_EQ(none.frame.time.ns, 0);
}

}  // namespace
}  // namespace cantrail::socketcan
