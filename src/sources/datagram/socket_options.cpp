#include "sources/datagram/socket_options.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "base/text.hpp"

namespace cantrail::datagram {
namespace {

constexpr std::uint64_t kMostBytes = 1U << 30;  // the kernel counts in an int, and doubles

bool set_option(int socket, int name, int value) {
  return ::setsockopt(socket, SOL_SOCKET, name, &value, sizeof value) == 0;
}

}  // namespace

Status enable_ancillary(int socket, bool hardware) {
  const int software = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  const int both = software | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  if ((!hardware || !set_option(socket, SO_TIMESTAMPING, both)) &&
      !set_option(socket, SO_TIMESTAMPING, software) && !set_option(socket, SO_TIMESTAMPNS, 1)) {
    return errno_fault("cannot have datagrams stamped by the kernel", errno);
  }
  if (!set_option(socket, SO_RXQ_OVFL, 1)) return errno_fault("cannot have drops counted", errno);
  return {};
}

Result<std::uint64_t> set_receive_buffer(int socket, std::uint64_t bytes) {
  const int asked = static_cast<int>(std::min(bytes, kMostBytes - 1));
  if (!set_option(socket, SO_RCVBUFFORCE, asked) && !set_option(socket, SO_RCVBUF, asked)) {
    return errno_fault("cannot set the receive buffer", errno);
  }
  int doubled = 0;  // the kernel doubles what was asked for, to allow for its own overhead
  socklen_t size = sizeof doubled;
  if (::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &doubled, &size) != 0) {
    return errno_fault("cannot read the receive buffer's size", errno);
  }
  return static_cast<std::uint64_t>(doubled / 2);
}

Status provide_receive_buffer(int socket, std::uint64_t bytes, Log& log, std::string_view who) {
  const Result<std::uint64_t> granted = set_receive_buffer(socket, bytes);
  if (!granted) return granted.status();
  if (*granted < bytes) {
    log.write(
        Severity::warning, who,
        "the receive buffer is " + format_bytes(*granted) + ", not the " + format_bytes(bytes) +
            " asked for: bursts may be lost (and counted); allow it with `sysctl -w net.core.rmem_max=" +
            std::to_string(bytes) + "` or give cantrail CAP_NET_ADMIN");
  }
  return {};
}

std::optional<std::uint32_t> dropped(int socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0 ||
      size <= SK_MEMINFO_DROPS * sizeof(std::uint32_t)) {
    return std::nullopt;
  }
  return info[SK_MEMINFO_DROPS];
}

}  // namespace cantrail::datagram
