// The socketcan source and target against the kernel and can-utils.
#include <array>
#include <chrono>

#include <unistd.h>

#include "sources/can_interface/source.hpp"
#include "sources/can_interface/target.hpp"
#include "support/source_fixture.hpp"
#include "vm/virtual_bus.hpp"

namespace cantrail::socketcan {
namespace {

using namespace std::chrono_literals;
using cantrail::testing::Delivered;
using cantrail::testing::Frame;
using cantrail::testing::run;
using cantrail::testing::SourceFixture;

constexpr FrameFlags kSeen =
    kFlagTx | static_cast<FrameFlags>(1U << kOriginShift);  // sent here, kernel's time

class SocketCan : public cantrail::testing::VirtualBusTest {
 protected:
  Status open(Source& source) { return source.open(fixture_.context(), std::nullopt); }
  Delivered receive(Source& source, std::size_t count) { return fixture_.read_all(source, count, 500ms); }

  SystemClock clock_;
  SourceFixture fixture_{clock_, "vcan0"};
};

Frame frame(std::uint32_t id, FrameFlags flags, std::vector<std::uint8_t> data,
            std::uint8_t remote_length = 0) {
  const auto length = data.empty() ? remote_length : static_cast<std::uint8_t>(data.size());
  return {{}, id, static_cast<FrameFlags>(flags | kSeen), "vcan0", length, std::move(data)};
}

void expect_equal(const Delivered& delivered, const std::vector<Frame>& expected) {
  ASSERT_EQ(delivered.frames.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    Frame got = delivered.frames[i];
    got.time = {};
    EXPECT_EQ(got, expected[i]) << "frame " << i << ": id " << std::hex << got.id << " flags " << got.flags;
  }
  EXPECT_TRUE(delivered.gaps.empty());
}

TEST_F(SocketCan, ReceivesWhatCansendSends) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  for (const char* text : {"123#DEADBEEF", "7FF#", "1F334455#1122334455667788", "123#R", "00000123#R5",
                           "213##311223344556677889900AABB", "20000004#0011223344556677"}) {
    ASSERT_EQ(run(std::string("cansend vcan0 ") + text), 0) << text;
  }
  expect_equal(receive(source, 7),
               {frame(0x123, 0, {0xDE, 0xAD, 0xBE, 0xEF}), frame(0x7FF, 0, {}),
                frame(0x1F334455 | kIdExtended, 0, {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}),
                frame(0x123 | kIdRemote, 0, {}), frame(0x123 | kIdExtended | kIdRemote, 0, {}, 5),
                frame(0x213, kFlagFd | kFlagBrs | kFlagEsi,
                      {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x00, 0xAA, 0xBB}),
                frame(4 | kIdError, 0, {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77})});
}

TEST_F(SocketCan, ReceivesWhatTheTargetSends) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  const auto target = open_target("vcan0");
  ASSERT_TRUE(target.ok()) << target.fault().message;
  std::vector<Frame> sent;
  for (unsigned i = 0; i < 500; ++i) {
    std::vector<std::uint8_t> data(fd_length_from_dlc(static_cast<std::uint8_t>(i)));
    for (std::size_t k = 0; k < data.size(); ++k) data[k] = static_cast<std::uint8_t>(i + k);
    const bool fd = data.size() > 8 || i % 3 == 0;
    sent.push_back(
        frame(i % 2 == 0 ? i : i | kIdExtended, fd ? kFlagFd | (i % 5 == 0 ? kFlagBrs : 0) : 0, data));
  }
  sent.push_back(frame(0x55 | kIdRemote, 0, {}, 7));
  sent.push_back(frame(0x20 | kIdError, 0, {0, 0, 0, 0, 0, 0, 8, 9}));
  sent.push_back(frame(0x56, 0xC << kDlcShift, {1, 2, 3, 4, 5, 6, 7, 8}));
  FrameBlock block;
  for (const Frame& each : sent) block.append({{}, each.id, each.flags, 0, each.length, each.data});
  const std::string names[]{"vcan0"};
  ASSERT_TRUE((*target)->send(block, 0, 200, names).ok());
  ASSERT_TRUE((*target)->send(block, 200, block.size(), names).ok());
  expect_equal(receive(source, sent.size()), sent);
}

TEST_F(SocketCan, ReceivesEveryFrameOfCangenInOrderWithTheKernelsTime) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  const WallTime before = clock_.wall();
  ASSERT_EQ(run("cangen vcan0 -g 0 -I i -L 8 -D i -n 5000 -p 1"), 0);
  const WallTime sent = clock_.wall();
  ::usleep(100'000);  // a clock read at reception would be later than all of this
  const Delivered delivered = receive(source, 5000);
  ASSERT_EQ(delivered.frames.size(), 5000U);
  WallTime last = before;
  for (std::size_t i = 0; i < delivered.frames.size(); ++i) {
    const Frame& each = delivered.frames[i];
    EXPECT_EQ(each.id, i % 0x800);
    EXPECT_EQ(time_origin(each.flags), TimeOrigin::kernel);
    EXPECT_GE(each.time, last);
    EXPECT_LE(each.time, sent);
    EXPECT_EQ(each.data[0] | each.data[1] << 8, static_cast<int>(i));
    last = each.time;
  }
}

TEST_F(SocketCan, LetsThroughWhatTheFiltersSay) {
  Options options;
  options.filters = {"100:700", "18FEF100:9FFFFF00"};
  options.error_frames = false;
  Source source(options);
  ASSERT_TRUE(open(source).ok());
  for (const char* text :
       {"0FF#", "100#", "1FF#", "200#", "18FEF1AA#", "18FEF2AA#", "20000004#0000000000000000"}) {
    ASSERT_EQ(run(std::string("cansend vcan0 ") + text), 0);
  }
  expect_equal(receive(source, 4),
               {frame(0x100, 0, {}), frame(0x1FF, 0, {}), frame(0x18FEF1AA | kIdExtended, 0, {})});
}

