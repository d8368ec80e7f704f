#include "sources/can_interface/hardware_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "sources/datagram/descriptor.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kTolerance = 1'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * kNsPerSecond + time.tv_nsec;
}

// The clock of an open /dev/ptpN, as the kernel's documentation of PTP clocks derives it (ptp(4),
// clock_getres(2), "Dynamic clocks").
clockid_t clock_of(int descriptor) {
  return static_cast<clockid_t>((~static_cast<unsigned>(descriptor) << 3U) | 3U);
}

}  // namespace

std::optional<int> receive_clock(int socket, const std::string& interface) {
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  ifreq request{};
  if (interface.empty() || interface.size() >= sizeof request.ifr_name) return std::nullopt;
  std::copy(interface.begin(), interface.end(), request.ifr_name);
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (::ioctl(socket, SIOCETHTOOL, &request) != 0) return std::nullopt;
  constexpr std::uint32_t kNeeded = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  if ((info.so_timestamping & kNeeded) != kNeeded || info.phc_index < 0) return std::nullopt;
  return info.phc_index;
}

bool shows_wall_time(int clock) {
  const std::string path = "/dev/ptp" + std::to_string(clock);
  const datagram::Descriptor device(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  timespec before{}, there{}, after{};
  if (!device.is_open() || ::clock_gettime(CLOCK_REALTIME, &before) != 0 ||
      ::clock_gettime(clock_of(device.get()), &there) != 0 || ::clock_gettime(CLOCK_REALTIME, &after) != 0) {
    return false;
  }
  return nanoseconds(there) > nanoseconds(before) - kTolerance &&
         nanoseconds(there) < nanoseconds(after) + kTolerance;
}

}  // namespace cantrail::socketcan
