#include "cli/node_file.hpp"

#include <cstdio>
#include <memory>

#include <unistd.h>

#include "cli/component_findings.hpp"
#include "component/registry.hpp"
#include "pipeline/config/node_config_reader.hpp"

namespace cantrail::cli {
namespace {

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != 0 ? name : "cantrail";
}

}  // namespace

NodeFile read_node_file(const std::string& path, FileSystem& files) {
  NodeConfigReader reader({components(), {process_environment(), {}}, files, host_name()});
  NodeFile file;
  std::vector<std::shared_ptr<server::ComponentRule>> rules;
  file.config = reader.read(path);
  reader.section(
      "server", [&](OptionVisitor& visitor) { file.server.describe(visitor); },
      [&] { return file.server.problems(); });
  reader.sections("component", [&](const std::string& name, const SourceLocation& where) {
    const auto rule = std::make_shared<server::ComponentRule>();
    rule->name = name;
    rule->where = where;
    rules.push_back(rule);
    return NodeConfigReader::EntryReader{[rule](OptionVisitor& visitor) { rule->describe(visitor); },
                                         [rule] { return rule->problems(); }};
  });
  file.diagnostics = reader.finish();
  for (const auto& rule : rules) file.server.components.push_back(*rule);
  const Diagnostics idle = idle_component_rules(file.server.components, file.config);
  file.diagnostics.insert(file.diagnostics.end(), idle.begin(), idle.end());
  return file;
}

void print_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
}

}  // namespace cantrail::cli
