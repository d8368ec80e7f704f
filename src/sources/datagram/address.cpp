#include "sources/datagram/address.hpp"

#include <charconv>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>

#include "base/text.hpp"

namespace cantrail::datagram {
namespace {

Fault wrong(std::string_view text) {
  return {FaultKind::config,
          "\"" + printable(text) + "\" is not an address as in \"127.0.0.1:20000\" or \"[::1]:20000\""};
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) return reinterpret_cast<const sockaddr_in6&>(address).sin6_port;
  return reinterpret_cast<const sockaddr_in&>(address).sin_port;
}

bool same_host(const sockaddr_storage& a, const sockaddr_storage& b) {
  if (a.ss_family != b.ss_family) return false;
  if (a.ss_family == AF_INET6) {
    return std::memcmp(&reinterpret_cast<const sockaddr_in6&>(a).sin6_addr,
                       &reinterpret_cast<const sockaddr_in6&>(b).sin6_addr, sizeof(in6_addr)) == 0;
  }
  return a.ss_family == AF_INET && reinterpret_cast<const sockaddr_in&>(a).sin_addr.s_addr ==
                                       reinterpret_cast<const sockaddr_in&>(b).sin_addr.s_addr;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  HostPort where;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return wrong(text);
    where.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    has_port = !port.empty();
    if (has_port && port.front() != ':') return wrong(text);
    if (has_port) port.remove_prefix(1);
  } else if (const std::size_t colon = text.find(':');
             colon == text.rfind(':') && colon != std::string_view::npos) {
    where.host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  } else {
    where.host = text;  // no colon, or an IPv6 address without port
  }
  if (where.host.empty()) return wrong(text);
  if (!has_port) return where;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return wrong(text);
  where.port = number;
  return where;
}

Result<Address> resolve(const HostPort& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(where.host.c_str(), std::to_string(where.port.value_or(0)).c_str(), &hints, &found);
  if (error != 0) {
    return Fault{FaultKind::unavailable, where.host + ": " + std::string(::gai_strerror(error))};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

bool matches(const sockaddr_storage& sender, const Address& wanted) {
  const std::uint16_t port = port_of(wanted.storage);
  return same_host(sender, wanted.storage) && (port == 0 || port == port_of(sender));
}

std::optional<std::uint16_t> local_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  return ntohs(port_of(address));
}

bool same_sender(const sockaddr_storage& a, const sockaddr_storage& b) {
  return same_host(a, b) && port_of(a) == port_of(b);
}

}  // namespace cantrail::datagram
