#include "sources/cannelloni/listener.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace cantrail::cannelloni {

Result<Listener> Listener::open(const std::string& listen) {
  const auto where = datagram::parse_host_port(listen);
  if (!where) return where.fault();
  const Result<datagram::Address> address = datagram::resolve(*where);
  if (!address) return address.fault();
  datagram::Descriptor socket(::socket(address->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno_fault("cannot open a UDP socket", errno);
  return Listener{std::move(socket), *address};
}

Status bind_listener(int socket, const datagram::Address& address, const std::string& listen) {
  if (::bind(socket, address.get(), address.size) == 0) return {};
  const int error = errno;
  if (error == EADDRINUSE) {
    return {FaultKind::unavailable,
            "another program listens on " + listen + "; stop that one, or choose another port"};
  }
  Fault fault = errno_fault("cannot listen on " + listen, error);
  if (error == EADDRNOTAVAIL) {
    fault.message += "; write an address of this machine, or 0.0.0.0 for all of them";
  }
  return fault;
}

}  // namespace cantrail::cannelloni
