// Reads a configuration of a test's folder with the components of test_components.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/config/node_config_reader.hpp"
#include "pipeline/config/test_components.hpp"

namespace cantrail::testing {

struct Reading {
  NodeConfig config;
  std::string found;  // one a line, with the folder's name taken out
  std::vector<std::string> not_in_build;
  std::string shown, shown_with_origin;

  template <class T>
  [[nodiscard]] const T& sink(std::size_t index) const {
    return dynamic_cast<const T&>(*config.sinks.at(index).config);
  }
  template <class T>
  [[nodiscard]] const T& source(std::size_t index) const {
    return dynamic_cast<const T&>(*config.sources.at(index).config);
  }
};

// A section of a layer above.
struct ServerKeys {
  std::string listen = "127.0.0.1:8080";
  std::string problem;
  void describe(OptionVisitor& visitor) { visitor.option({"listen", "Where it listens", &listen}); }
  [[nodiscard]] std::vector<std::string> problems() const {
    return problem.empty() ? std::vector<std::string>{} : std::vector{problem};
  }
};

struct Surroundings {
  std::map<std::string, std::string> variables, flags;
};

inline std::string without(const std::string& folder, std::string text) {
  for (auto at = text.find(folder + "/"); at != std::string::npos; at = text.find(folder + "/")) {
    text.erase(at, folder.size() + 1);
  }
  return text;
}

// node.toml of the folder, which has been written.
inline Reading read_node(const ConfigFolder& folder, const Surroundings& around = {}) {
  ConfigInputs inputs;
  inputs.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto value = around.variables.find(name);
    return value != around.variables.end() ? std::optional(value->second) : std::nullopt;
  };
  inputs.flags = around.flags;
  for (const auto& variable : around.variables) {
    if (variable.first.starts_with(kVariablePrefix)) inputs.variables.push_back(variable.first);
  }
  NodeConfigReader reader({components(), inputs, real_file_system(), "pi"});
  Reading reading;
  reading.config = reader.read(folder.file("node.toml"));
  ServerKeys server;
  reader.section({"server", "The page"}, server);
  for (const Diagnostic& diagnostic : reader.finish()) {
    reading.found += without(folder.path, to_string(diagnostic)) + "\n";
  }
  reading.not_in_build = reader.not_in_build();
  reading.shown = without(folder.path, to_toml(reader.effective(), false));
  reading.shown_with_origin = without(folder.path, to_toml(reader.effective(), true));
  return reading;
}

inline Reading read_node(const ConfigFolder& folder, const std::string& text,
                         const Surroundings& around = {}) {
  folder.write("node.toml", "config_version = 1\n" + text);
  return read_node(folder, around);
}

}  // namespace cantrail::testing