TEST_F(SocketCan, LeavesOutOwnAndFdFramesWhenToldTo) {
  Options no_fd;
  no_fd.fd = false;
  Options not_own;
  not_own.own = false;
  Source classic(no_fd), others(not_own);
  ASSERT_TRUE(open(classic).ok());
  ASSERT_TRUE(open(others).ok());
  ASSERT_EQ(run("cansend vcan0 213##0AABB && cansend vcan0 123#AA"), 0);
  expect_equal(receive(classic, 2), {frame(0x123, 0, {0xAA})});
  expect_equal(receive(others, 2), {});
}

TEST_F(SocketCan, SaysWhatToTypeWhenTheInterfaceIsMissingDownOrNoCan) {
  const auto fault = [this](const std::string& interface) {
    Options options;
    options.interface = interface;
    Source source(options);
    const Status status = open(source);
    return status.ok() ? Fault{} : status.fault();
  };
  EXPECT_EQ(fault("vcan7").kind, FaultKind::unavailable);
  EXPECT_NE(fault("vcan7").message.find("ip link add dev vcan7 type vcan"), std::string::npos);
  EXPECT_NE(fault("can0").message.find("ip link set can0 up type can bitrate"), std::string::npos);
  EXPECT_EQ(fault("lo").kind, FaultKind::config);
  ASSERT_EQ(run("ip link set vcan1 down"), 0);
  EXPECT_EQ(fault("vcan1").kind, FaultKind::unavailable);
  EXPECT_NE(fault("vcan1").message.find("ip link set vcan1 up"), std::string::npos);
}

TEST_F(SocketCan, DeliversWhatCameBeforeTheInterfaceWentDownAndComesBack) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  ASSERT_EQ(run("cangen vcan0 -g 0 -I i -L 0 -n 600 -p 1 && ip link set vcan0 down"), 0);
  Delivered delivered = receive(source, SIZE_MAX);
  EXPECT_EQ(delivered.frames.size(), 600U);
  ASSERT_TRUE(delivered.fault);
  EXPECT_EQ(delivered.fault->kind, FaultKind::unavailable);
  EXPECT_NE(delivered.fault->message.find("vcan0 went down"), std::string::npos);
  source.close();
  EXPECT_FALSE(open(source).ok());
  ASSERT_EQ(run("ip link set vcan0 up"), 0);
  ASSERT_TRUE(open(source).ok());
  ASSERT_EQ(run("cansend vcan0 123#01"), 0);
  expect_equal(receive(source, 1), {frame(0x123, 0, {1})});
}

TEST_F(SocketCan, SaysWhenTheInterfaceIsUnplugged) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  ASSERT_EQ(run("ip link del dev vcan0"), 0);
  const Delivered delivered = receive(source, SIZE_MAX);
  ASSERT_TRUE(delivered.fault);
  EXPECT_EQ(delivered.fault->kind, FaultKind::unavailable);
}

TEST_F(SocketCan, WarnsWhereTheReceiveBufferIsSmallerThanAskedFor) {
  Source source{Options{}};
  ASSERT_TRUE(open(source).ok());
  EXPECT_TRUE(fixture_.log.lines().empty());  // root may
  source.close();
  cantrail::testing::Child child([this] {
    Source own{Options{}};  // threads do not follow into a child
    if (::setresuid(65534, 65534, 65534) != 0 || !open(own).ok()) return 1;
    const auto lines = fixture_.log.lines();
    return lines.size() == 1 && lines[0].find("net.core.rmem_max=12582912") != std::string::npos ? 0 : 2;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(SocketCan, APortHearsOthersAndNotItself) {
  using namespace std::chrono_literals;
  const SystemClock clock;
  const auto one = open_port("vcan0", clock);
  const auto other = open_port("vcan0", clock);
  ASSERT_TRUE(one.ok() && other.ok());
  FrameBlock sent, heard;
  const std::uint8_t data[]{2, 1, 0};
  for (unsigned i = 0; i < 100; ++i) sent.append({{}, 0x700 + i, 0, 0, 3, data});
  ASSERT_TRUE((*one)->send(sent, 0, sent.size(), {}).ok());
  while (heard.size() < sent.size()) {
    const std::size_t before = heard.size();
    ASSERT_TRUE((*other)->receive(heard, clock.mono() + 20s).ok());
    ASSERT_GT(heard.size(), before);
  }
  EXPECT_EQ(heard[99].id, 0x700U + 99);
  EXPECT_GT(heard[0].time.ns, 0);
  heard.clear();
  ASSERT_TRUE((*one)->receive(heard, clock.mono() + 50ms).ok());
  EXPECT_TRUE(heard.empty());
  ASSERT_EQ(run("ip link set vcan0 down"), 0);
  EXPECT_FALSE((*one)->receive(heard, clock.mono() + 20s).ok());
}

TEST_F(SocketCan, RefusesFdFramesForAnInterfaceWithoutFd) {
  ASSERT_EQ(run("ip link set vcan1 down && ip link set vcan1 mtu 16 && ip link set vcan1 up"), 0);
  const auto target = open_target("vcan1");
  ASSERT_TRUE(target.ok());
  FrameBlock block;
  const std::uint8_t data[12]{};
  block.append({{}, 1, kFlagFd, 0, 12, data});
  const Status status = (*target)->send(block, 0, 1, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fault().kind, FaultKind::rejected);
}

}  // namespace
}  // namespace cantrail::socketcan
