#include "cli/node_file.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

#include <unistd.h>

#include "cli/address_findings.hpp"
#include "cli/component_findings.hpp"
#include "cli/tile_findings.hpp"
#include "component/registry.hpp"
#include "pipeline/config/node_config_reader.hpp"

namespace cantrail::cli {
namespace {

// The sections of the layers above the pipeline.
void read_server(NodeConfigReader& reader, server::ServerOptions& server) {
  reader.section({"server", "The page and the API"}, server);
  reader.sections({"component", "Rules by which rows tell of the state of components"}, server.components);
  reader.sections({"tile", "What the page's overview shows, in the place of what it would choose"},
                  server.tiles);
}

// A node without work is one whose sections stand in another file, or are not enabled.
Diagnostics idle_node(const NodeFile& file, const std::string& path) {
  const auto counts = [](const auto& section) { return section.enabled; };
  if (!file.usable() || std::any_of(file.config.sources.begin(), file.config.sources.end(), counts) ||
      std::any_of(file.config.sinks.begin(), file.config.sinks.end(), counts)) {
    return {};
  }
  return {{Severity::warning,
           {path, 0, 0},
           "there is no source and no sink, so this node does nothing: write [source.NAME] and [sink.NAME], "
           "or let `cantrail init` write them"}};
}

NodeFile read_with(ConfigInputs inputs, FileSystem& files, const std::string& path,
                   const std::function<NodeConfig(NodeConfigReader&)>& read) {
  NodeConfigReader reader({components(), std::move(inputs), files, host_name()});
  NodeFile file;
  file.config = read(reader);
  read_server(reader, file.server);
  file.diagnostics = reader.finish();
  for (const Diagnostics& more :
       {findings_of_addresses(file.config, file.server, reader.places()),
        idle_component_rules(file.server.components, file.config),
        findings_of_tiles(file.server.tiles, file.config),
        fill_titles(file.server.tiles, file.config, reader.places()), idle_node(file, path)}) {
    file.diagnostics.insert(file.diagnostics.end(), more.begin(), more.end());
  }
  file.not_in_build = reader.not_in_build();
  file.effective = reader.effective();
  file.places = reader.places();
  return file;
}

}  // namespace

void NodeArguments::add_to(CLI::App& command) {
  command.add_option("CONFIG", path, "the configuration")
      ->default_str(std::string("./") + kLocalConfig + " if it is there, else " + kSystemConfig);
  command
      .add_option("--set", settings, "KEY=VALUE, as in server.listen=127.0.0.1:8081; stronger than all else")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        return text.find('=') != std::string::npos ? std::string()
                                                   : "takes KEY=VALUE, as in server.listen=127.0.0.1:8081";
      });
}

std::string NodeArguments::file(FileSystem& files) const {
  if (!path.empty()) return path;
  return files.exists(kLocalConfig) ? kLocalConfig : kSystemConfig;
}

NodeFile read_node_file(const NodeArguments& arguments, FileSystem& files) {
  ConfigInputs inputs;
  inputs.environment = process_environment();
  inputs.variables = process_variables();
  for (const std::string& setting : arguments.settings) {
    const std::size_t equals = setting.find('=');
    inputs.flags[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  const std::string path = arguments.file(files);
  return read_with(std::move(inputs), files, path,
                   [&](NodeConfigReader& reader) { return reader.read(path); });
}

Language configuration_language() {
  NodeConfigReader reader({components(), {}, real_file_system()});
  (void)reader.read_text("config_version = 1\n", "cantrail.toml");
  server::ServerOptions server;
  read_server(reader, server);
  return reader.language();
}

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != 0 ? name : "cantrail";
}

NodeFile read_node_text(const std::string& text, const std::string& path, FileSystem& files) {
  ConfigInputs inputs;
  inputs.environment = process_environment();
  return read_with(std::move(inputs), files, path,
                   [&](NodeConfigReader& reader) { return reader.read_text(text, path); });
}

void print_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
}

}  // namespace cantrail::cli
