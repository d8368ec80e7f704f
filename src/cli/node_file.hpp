// A configuration file on the command line, read once with everything it says.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "pipeline/config/config_places.hpp"
#include "pipeline/config/effective_config.hpp"
#include "pipeline/config/language.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/server_options.hpp"

namespace cantrail::cli {

// What is read where no file is named: the first if it is there, else the second.
inline constexpr const char* kLocalConfig = "cantrail.toml";
inline constexpr const char* kSystemConfig = "/etc/cantrail/cantrail.toml";

struct NodeFile {
  NodeConfig config;
  server::ServerOptions server;
  Diagnostics diagnostics;
  std::vector<std::string> not_in_build;  // each is an error among the diagnostics as well
  EffectiveConfig effective;
  ConfigPlaces places;

  [[nodiscard]] bool usable() const { return !has_errors(diagnostics); }
};

// What the command line says about one configuration: CONFIG and --set.
struct NodeArguments {
  std::string path;                   // empty: none was named
  std::vector<std::string> settings;  // "server.listen=[::]:80"

  void add_to(CLI::App& command);
  // The file that counts.
  [[nodiscard]] std::string file(FileSystem& files) const;
};

[[nodiscard]] NodeFile read_node_file(const NodeArguments& arguments, FileSystem& files);
// The same of a text that is not written yet; `path` is where it would lie.
[[nodiscard]] NodeFile read_node_text(const std::string& text, const std::string& path, FileSystem& files);

// What a configuration of this build may say at all.
[[nodiscard]] Language configuration_language();

// "cantrail" where this machine has no name.
[[nodiscard]] std::string host_name();

// Every diagnostic on standard error, then how many there were.
void print_diagnostics(const Diagnostics& diagnostics);

}  // namespace cantrail::cli
