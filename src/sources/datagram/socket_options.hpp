// Socket options that every source of datagrams wants.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.hpp"
#include "component/context.hpp"

namespace cantrail::datagram {

// Asks for kernel time stamps and for the counter of datagrams dropped for want of room; with `hardware` also
// for the stamps of those interfaces that have their own.
[[nodiscard]] Status enable_ancillary(int socket, bool hardware = false);

// Makes room for what is not read yet, past net.core.rmem_max where the process may. Returns the bytes
// granted.
[[nodiscard]] Result<std::uint64_t> set_receive_buffer(int socket, std::uint64_t bytes);

// The same; where less is granted, a warning says how much and what to do about it.
[[nodiscard]] Status provide_receive_buffer(int socket, std::uint64_t bytes, Log& log, std::string_view who);

// Datagrams that this socket dropped since it was opened, modulo 2^32; nullopt if the kernel does not tell.
[[nodiscard]] std::optional<std::uint32_t> dropped(int socket);

}  // namespace cantrail::datagram
