#include "sources/datagram/address.hpp"

#include <gtest/gtest.h>

namespace cantrail::datagram {
namespace {

TEST(Address, ReadsHostAndPort) {
  const auto v4 = parse_host_port("127.0.0.1:20000");
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 20000);
  const auto v6 = parse_host_port("[::1]:5");
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 5);
  for (const char* text : {"::1", "[::1]", "gateway.local"}) {
    const auto host = parse_host_port(text);
    ASSERT_TRUE(host.ok()) << text;
    EXPECT_EQ(host->port, std::nullopt) << text;
  }
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", ":", ":5", "a:", "a:b", "a:65536", "a:-1", "a:5x", "[::1", "[::1]5", "[]:5"}) {
    EXPECT_FALSE(parse_host_port(text).ok()) << text;
  }
}

TEST(Address, ComparesSenders) {
  const auto address = [](const char* text) { return *resolve(*parse_host_port(text)); };
  EXPECT_TRUE(matches(address("127.0.0.1:5").storage, address("127.0.0.1:5")));
  EXPECT_TRUE(matches(address("127.0.0.1:5").storage, address("127.0.0.1")));
  EXPECT_FALSE(matches(address("127.0.0.1:5").storage, address("127.0.0.1:6")));
  EXPECT_FALSE(matches(address("127.0.0.2:5").storage, address("127.0.0.1")));
  EXPECT_TRUE(matches(address("[::1]:5").storage, address("::1")));
  EXPECT_FALSE(matches(address("[::1]:5").storage, address("127.0.0.1")));
  EXPECT_FALSE(same_sender(address("127.0.0.1:5").storage, address("127.0.0.1:6").storage));
}

}  // namespace
}  // namespace cantrail::datagram
