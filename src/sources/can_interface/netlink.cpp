#include "sources/can_interface/netlink.hpp"

#include <cerrno>
#include <chrono>

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kDatagramBytes = 64U << 10;
constexpr std::chrono::milliseconds kPatience{3000};

}  // namespace

Result<datagram::Descriptor> open_netlink(bool events) {
  datagram::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket.is_open()) return errno_fault("cannot ask the kernel about its interfaces", errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = events ? std::uint32_t{RTMGRP_LINK} : 0;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return errno_fault("cannot ask the kernel about its interfaces", errno);
  }
  return socket;
}

Status send_netlink(int socket, std::span<const std::byte> message) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(socket, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) >= 0) {
    return {};
  }
  return errno_fault("cannot ask the kernel about its interfaces", errno);
}

Result<std::span<const std::byte>> receive_netlink(int socket, std::vector<std::byte>& buffer) {
  buffer.resize(kDatagramBytes);
  sockaddr_nl from{};
  socklen_t size = sizeof from;
  const ssize_t bytes = ::recvfrom(socket, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from), &size);
  if (bytes < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::span<const std::byte>{};
    if (errno == ENOBUFS) return Fault{FaultKind::exhausted, "news about interfaces were dropped"};
    return errno_fault("cannot ask the kernel about its interfaces", errno);
  }
  if (from.nl_pid != 0) return std::span<const std::byte>{};  // another process, not the kernel
  return std::span<const std::byte>(buffer).first(static_cast<std::size_t>(bytes));
}

int set_link_up(int index, const LinkSettings& settings) {
  const auto socket = open_netlink(false);
  if (!socket) return EOPNOTSUPP;
  constexpr std::uint32_t kSequence = 1;
  if (!send_netlink(socket->get(), up_request(kSequence, index, settings))) return EOPNOTSUPP;
  std::vector<std::byte> buffer;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  std::optional<int> answer;
  while (!answer && std::chrono::steady_clock::now() < end) {
    pollfd wanted{socket->get(), POLLIN, 0};
    if (::poll(&wanted, 1, 100) <= 0) continue;
    const auto datagram = receive_netlink(socket->get(), buffer);
    if (!datagram) return EIO;
    for_each_link_news(*datagram, [&](const LinkNews& news) {
      if (news.what == LinkNews::What::refused && news.sequence == kSequence) answer = news.error;
    });
  }
  return answer.value_or(ETIMEDOUT);
}

}  // namespace cantrail::socketcan
