// `cantrail run`: a node, until it is told to stop.
#include <cstdio>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"
#include "cli/serving_node.hpp"
#include "cli/stderr_log.hpp"
#include "cli/stop_signal.hpp"
#include "cli/version.hpp"

namespace cantrail::cli {
namespace {

struct RunArguments {
  NodeArguments node;
  bool until_end = false;
};

Severity least_severity(const std::string& level) {
  if (level == "error") return Severity::error;
  if (level == "warning") return Severity::warning;
  return Severity::note;
}

void print_ledger(const NodeStatus& status) {
  for (const LaneStatus& lane : status.lanes) {
    std::fprintf(stderr, "%s: %s\n", lane.name.c_str(), to_string(lane.ledger).c_str());
    if (lane.earlier.received != 0) {
      std::fprintf(stderr, "%s, from earlier runs: %s\n", lane.name.c_str(), to_string(lane.earlier).c_str());
    }
  }
}

int run(const RunArguments& arguments) {
  NodeFile file = read_node_file(arguments.node, real_file_system());
  print_diagnostics(file.diagnostics);
  if (!file.usable()) {
    std::fprintf(stderr, "cantrail: %s cannot be run as it is\n", arguments.node.path.c_str());
    return kBadConfig;
  }
  SystemClock clock;
  StderrLog log(least_severity(file.config.log.level), clock);
  const StopSignal stop;
  const std::string name = file.config.name;
  ServingNode serving(to_parts(std::move(file.config), kVersion), file.server, real_file_system(), clock,
                      log);
  if (const auto started = serving.start(); !started) {
    std::fprintf(stderr, "cantrail: %s\n", started.fault().message.c_str());
    return exit_code_of(started.fault());
  }
  log.write(Severity::note, name, serving.url().empty() ? "running" : "running, " + serving.url());
  while (!StopSignal::wait_for(std::chrono::milliseconds(200))) {
    if (arguments.until_end && serving.node().finished()) break;
  }
  const bool drained = serving.stop();
  print_ledger(serving.node().status());
  if (!drained) {
    log.write(Severity::warning, name,
              "not everything reached its sinks in 10 s; it is in the journal and goes on at the next start");
  }
  return kOk;
}

}  // namespace

void add_run(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Run a node until SIGTERM or Ctrl-C");
  arguments->node.add_to(*command);
  command->add_flag("--until-end", arguments->until_end,
                    "stop when every source has ended (recordings) and all is delivered");
  command->footer(
      "\nExamples:\n"
      "  cantrail run cantrail.toml\n"
      "  cantrail run import.toml --until-end      # with logfile sources\n"
      "At a stop everything accepted is delivered, for up to 10 s; what is left waits in the journal.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace cantrail::cli
