#include "sources/can_interface/link_message.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <linux/can.h>
#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

namespace cantrail::socketcan {
namespace {

// A message as the kernel makes it.
class Message {
 public:
  Message(std::uint16_t type, std::uint32_t sequence) {
    header_.nlmsg_type = type;
    header_.nlmsg_seq = sequence;
  }
  template <class T>
  Message& body(const T& value) {
    return bytes(&value, sizeof value);
  }
  template <class T>
  Message& attribute(std::uint16_t type, const T& value) {
    return attribute(type, &value, sizeof value);
  }
  Message& attribute(std::uint16_t type, const std::string& text) {
    return attribute(type, text.c_str(), text.size() + 1);
  }
  Message& attribute(std::uint16_t type, const Message& nested) {
    return attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), nested.body_.data(),
                     nested.body_.size());
  }
  Message& attribute(std::uint16_t type, const void* data, std::size_t size) {
    const rtattr header{static_cast<unsigned short>(sizeof header + size), type};
    bytes(&header, sizeof header);
    return bytes(data, size);
  }
  [[nodiscard]] std::vector<std::byte> finish() const {
    nlmsghdr header = header_;
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body_.size());
    std::vector<std::byte> all(sizeof header);
    std::memcpy(all.data(), &header, sizeof header);
    all.insert(all.end(), body_.begin(), body_.end());
    return all;
  }

 private:
  Message& bytes(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    body_.insert(body_.end(), first, first + size);
    body_.resize((body_.size() + 3) / 4 * 4);
    return *this;
  }
  nlmsghdr header_{};
  std::vector<std::byte> body_;
};

ifinfomsg link(int index, unsigned flags, unsigned short type = ARPHRD_CAN) {
  ifinfomsg fixed{};
  fixed.ifi_index = index;
  fixed.ifi_flags = flags;
  fixed.ifi_type = type;
  return fixed;
}

std::vector<LinkNews> read(const std::vector<std::byte>& bytes) {
  std::vector<LinkNews> all;
  for_each_link_news(bytes, [&](const LinkNews& news) { all.push_back(news); });
  return all;
}

Message can0() {
  rtnl_link_stats64 counted{};
  counted.rx_packets = 100;
  counted.rx_dropped = 1;
  counted.rx_over_errors = 2;
  counted.rx_missed_errors = 4;
  counted.rx_errors = 1000;
  can_bittiming slow{}, fast{};
  slow.bitrate = 500'000;
  fast.bitrate = 2'000'000;
  Message can(0, 0), info(0, 0), whole(RTM_NEWLINK, 7);
  can.attribute(IFLA_CAN_BITTIMING, slow).attribute(IFLA_CAN_DATA_BITTIMING, fast);
  can.attribute(IFLA_CAN_STATE, std::uint32_t{CAN_STATE_ERROR_PASSIVE});
  can.attribute(IFLA_CAN_BERR_COUNTER, can_berr_counter{5, 130});
  info.attribute(IFLA_INFO_KIND, std::string("can")).attribute(IFLA_INFO_DATA, can);
  whole.body(link(3, IFF_UP)).attribute(IFLA_IFNAME, std::string("can0"));
  whole.attribute(IFLA_MTU, std::uint32_t{CANFD_MTU}).attribute(IFLA_LINKINFO, info);
  whole.attribute(IFLA_STATS64, counted);
  return whole;
}

TEST(SocketCanLinkMessage, TellsAllThatIsKnownOfAController) {
  const auto news = read(can0().finish());
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].what, LinkNews::What::is);
  EXPECT_EQ(news[0].sequence, 7U);
  const LinkInfo& info = news[0].link;
  EXPECT_EQ(info.index, 3);
  EXPECT_EQ(info.name, "can0");
  EXPECT_EQ(info.kind, "can");
  EXPECT_FALSE(info.is_virtual());
  EXPECT_TRUE(info.up && info.fd);
  EXPECT_EQ(info.state, CanState::error_passive);
  EXPECT_EQ(info.bitrate, 500'000U);
  EXPECT_EQ(info.data_bitrate, 2'000'000U);
  EXPECT_EQ(info.rx_errors, 130);
  EXPECT_EQ(info.tx_errors, 5);
  EXPECT_EQ(info.rx_frames, 100U);
  EXPECT_EQ(info.driver_drops, 7U);
}

