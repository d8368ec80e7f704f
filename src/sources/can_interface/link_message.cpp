#include "sources/can_interface/link_message.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>

#include <linux/can.h>
#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

namespace cantrail::socketcan {
namespace {

using ByteSpan = std::span<const std::byte>;

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + NLMSG_ALIGNTO - 1) & ~std::size_t{NLMSG_ALIGNTO - 1};
}

template <class T>
bool load(ByteSpan bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  return true;
}

// Calls take(type, payload) for each attribute; ends at the first that does not fit.
template <class Take>
void for_each_attribute(ByteSpan bytes, Take take) {
  rtattr header;
  while (load(bytes, header) && header.rta_len >= sizeof header && header.rta_len <= bytes.size()) {
    take(header.rta_type & NLA_TYPE_MASK, bytes.subspan(sizeof header, header.rta_len - sizeof header));
    bytes = bytes.subspan(std::min(bytes.size(), aligned(header.rta_len)));
  }
}

std::string text_of(ByteSpan bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

std::optional<std::uint32_t> bitrate_of(ByteSpan bytes) {
  can_bittiming timing;
  if (!load(bytes, timing) || timing.bitrate == 0) return std::nullopt;
  return timing.bitrate;
}

void read_can(ByteSpan attributes, LinkInfo& link) {
  for_each_attribute(attributes, [&](int type, ByteSpan payload) {
    std::uint32_t word = 0;
    can_berr_counter errors;
    if (type == IFLA_CAN_STATE && load(payload, word) && word < CAN_STATE_MAX) {
      link.state = static_cast<CanState>(word);
    } else if (type == IFLA_CAN_BITTIMING) {
      link.bitrate = bitrate_of(payload);
    } else if (type == IFLA_CAN_DATA_BITTIMING) {
      link.data_bitrate = bitrate_of(payload);
    } else if (type == IFLA_CAN_BERR_COUNTER && load(payload, errors)) {
      link.rx_errors = errors.rxerr;
      link.tx_errors = errors.txerr;
    }
  });
}

void read_link_kind(ByteSpan attributes, LinkInfo& link) {
  ByteSpan data;
  for_each_attribute(attributes, [&](int type, ByteSpan payload) {
    if (type == IFLA_INFO_KIND) link.kind = text_of(payload);
    if (type == IFLA_INFO_DATA) data = payload;
  });
  if (link.kind == "can") read_can(data, link);
}

// A kernel may know a shorter or a longer structure than this one.
void read_statistics(ByteSpan payload, LinkInfo& link) {
  rtnl_link_stats64 counted{};
  std::memcpy(&counted, payload.data(), std::min(payload.size(), sizeof counted));
  link.rx_frames = counted.rx_packets;
  link.driver_drops = counted.rx_dropped + counted.rx_over_errors + counted.rx_missed_errors;
}

LinkNews read_link(const nlmsghdr& header, ByteSpan body) {
  LinkNews news;
  ifinfomsg fixed;
  if (!load(body, fixed) || fixed.ifi_type != ARPHRD_CAN) return news;
  news.what = header.nlmsg_type == RTM_DELLINK ? LinkNews::What::gone : LinkNews::What::is;
  news.link.index = fixed.ifi_index;
  news.link.up = (fixed.ifi_flags & IFF_UP) != 0;
  for_each_attribute(body.subspan(std::min(body.size(), aligned(sizeof fixed))),
                     [&](int type, ByteSpan payload) {
                       std::uint32_t mtu = 0;
                       if (type == IFLA_IFNAME) news.link.name = text_of(payload);
                       if (type == IFLA_MTU && load(payload, mtu)) news.link.fd = mtu >= CANFD_MTU;
                       if (type == IFLA_LINKINFO) read_link_kind(payload, news.link);
                       if (type == IFLA_STATS64) read_statistics(payload, news.link);
                     });
  return news;
}

LinkNews read_message(const nlmsghdr& header, ByteSpan body) {
  LinkNews news;
  if (header.nlmsg_type == RTM_NEWLINK || header.nlmsg_type == RTM_DELLINK) {
    news = read_link(header, body);
  } else if (header.nlmsg_type == NLMSG_DONE) {
    news.what = LinkNews::What::end_of_list;
  } else if (header.nlmsg_type == NLMSG_ERROR) {
    int error = 0;
    if (load(body, error)) {
      news.what = LinkNews::What::refused;
      news.error = -error;
    }
  }
  news.sequence = header.nlmsg_seq;
  return news;
}

class MessageWriter {
 public:
  MessageWriter(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, const ifinfomsg& link) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    add(&header, sizeof header);
    add(&link, sizeof link);
  }

  void attribute(std::uint16_t type, const void* payload, std::size_t bytes) {
    const std::size_t at = begin(type);
    add(payload, bytes);
    end(at);
  }
  template <class T>
  void attribute(std::uint16_t type, const T& value) {
    attribute(type, &value, sizeof value);
  }
  [[nodiscard]] std::size_t begin(std::uint16_t type) {
    const std::size_t at = bytes_.size();
    const rtattr header{0, type};
    add(&header, sizeof header);
    return at;
  }
  void end(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at + offsetof(rtattr, rta_len), &length, sizeof length);
    bytes_.resize(aligned(bytes_.size()));
  }
  [[nodiscard]] std::vector<std::byte> finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
    return std::move(bytes_);
  }

 private:
  void add(const void* data, std::size_t bytes) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + bytes);
  }
  std::vector<std::byte> bytes_;
};

void add_bitrate(MessageWriter& writer, std::uint16_t type, std::uint32_t bitrate) {
  can_bittiming timing{};  // the kernel finds the rest itself
  timing.bitrate = bitrate;
  writer.attribute(type, timing);
}

}  // namespace

void for_each_link_news(std::span<const std::byte> datagram,
                        const std::function<void(const LinkNews&)>& take) {
  nlmsghdr header;
  while (load(datagram, header) && header.nlmsg_len >= sizeof header && header.nlmsg_len <= datagram.size()) {
    take(read_message(header, datagram.subspan(sizeof header, header.nlmsg_len - sizeof header)));
    datagram = datagram.subspan(std::min(datagram.size(), aligned(header.nlmsg_len)));
  }
}

std::vector<std::byte> list_request(std::uint32_t sequence) {
  return MessageWriter(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, {}).finish();
}

std::vector<std::byte> up_request(std::uint32_t sequence, int index, const LinkSettings& settings) {
  ifinfomsg link{};
  link.ifi_index = index;
  link.ifi_flags = link.ifi_change = IFF_UP;
  MessageWriter writer(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, sequence, link);
  if (!settings.bitrate) return writer.finish();
  const std::size_t info = writer.begin(IFLA_LINKINFO);
  constexpr std::string_view kKind = "can";
  writer.attribute(IFLA_INFO_KIND, kKind.data(), kKind.size());
  const std::size_t data = writer.begin(IFLA_INFO_DATA);
  add_bitrate(writer, IFLA_CAN_BITTIMING, *settings.bitrate);
  if (settings.data_bitrate) {
    writer.attribute(IFLA_CAN_CTRLMODE, can_ctrlmode{CAN_CTRLMODE_FD, CAN_CTRLMODE_FD});
    add_bitrate(writer, IFLA_CAN_DATA_BITTIMING, *settings.data_bitrate);
  }
  if (settings.restart_ms) writer.attribute(IFLA_CAN_RESTART_MS, *settings.restart_ms);
  writer.end(data);
  writer.end(info);
  return writer.finish();
}

}  // namespace cantrail::socketcan
