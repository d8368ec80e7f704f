// What rtnetlink says about network interfaces (rtnetlink(7); linux/if_link.h, linux/can/netlink.h), and what
// is said to it. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sources/can_interface/bus_state.hpp"

namespace cantrail::socketcan {

// One CAN interface.
struct LinkInfo {
  int index = 0;
  std::string name;
  std::string kind;  // "can", "vcan", "vxcan", …
  bool up = false;   // set up by its administrator
  bool fd = false;   // its MTU takes CAN FD frames
  // Of real controllers, where their drivers tell:
  std::optional<CanState> state;
  std::optional<std::uint32_t> bitrate, data_bitrate;  // bit/s
  std::optional<std::uint16_t> rx_errors, tx_errors;
  bool hardware_time = false;  // it stamps what it receives with the time of day; from LinkWatch
  // Counted since the interface was made:
  std::uint64_t rx_frames = 0;
  std::uint64_t driver_drops = 0;  // rx_dropped + rx_over_errors + rx_missed_errors

  // Made by software: there is no bus and no bit rate.
  [[nodiscard]] bool is_virtual() const { return kind == "vcan" || kind == "vxcan"; }
};

struct LinkNews {
  enum class What : std::uint8_t { is, gone, end_of_list, refused, other };
  What what = What::other;
  LinkInfo link;               // `gone`: index and name only
  int error = 0;               // `refused`: an errno; 0 is an acknowledgement
  std::uint32_t sequence = 0;  // of the request that it answers
};

// Walks the messages of one datagram. Interfaces that are no CAN interfaces count as `other`. A datagram that
// is broken ends early.
void for_each_link_news(std::span<const std::byte> datagram,
                        const std::function<void(const LinkNews&)>& take);

// Asks for all interfaces.
[[nodiscard]] std::vector<std::byte> list_request(std::uint32_t sequence);

struct LinkSettings {
  std::optional<std::uint32_t> bitrate = std::nullopt, data_bitrate = std::nullopt;  // bit/s
  std::optional<std::uint32_t> restart_ms = std::nullopt;  // after a bus-off; 0: never
};

// Sets a real controller's bit rates (CAN FD on where there is a data bit rate) and has the interface up.
// Without bit rates it only has it up. The kernel acknowledges, or refuses with an errno.
[[nodiscard]] std::vector<std::byte> up_request(std::uint32_t sequence, int index,
                                                const LinkSettings& settings);

}  // namespace cantrail::socketcan
