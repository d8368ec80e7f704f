// Addresses of UDP: "127.0.0.1:20000", "[::1]:20000", "gateway.local:20000".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include "base/status.hpp"

namespace cantrail::datagram {

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

// "HOST:PORT" or "HOST"; an IPv6 address with a port stands in brackets. Fault: config.
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Looks the host up (which may ask a name server and take its time). Port 0 where none is given. Fault:
// unavailable.
[[nodiscard]] Result<Address> resolve(const HostPort& where);

// Whether a datagram from `sender` came from `wanted`; a wanted port of 0 is any.
[[nodiscard]] bool matches(const sockaddr_storage& sender, const Address& wanted);
[[nodiscard]] bool same_sender(const sockaddr_storage& a, const sockaddr_storage& b);

// Where a bound socket listens: the port that the kernel chose if 0 was asked for. nullopt: it is not open.
[[nodiscard]] std::optional<std::uint16_t> local_port(int socket);

}  // namespace cantrail::datagram
