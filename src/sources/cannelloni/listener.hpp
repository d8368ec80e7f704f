// The UDP socket of `listen = "127.0.0.1:20000"`.
#pragma once

#include <string>

#include "base/status.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/descriptor.hpp"

namespace cantrail::cannelloni {

// A socket that is not bound yet, so that it can be set up first, and where it is to be.
struct Listener {
  datagram::Descriptor socket;
  datagram::Address address;

  [[nodiscard]] static Result<Listener> open(const std::string& listen);
};

// Fault `unavailable`: the port is taken, or no interface has the address.
[[nodiscard]] Status bind_listener(int socket, const datagram::Address& address, const std::string& listen);

}  // namespace cantrail::cannelloni
