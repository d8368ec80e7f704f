// `cantrail config show`: what counts in the end, and where it came from.
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"
#include "cli/output.hpp"

namespace cantrail::cli {
namespace {

struct ShowArguments {
  NodeArguments node;
  bool origin = false;
};

int show(const ShowArguments& arguments) {
  const NodeFile file = read_node_file(arguments.node, real_file_system());
  print_diagnostics(file.diagnostics);
  Output output;
  output.text() = to_toml(file.effective, arguments.origin);
  output.flush();
  if (output.failed() && !output.reader_gone()) return kFailed;
  return file.usable() ? kOk : kBadConfig;
}

}  // namespace

void add_config(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("config", "Look at a configuration");
  command->require_subcommand(1);
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* shown = command->add_subcommand("show", "Print what counts in the end, as TOML");
  arguments->node.add_to(*shown);
  shown->add_flag("--origin", arguments->origin,
                  "say of each value where it came from: flag, environment variable, file:line, default");
  shown->footer(
      "\nFiles of conf.d, `like`, env files, the environment and --set are worked in. Secrets are \"***\".\n"
      "Example: cantrail config show --origin cantrail.toml");
  shown->callback([arguments, &chosen] { chosen = [arguments] { return show(*arguments); }; });
}

}  // namespace cantrail::cli
