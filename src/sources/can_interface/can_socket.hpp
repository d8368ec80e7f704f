// The system calls of SocketCAN, each with its failures put in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.hpp"
#include "sources/can_interface/filter.hpp"
#include "sources/can_interface/link_message.hpp"
#include "sources/datagram/descriptor.hpp"

namespace cantrail::socketcan {

// A raw CAN socket, bound to nothing yet. Fault: unavailable where the kernel has no CAN.
[[nodiscard]] Result<datagram::Descriptor> open_raw_socket();

struct Interface {
  int index = 0;
  bool up = false;
  bool fd = false;  // its MTU takes CAN FD frames
};

// Fault: unavailable if it is missing, saying what to type (with these settings, if known); config if it is
// no CAN interface.
[[nodiscard]] Result<Interface> find_interface(int socket, const std::string& name,
                                               const LinkSettings& settings);
// "interface can0 is down; …" with what to type.
[[nodiscard]] Fault interface_down(const std::string& name, const LinkSettings& settings);

// What to type to have this interface up.
[[nodiscard]] std::string interface_hint(const std::string& name, const LinkSettings& settings);
// The same for an interface that exists and is down.
[[nodiscard]] std::string up_hint(const std::string& name, const LinkSettings& settings);

// `index` 0: all CAN interfaces, also those to come.
[[nodiscard]] Status bind_interface(int socket, int index, const std::string& name);

[[nodiscard]] Status enable_fd(int socket);
[[nodiscard]] Status set_filters(int socket, const FilterSet& filters);

}  // namespace cantrail::socketcan
