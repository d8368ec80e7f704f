// `cantrail components`: what this build contains.
#include <cstdio>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "component/reference.hpp"
#include "component/registry.hpp"
#include "pipeline/config/component_section.hpp"

namespace cantrail::cli {
namespace {

const char* kind_name(ComponentKind kind) {
  return kind == ComponentKind::source ? "source" : "sink";
}

std::string common_keys(ComponentKind kind) {
  OptionReference reference;
  OriginKeys().describe(reference);
  if (kind == ComponentKind::source) {
    SourceKeys().describe(reference);
  } else {
    SinkKeys().describe(reference);
  }
  return reference.plain();
}

int list_all() {
  for (const ComponentInfo& component : components()) {
    std::printf("%-7s %-12s %.*s\n", kind_name(component.kind), std::string(component.type).c_str(),
                static_cast<int>(component.summary.size()), component.summary.data());
    if (!component.not_built.empty()) {
      std::printf("%-20s not built: %s\n", "", std::string(component.not_built).c_str());
    }
  }
  return kOk;
}

int show(const std::string& type) {
  bool found = false;
  std::vector<std::string> types;
  for (const ComponentInfo& component : components()) {
    types.emplace_back(component.type);
    if (component.type != type) continue;
    found = true;
    std::printf("%s\nKeys of every %s:\n%s\n", reference_text(component).c_str(), kind_name(component.kind),
                common_keys(component.kind).c_str());
  }
  if (found) return kOk;
  const auto near = nearest(type, types);
  std::fprintf(stderr, "cantrail: there is no component '%s' in this build%s\n", type.c_str(),
               near ? ("; did you mean '" + *near + "'?").c_str() : "; see `cantrail components`");
  return kUsage;
}

}  // namespace

void add_components(CLI::App& app, Run& chosen) {
  auto type = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("components", "List the sources and sinks of this build, or explain one");
  command->add_option("TYPE", *type, "explain this one: options, defaults, a sample");
  command->footer("\nExamples:\n  cantrail components\n  cantrail components socketcan");
  command->callback(
      [type, &chosen] { chosen = [type] { return type->empty() ? list_all() : show(*type); }; });
}

}  // namespace cantrail::cli
