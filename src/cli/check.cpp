// `cantrail check`: everything that is wrong with a configuration, at once.
#include <cstdio>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {
namespace {

int check(const NodeArguments& arguments) {
  const NodeFile file = read_node_file(arguments, real_file_system());
  print_diagnostics(file.diagnostics);
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : file.diagnostics)
    errors += diagnostic.severity == Severity::error ? 1 : 0;
  const std::string warnings = counted(file.diagnostics.size() - errors, "warning");
  const char* path = arguments.path.c_str();
  if (errors == 0) {
    std::printf("%s: ok, %s, %s, %s\n", path, counted(file.config.sources.size(), "source").c_str(),
                counted(file.config.sinks.size(), "sink").c_str(), warnings.c_str());
    return kOk;
  }
  std::string lacking;
  for (const std::string& what : file.not_in_build) lacking += (lacking.empty() ? "" : ", ") + what;
  if (errors == file.not_in_build.size()) {
    std::fprintf(stderr, "%s: right, but this build lacks %s; %s\n", path, lacking.c_str(), warnings.c_str());
  } else {
    std::fprintf(stderr, "%s: %s, %s\n", path, counted(errors, "error").c_str(), warnings.c_str());
    if (!lacking.empty()) std::fprintf(stderr, "%s: this build lacks %s\n", path, lacking.c_str());
  }
  return kBadConfig;
}

}  // namespace

void add_check(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<NodeArguments>();
  CLI::App* command = app.add_subcommand("check", "Find everything that is wrong with a configuration");
  arguments->add_to(*command);
  command->footer(
      "\nReports every problem with file:line:column and what to do; exit code 78 if there is one.\n"
      "Example: cantrail check cantrail.toml && cantrail run cantrail.toml");
  command->callback([arguments, &chosen] { chosen = [arguments] { return check(*arguments); }; });
}

}  // namespace cantrail::cli
