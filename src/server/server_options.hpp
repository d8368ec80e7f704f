// [server] of the configuration, and what other sections say about the API.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "component/options.hpp"
#include "server/component_rule.hpp"
#include "server/page_tile.hpp"
#include "server/server_limits.hpp"

namespace cantrail::server {

struct ServerOptions {
  bool enabled = true;
  std::string listen = "127.0.0.1:8080";
  std::vector<std::string> hosts = {};
  std::vector<std::string> cors = {};
  std::string base_path = {};
  std::int64_t max_connections = 256;
  std::optional<std::int64_t> max_connections_per_address = {};
  std::optional<std::int64_t> max_requests_per_second = {};
  Bytes max_header{8U << 10};
  Bytes max_body{64U << 10};
  std::string auth = "none";
  std::vector<ComponentRule> components = {};  // [component.NAME]; not described here
  std::vector<PageTile> tiles = {};            // [tile.NAME]; not described here

  void describe(OptionVisitor& visitor);
  [[nodiscard]] std::vector<std::string> problems() const;
  [[nodiscard]] ServerLimits limits() const;
  // What is asked for and cannot be done yet; to go on without it would be unsafe.
  [[nodiscard]] std::vector<std::string> not_built() const;
};

}  // namespace cantrail::server
