// `cantrail check`: everything that is wrong with a configuration, at once.
#include <cstdio>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {
namespace {

int check(const std::string& path) {
  const NodeFile file = read_node_file(path, real_file_system());
  print_diagnostics(file.diagnostics);
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : file.diagnostics)
    errors += diagnostic.severity == Severity::error ? 1 : 0;
  const std::size_t warnings = file.diagnostics.size() - errors;
  if (errors != 0) {
    std::fprintf(stderr, "%s: %zu error%s, %zu warning%s\n", path.c_str(), errors, errors == 1 ? "" : "s",
                 warnings, warnings == 1 ? "" : "s");
    return kBadConfig;
  }
  std::printf("%s: ok, %zu source%s, %zu sink%s, %zu warning%s\n", path.c_str(), file.config.sources.size(),
              file.config.sources.size() == 1 ? "" : "s", file.config.sinks.size(),
              file.config.sinks.size() == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  return kOk;
}

}  // namespace

void add_check(CLI::App& app, Run& chosen) {
  auto path = std::make_shared<std::string>(kDefaultConfig);
  CLI::App* command = app.add_subcommand("check", "Find everything that is wrong with a configuration");
  command->add_option("CONFIG", *path, "the configuration")->capture_default_str();
  command->footer(
      "\nReports every problem with file:line:column and what to do; exit code 78 if there is one.\n"
      "Example: cantrail check cantrail.toml && cantrail run cantrail.toml");
  command->callback([path, &chosen] { chosen = [path] { return check(*path); }; });
}

}  // namespace cantrail::cli
