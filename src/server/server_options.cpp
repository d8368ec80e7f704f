#include "server/server_options.hpp"

#include "server/listen_address.hpp"

namespace cantrail::server {

void ServerOptions::describe(OptionVisitor& visitor) {
  visitor.option({.name = "enabled", .sense = "serve the page and the API", .target = &enabled});
  visitor.option({.name = "listen",
                  .sense = "address and port; anything but loopback lets everyone on that network read",
                  .target = &listen});
}

std::vector<std::string> ServerOptions::problems() const {
  const auto address = parse_listen_address(listen);
  return address ? std::vector<std::string>{} : std::vector{address.fault().message};
}

}  // namespace cantrail::server
