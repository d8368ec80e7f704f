#include <algorithm>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "formats/cannelloni.hpp"
#include "sources/cannelloni/source.hpp"
#include "sources/cannelloni/target.hpp"
#include "support/readme_sample.hpp"
#include "support/source_fixture.hpp"

namespace cantrail::cannelloni {
namespace {

using namespace std::chrono_literals;
using cantrail::testing::Delivered;
using cantrail::testing::Frame;
using cantrail::testing::SourceFixture;

// A peer whose packets the test writes byte by byte.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const auto address = datagram::resolve({"127.0.0.1", port});
    EXPECT_EQ(::connect(socket_.get(), address->get(), address->size), 0);
  }
  void send(const std::vector<std::uint8_t>& bytes) const {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  // A packet of one empty frame whose identifier is `id`.
  void send_packet(std::uint8_t sequence, std::uint8_t id) const {
    send({2, 0, sequence, 0, 1, 0, 0, 0, id, 0});
  }

 private:
  datagram::Descriptor socket_;
};

class CannelloniSource : public ::testing::Test {
 protected:
  CannelloniSource() { options_.listen = "127.0.0.1:0"; }
  std::uint16_t open(Source& source) {
    const Status status = source.open(fixture_.context(), std::nullopt);
    EXPECT_TRUE(status.ok());
    return source.port().value_or(0);
  }
  Delivered receive(Source& source, std::size_t count = SIZE_MAX, BatchLimits limits = {}) {
    return fixture_.read_all(source, count, 200ms, limits);
  }
  static std::vector<std::uint32_t> ids(const Delivered& delivered) {
    std::vector<std::uint32_t> found;
    for (const Frame& frame : delivered.frames) found.push_back(frame.id);
    return found;
  }

  Options options_;
  SystemClock clock_;
  SourceFixture fixture_{clock_, "remote"};
};

FrameBlock many_frames(unsigned count) {
  FrameBlock block;
  for (unsigned i = 0; i < count; ++i) {
    std::vector<std::uint8_t> data(fd_length_from_dlc(static_cast<std::uint8_t>(i)));
    for (std::size_t k = 0; k < data.size(); ++k) data[k] = static_cast<std::uint8_t>(i + k);
    const FrameFlags fd = data.size() > 8 ? kFlagFd | kFlagBrs : 0;
    const bool remote = i % 16 == 5;
    block.append({{},
                  (i & kIdStandardMask) | (remote ? kIdRemote : 0),
                  fd,
                  0,
                  static_cast<std::uint8_t>(data.size()),
                  remote ? std::span<const std::uint8_t>{} : data});
  }
  return block;
}

TEST_F(CannelloniSource, ReceivesWhatTheTargetSendsInBatchesOfAnySize) {
  const FrameBlock sent = many_frames(5000);
  for (const std::size_t batch : {std::size_t{7}, std::size_t{4096}}) {
    Source source(options_);
    const auto target = open_target("127.0.0.1:" + std::to_string(open(source)));
    ASSERT_TRUE(target.ok());
    std::this_thread::sleep_for(100ms);  // the kernel takes a moment to begin to stamp
    const WallTime before = clock_.wall();
    ASSERT_TRUE((*target)->send(sent, 0, 1234, {}).ok());
    ASSERT_TRUE((*target)->send(sent, 1234, sent.size(), {}).ok());
    const WallTime after = clock_.wall();
    std::this_thread::sleep_for(20ms);  // a clock read at reception would be later than all of this
    const Delivered all = receive(source, sent.size(), BatchLimits{batch, 1U << 20});
    ASSERT_EQ(all.frames.size(), sent.size());
    EXPECT_TRUE(all.gaps.empty());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const Frame& frame = all.frames[i];
      EXPECT_EQ(frame.id, sent[i].id);
      EXPECT_EQ(frame.flags & 0xF, sent[i].flags & 0xF);
      EXPECT_EQ(frame.length, sent[i].length);
      EXPECT_TRUE(std::equal(frame.data.begin(), frame.data.end(), sent[i].data.begin(), sent[i].data.end()));
      EXPECT_EQ(frame.channel, "remote");
      EXPECT_GE(frame.time, before);
      EXPECT_LE(frame.time, after);
      EXPECT_EQ(time_origin(frame.flags), TimeOrigin::kernel);
    }
  }
}

TEST_F(CannelloniSource, TellsHowManyPacketsAreMissing) {
  Source source(options_);
  const Peer peer(open(source));
  for (const int sequence : {250, 251, 255, 0, 1}) {
    peer.send_packet(static_cast<std::uint8_t>(sequence), static_cast<std::uint8_t>(sequence));
  }
  Delivered all = receive(source, 5);
  EXPECT_TRUE(all.gaps.empty());  // they could still be late
  std::this_thread::sleep_for(1100ms);
  fixture_.read(source, all, 1ms);
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].reason, GapReason::network_loss);
  EXPECT_EQ(all.gaps[0].where, "remote: 3 packets");
  EXPECT_EQ(all.gaps[0].count, std::nullopt);
}

