// `cantrail check`: everything that is wrong with a configuration, at once.
#include <cstdio>

#include "base/text.hpp"
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
  const std::string warned = counted(warnings, "warning");
  if (errors != 0) {
    std::fprintf(stderr, "%s: %s, %s\n", path.c_str(), counted(errors, "error").c_str(), warned.c_str());
    return kBadConfig;
  }
  std::printf("%s: ok, %s, %s, %s\n", path.c_str(), counted(file.config.sources.size(), "source").c_str(),
              counted(file.config.sinks.size(), "sink").c_str(), warned.c_str());
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
