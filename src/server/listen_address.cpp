#include "server/listen_address.hpp"

#include <charconv>

#include <arpa/inet.h>

#include "base/text.hpp"

namespace cantrail::server {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const Fault fault{FaultKind::config, "listen = \"" + printable(text) +
                                           "\" is no address; write \"127.0.0.1:8080\", \"[::1]:8080\" or "
                                           "\"0.0.0.0:8080\""};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fault;
  const std::string_view port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  ListenAddress address;
  const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || rest != port.data() + port.size()) return fault;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    address.host = host.substr(1, host.size() - 2);
    in6_addr six{};
    if (inet_pton(AF_INET6, address.host.c_str(), &six) != 1) return fault;
    address.loopback = IN6_IS_ADDR_LOOPBACK(&six);
    return address;
  }
  if (host == "localhost") host = "127.0.0.1";
  if (host == "*") host = "0.0.0.0";
  address.host = host;
  in_addr four{};
  if (inet_pton(AF_INET, address.host.c_str(), &four) != 1) return fault;
  address.loopback = (ntohl(four.s_addr) >> 24) == 127;
  return address;
}

}  // namespace cantrail::server