TEST_F(CannelloniSource, TakesLatePacketsAndRefusesCopies) {
  Source source(options_);
  const Peer peer(open(source));
  for (const std::uint8_t sequence : std::initializer_list<std::uint8_t>{0, 2, 1, 1, 3})
    peer.send_packet(sequence, sequence);
  const Delivered all = receive(source);
  EXPECT_EQ(ids(all), (std::vector<std::uint32_t>{0, 2, 1, 3}));
  EXPECT_TRUE(all.gaps.empty());
}

TEST_F(CannelloniSource, CountsEachPeersNumbersForItself) {
  Source source(options_);
  const std::uint16_t port = open(source);
  const Peer one(port), other(port);
  for (std::uint8_t i = 0; i < 100; ++i) {
    one.send_packet(i, 1);
    other.send_packet(static_cast<std::uint8_t>(i + 77), 2);
  }
  const Delivered all = receive(source);
  EXPECT_EQ(all.frames.size(), 200U);
  EXPECT_TRUE(all.gaps.empty());
}

TEST_F(CannelloniSource, TakesOnlyTheRemoteThatIsNamed) {
  options_.remote = "127.0.0.2";
  Source source(options_);
  Peer(open(source)).send_packet(0, 1);
  EXPECT_TRUE(receive(source).frames.empty());
  options_.remote = "127.0.0.1";
  Source other(options_);
  Peer(open(other)).send_packet(0, 1);
  EXPECT_EQ(receive(other).frames.size(), 1U);
}

TEST_F(CannelloniSource, SurvivesWhatIsNoPacketAndSaysSoOnce) {
  Source source(options_);
  const Peer peer(open(source));
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    std::vector<std::uint8_t> bytes(random() % 60);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    if (bytes.size() > 2 && i % 2 == 0) bytes[0] = 2, bytes[1] = 0xFF;
    peer.send(bytes);
  }
  peer.send({2, 0, 0, 0, 2, 0, 0, 0, 1, 0});  // two frames, says the head; there is one
  peer.send_packet(1, 9);
  const Delivered all = receive(source);
  EXPECT_EQ(ids(all), std::vector<std::uint32_t>{9});
  ASSERT_EQ(fixture_.log.lines().size(), 1U);
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].reason, GapReason::malformed_input);
}

TEST_F(CannelloniSource, TellsWhatTheKernelHadNoRoomForAndTellsItOnce) {
  options_.receive_buffer = Bytes{4096};
  Source source(options_);
  const Peer peer(open(source));
  for (int i = 0; i < 100; ++i) peer.send_packet(static_cast<std::uint8_t>(i), 1);
  Delivered all = receive(source);
  const std::size_t first = all.frames.size();
  ASSERT_LT(first, 100U);
  for (int i = 100; i < 150; ++i) {
    peer.send_packet(static_cast<std::uint8_t>(i), 2);
    fixture_.read(source, all, 50ms);
  }
  EXPECT_EQ(all.frames.size(), first + 50);
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].reason, GapReason::receive_overflow);
  EXPECT_EQ(all.gaps[0].where, "remote: " + std::to_string(100 - first) + " packets");
}

TEST_F(CannelloniSource, SaysWhoHasThePort) {
  Source first(options_);
  options_.listen = "127.0.0.1:" + std::to_string(open(first));
  Source second(options_);
  const Status status = second.open(fixture_.context(), std::nullopt);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fault().kind, FaultKind::unavailable);
  first.close();
  EXPECT_TRUE(second.open(fixture_.context(), std::nullopt).ok());
  second.close();
  EXPECT_TRUE(second.open(fixture_.context(), std::nullopt).ok());
}

TEST(CannelloniTarget, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    SystemClock clock;
    SourceFixture fixture(clock);
    Options options;
    options.listen = "127.0.0.1:0";
    Source source(options);
    ASSERT_TRUE(source.open(fixture.context(), std::nullopt).ok());
    port = *source.port();
  }
  const auto target = open_target("127.0.0.1:" + std::to_string(port));
  ASSERT_TRUE(target.ok());
  const FrameBlock frames = many_frames(1);
  Status status;
  for (int i = 0; i < 10 && status; ++i) status = (*target)->send(frames, 0, 1, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fault().kind, FaultKind::unavailable);
}

TEST_F(CannelloniSource, TheTargetGoesOnWhileItsPeerRestarts) {
  Source source(options_);
  const std::string address = "127.0.0.1:" + std::to_string(open(source));
  const auto target = open_target(address);
  ASSERT_TRUE(target.ok());
  const FrameBlock frames = many_frames(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*target)->send(frames, 0, 1, {}).ok());
  source.close();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE((*target)->send(frames, 0, 1, {}).ok());
}

TEST(CannelloniOptions, FindsWrongAddresses) {
  EXPECT_TRUE(Config().problems().empty());
  EXPECT_FALSE(open_target("localhost").ok());
  EXPECT_EQ(open_target("localhost").fault().kind, FaultKind::config);
}

TEST(CannelloniOptions, TheReadmeShowsTheSample) {
  cantrail::testing::expect_readme_shows("sources/cannelloni", cannelloni_source_info().sample);
  EXPECT_TRUE(cannelloni_source_info().make_source()->problems().empty());
}

}  // namespace
}  // namespace cantrail::cannelloni
