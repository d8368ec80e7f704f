// `listen = "127.0.0.1:8080"` taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace cantrail::server {

struct ListenAddress {
  std::string host;        // a numeric address, without brackets
  std::uint16_t port = 0;  // 0: any free one
  bool loopback = false;   // reachable from this machine only
};

// "ADDRESS:PORT": an IPv4 address, an IPv6 address in brackets, `localhost`, or `*` for every address of this
// machine. Other names are refused: which interface they mean is decided elsewhere. Fault `config`.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace cantrail::server
