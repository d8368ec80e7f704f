// A socket of rtnetlink, each failure put in words.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "sources/can_interface/link_message.hpp"
#include "sources/datagram/descriptor.hpp"

namespace cantrail::socketcan {

// `events`: it also gets what happens to interfaces (RTNLGRP_LINK). Does not block.
[[nodiscard]] Result<datagram::Descriptor> open_netlink(bool events);

[[nodiscard]] Status send_netlink(int socket, std::span<const std::byte> message);

// One datagram into `buffer`, of which the part filled is returned; empty: nothing was there. Fault
// `exhausted`: the kernel had more to tell than there was room for, and dropped it.
[[nodiscard]] Result<std::span<const std::byte>> receive_netlink(int socket, std::vector<std::byte>& buffer);

// Has an interface up; see up_request(). Returns an errno: 0 is done, EPERM wants CAP_NET_ADMIN.
[[nodiscard]] int set_link_up(int index, const LinkSettings& settings);

}  // namespace cantrail::socketcan
