// What a source is told that captures from a CAN interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "component/options.hpp"
#include "sources/can_interface/link_message.hpp"

namespace cantrail::socketcan {

inline constexpr std::size_t kLongestInterfaceName = 15;  // IFNAMSIZ less the terminator

struct Options {
  std::string interface;  // empty: the source's name
  std::string channel;    // empty: the interface's name
  bool fd = true;
  std::vector<std::string> filters;  // see filter.hpp
  bool error_frames = true;
  bool own = true;
  Bytes receive_buffer{12U << 20};
  std::optional<std::int64_t> bitrate, data_bitrate, restart_ms;
  bool bus_stream = true;

  // One source for all CAN interfaces of the machine, each its own channel.
  [[nodiscard]] bool any() const { return interface == "any"; }
  [[nodiscard]] LinkSettings settings() const;
  [[nodiscard]] const std::string& interface_of(const std::string& source_name) const {
    return interface.empty() ? source_name : interface;
  }
  [[nodiscard]] const std::string& channel_of(const std::string& source_name) const {
    return channel.empty() ? interface_of(source_name) : channel;
  }
};

}  // namespace cantrail::socketcan
