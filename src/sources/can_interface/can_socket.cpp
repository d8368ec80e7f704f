#include "sources/can_interface/can_socket.hpp"

#include <algorithm>
#include <cerrno>

#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace cantrail::socketcan {
namespace {

constexpr std::uint32_t kExampleBitrate = 500'000;

template <class T>
bool set_option(int socket, int level, int name, const T& value) {
  return ::setsockopt(socket, level, name, &value, sizeof value) == 0;
}

Result<ifreq> interface_request(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    return Fault{FaultKind::config, "\"" + name + "\" is no interface name: 1 to 15 characters"};
  }
  std::copy(name.begin(), name.end(), request.ifr_name);
  return request;
}

}  // namespace

Result<datagram::Descriptor> open_raw_socket() {
  datagram::Descriptor socket(::socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW));
  if (socket.is_open()) return socket;
  const int error = errno;
  if (error == EAFNOSUPPORT || error == EPROTONOSUPPORT) {
    return Fault{
        FaultKind::unavailable,
        "this kernel has no CAN sockets; load them with `modprobe can-raw`, or run a kernel that has them "
        "(a kernel updated since the last boot needs a reboot)"};
  }
  return errno_fault("cannot open a CAN socket", error);
}

std::string interface_hint(const std::string& name, const LinkSettings& settings) {
  if (name.starts_with("vcan")) {
    return "`ip link add dev " + name + " type vcan && ip link set " + name + " up`";
  }
  std::string text = "`ip link set " + name + " up type can bitrate " +
                     std::to_string(settings.bitrate.value_or(kExampleBitrate));
  if (settings.data_bitrate) text += " dbitrate " + std::to_string(*settings.data_bitrate) + " fd on";
  if (settings.restart_ms) text += " restart-ms " + std::to_string(*settings.restart_ms);
  return text + "`" + (settings.bitrate ? "" : " (with the bit rate of your bus)");
}

std::string up_hint(const std::string& name, const LinkSettings& settings) {
  return name.starts_with("vcan") ? "`ip link set " + name + " up`" : interface_hint(name, settings);
}

Fault interface_down(const std::string& name, const LinkSettings& settings) {
  return {FaultKind::unavailable,
          "interface " + name + " is down; bring it up with " + up_hint(name, settings)};
}

Result<Interface> find_interface(int socket, const std::string& name, const LinkSettings& settings) {
  Result<ifreq> request = interface_request(name);
  if (!request) return request.fault();
  if (::ioctl(socket, SIOCGIFHWADDR, &*request) != 0) {
    if (errno != ENODEV) return errno_fault(name, errno);
    return Fault{FaultKind::unavailable,
                 "there is no interface " + name +
                     (name.starts_with("vcan") ? "; make it with " : "; plug it in, then ") +
                     interface_hint(name, settings)};
  }
  if (request->ifr_hwaddr.sa_family != ARPHRD_CAN) {
    return Fault{FaultKind::config, name + " is no CAN interface"};
  }
  if (::ioctl(socket, SIOCGIFFLAGS, &*request) != 0) return errno_fault(name, errno);
  Interface found;
  found.up = (request->ifr_flags & IFF_UP) != 0;
  if (::ioctl(socket, SIOCGIFMTU, &*request) != 0) return errno_fault(name, errno);
  found.fd = request->ifr_mtu >= static_cast<int>(CANFD_MTU);
  if (::ioctl(socket, SIOCGIFINDEX, &*request) != 0) return errno_fault(name, errno);
  found.index = request->ifr_ifindex;
  return found;
}

Status bind_interface(int socket, int index, const std::string& name) {
  sockaddr_can address{};
  address.can_family = AF_CAN;
  address.can_ifindex = index;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  return errno_fault("cannot listen on " + name, errno);
}

Status enable_fd(int socket) {
  if (set_option(socket, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, 1)) return {};
  return errno_fault("cannot receive CAN FD frames", errno);
}

Status set_filters(int socket, const FilterSet& filters) {
  if (!set_option(socket, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, filters.error_mask.value_or(0))) {
    return errno_fault("cannot set the error mask", errno);
  }
  if (filters.join && !set_option(socket, SOL_CAN_RAW, CAN_RAW_JOIN_FILTERS, 1)) {
    return errno_fault("cannot join the filters", errno);
  }
  if (filters.ids.empty()) return {};
  if (::setsockopt(socket, SOL_CAN_RAW, CAN_RAW_FILTER, filters.ids.data(),
                   static_cast<socklen_t>(filters.ids.size() * sizeof(can_filter))) != 0) {
    return errno_fault("cannot set the filters", errno);
  }
  return {};
}

}  // namespace cantrail::socketcan
