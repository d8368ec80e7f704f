#include "server/server_options.hpp"

#include "server/access.hpp"
#include "server/listen_address.hpp"

namespace cantrail::server {

void ServerOptions::describe(OptionVisitor& visitor) {
  visitor.option({.name = "enabled", .sense = "serve the page and the API", .target = &enabled});
  visitor.option({.name = "listen",
                  .sense = "address and port; anything but loopback lets everyone on that network read",
                  .target = &listen});
  visitor.option({.name = "hosts",
                  .sense = "further names it answers to, for a proxy in front of it",
                  .target = &hosts,
                  .example = "[\"car.example.org\"]"});
  visitor.option({.name = "cors",
                  .sense = "origins whose pages may read, or \"*\" for all",
                  .target = &cors,
                  .example = "[\"https://car.example.org\"]"});
  visitor.option({.name = "base_path",
                  .sense = "the path it lies under behind a proxy",
                  .target = &base_path,
                  .example = "\"/car7\""});
  visitor.option({.name = "max_connections",
                  .sense = "connections at once; beyond, 503",
                  .target = &max_connections,
                  .minimum = 1,
                  .maximum = 65'536});
  visitor.option({.name = "max_connections_per_address",
                  .sense = "the same of one address; beyond, 429",
                  .target = &max_connections_per_address,
                  .minimum = 1,
                  .maximum = 65'536,
                  .example = "32"});
  visitor.option({.name = "max_requests_per_second",
                  .sense = "of one address; beyond, 429 with Retry-After",
                  .target = &max_requests_per_second,
                  .minimum = 1,
                  .maximum = 1'000'000,
                  .example = "50"});
  visitor.option({.name = "max_header",
                  .sense = "the longest header of a request",
                  .target = &max_header,
                  .minimum = 1024,
                  .maximum = 1 << 20});
  visitor.option({.name = "max_body",
                  .sense = "the largest body a request may have",
                  .target = &max_body,
                  .minimum = 0,
                  .maximum = 16 << 20});
  visitor.option({.name = "auth",
                  .sense = "who may read: everyone who reaches the address, or those who have the token",
                  .target = &auth,
                  .choices = {"none", "token"}});
}

std::vector<std::string> ServerOptions::problems() const {
  std::vector<std::string> found;
  const auto note = [&](std::string_view key, const std::string& what) {
    if (!what.empty()) found.push_back(std::string(key) + ": " + what);
  };
  if (const auto address = parse_listen_address(listen); !address) found.push_back(address.fault().message);
  for (const std::string& host : hosts) note("hosts", problem_of_host(host));
  for (const std::string& origin : cors) note("cors", problem_of_origin(origin));
  note("base_path", problem_of_base_path(base_path));
  return found;
}

ServerLimits ServerOptions::limits() const {
  ServerLimits limits;
  limits.connections = static_cast<std::size_t>(max_connections);
  limits.connections_per_address = static_cast<std::size_t>(max_connections_per_address.value_or(0));
  limits.requests_per_second = static_cast<std::size_t>(max_requests_per_second.value_or(0));
  limits.header_bytes = max_header.count;
  limits.body_bytes = max_body.count;
  return limits;
}

std::vector<std::string> ServerOptions::not_built() const {
  if (auth == "none") return {};
  return {
      "auth = \"" + auth +
      "\" is not in this build: without it everyone who reaches the address can read; listen on loopback, "
      "behind something that asks for a password, and leave `auth` out"};
}

}  // namespace cantrail::server
