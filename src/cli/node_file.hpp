// A configuration file on the command line, read once with everything it says.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/server_options.hpp"

namespace cantrail::cli {

inline constexpr const char* kDefaultConfig = "/etc/cantrail/cantrail.toml";

struct NodeFile {
  NodeConfig config;
  server::ServerOptions server;
  Diagnostics diagnostics;

  [[nodiscard]] bool usable() const { return !has_errors(diagnostics); }
};

[[nodiscard]] NodeFile read_node_file(const std::string& path, FileSystem& files);

// Every diagnostic on standard error, then how many there were.
void print_diagnostics(const Diagnostics& diagnostics);

}  // namespace cantrail::cli
