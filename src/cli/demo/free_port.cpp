#include "cli/demo/free_port.hpp"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cantrail::cli::demo {

Result<std::uint16_t> free_port(PortKind kind) {
  const int type = kind == PortKind::tcp ? SOCK_STREAM : SOCK_DGRAM;
  const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno_fault("cannot open a socket", errno);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  const bool found = ::bind(socket, place, size) == 0 && ::getsockname(socket, place, &size) == 0;
  const int error = errno;
  ::close(socket);
  if (!found) return errno_fault("cannot find a free port", error);
  return ntohs(address.sin_port);
}

}  // namespace cantrail::cli::demo
