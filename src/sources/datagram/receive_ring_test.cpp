#include "sources/datagram/receive_ring.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "sources/datagram/descriptor.hpp"

namespace cantrail::datagram {
namespace {

class ReceiveRingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    in_ = Descriptor(pair[0]);
    out_ = Descriptor(pair[1]);
  }
  void send(const std::string& text) {
    ASSERT_EQ(::send(out_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  std::string take() {
    const mmsghdr& message = ring_.front();
    std::string text(static_cast<const char*>(message.msg_hdr.msg_iov->iov_base), message.msg_len);
    ring_.pop();
    return text;
  }
  Descriptor in_, out_;
  ReceiveRing ring_{3, 8};
};

TEST_F(ReceiveRingTest, TakesManyAtOnceInOrder) {
  for (const char* text : {"a", "bb", "ccc", "dddd"}) send(text);
  ASSERT_EQ(ring_.receive(in_.get()), 0);
  EXPECT_EQ(ring_.pending(), 3U);
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "bb");
  EXPECT_EQ(take(), "ccc");
  ASSERT_EQ(ring_.receive(in_.get()), 0);
  EXPECT_EQ(take(), "dddd");
  EXPECT_EQ(ring_.receive(in_.get()), EAGAIN);
  EXPECT_EQ(ring_.pending(), 0U);
}

TEST_F(ReceiveRingTest, MarksWhatIsTooLong) {
  send("123456789");
  ASSERT_EQ(ring_.receive(in_.get()), 0);
  EXPECT_NE(ring_.front().msg_hdr.msg_flags & MSG_TRUNC, 0);
}

TEST_F(ReceiveRingTest, WaitsUntilTheDeadlineAndNotLonger) {
  const SystemClock clock;
  const MonoTime before = clock.mono();
  EXPECT_FALSE(wait_readable(in_.get(), clock, before + std::chrono::milliseconds(20)));
  EXPECT_GE(clock.mono() - before, std::chrono::milliseconds(20));
  EXPECT_FALSE(wait_readable(in_.get(), clock, before));  // a deadline that is past
  send("x");
  EXPECT_TRUE(wait_readable(in_.get(), clock, clock.mono() + std::chrono::seconds(10)));
}

}  // namespace
}  // namespace cantrail::datagram