TEST(SocketCanLinkMessage, AVirtualInterfaceHasNoControllerAndNoBitRate) {
  Message info(0, 0), whole(RTM_NEWLINK, 0);
  info.attribute(IFLA_INFO_KIND, std::string("vcan"));
  whole.body(link(4, 0)).attribute(IFLA_IFNAME, std::string("vcan0")).attribute(IFLA_LINKINFO, info);
  const auto news = read(whole.attribute(IFLA_MTU, std::uint32_t{CAN_MTU}).finish());
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(news[0].link.is_virtual());
  EXPECT_FALSE(news[0].link.up || news[0].link.fd || news[0].link.state || news[0].link.bitrate);
}

TEST(SocketCanLinkMessage, OtherInterfacesAreOther) {
  const auto ethernet = Message(RTM_NEWLINK, 0).body(link(2, IFF_UP, ARPHRD_ETHER)).finish();
  ASSERT_EQ(read(ethernet).size(), 1U);
  EXPECT_EQ(read(ethernet)[0].what, LinkNews::What::other);
}

TEST(SocketCanLinkMessage, TellsRemovalEndsAndRefusals) {
  auto bytes = Message(RTM_DELLINK, 0).body(link(3, 0)).attribute(IFLA_IFNAME, std::string("can0")).finish();
  for (const Message& next : {Message(NLMSG_DONE, 8).body(int{0}), Message(NLMSG_ERROR, 9).body(int{-1})}) {
    const auto more = next.finish();
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  const auto news = read(bytes);
  ASSERT_EQ(news.size(), 3U);
  EXPECT_EQ(news[0].what, LinkNews::What::gone);
  EXPECT_EQ(news[0].link.name, "can0");
  EXPECT_EQ(news[1].what, LinkNews::What::end_of_list);
  EXPECT_EQ(news[1].sequence, 8U);
  EXPECT_EQ(news[2].what, LinkNews::What::refused);
  EXPECT_EQ(news[2].error, 1);
}

TEST(SocketCanLinkMessage, NoCutAndNoFlippedByteReadsBeyondTheDatagram) {
  const auto whole = can0().finish();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    (void)read(cut);  // the address sanitizer watches
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0, 1, 3, 0xFF}) {
      auto flipped = whole;
      flipped[at] = static_cast<std::byte>(value);
      (void)read(flipped);
    }
  }
}

// What is asked for is read back by the reader above: it has the same layout.
TEST(SocketCanLinkMessage, AsksForBitRatesAndUp) {
  auto bytes = up_request(5, 3, {.bitrate = 500'000, .data_bitrate = 2'000'000, .restart_ms = 100});
  nlmsghdr header;
  ifinfomsg fixed;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::memcpy(&fixed, bytes.data() + sizeof header, sizeof fixed);
  EXPECT_EQ(header.nlmsg_len, bytes.size());
  EXPECT_EQ(header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(fixed.ifi_index, 3);
  EXPECT_EQ(fixed.ifi_flags & fixed.ifi_change, unsigned{IFF_UP});
  fixed.ifi_type = ARPHRD_CAN;
  std::memcpy(bytes.data() + sizeof header, &fixed, sizeof fixed);
  const auto news = read(bytes);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].link.kind, "can");
  EXPECT_EQ(news[0].link.bitrate, 500'000U);
  EXPECT_EQ(news[0].link.data_bitrate, 2'000'000U);
  EXPECT_EQ(up_request(5, 3, {}).size(), sizeof header + sizeof fixed);  // a virtual interface is only set up
}

}  // namespace
}  // namespace cantrail::socketcan
