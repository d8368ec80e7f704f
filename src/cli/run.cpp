// `cantrail run`: a node, until it is told to stop.
#include <atomic>
#include <cstdio>
#include <thread>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/log/journal_stream.hpp"
#include "cli/log/operator_log.hpp"
#include "cli/node_file.hpp"
#include "cli/reloading.hpp"
#include "cli/serving_node.hpp"
#include "cli/stop_signal.hpp"
#include "cli/version.hpp"

namespace cantrail::cli {
namespace {

struct RunArguments {
  NodeArguments node;
  bool until_end = false;
};

// Each lane a speaker of its own, which has said nothing before: all of it gets through.
void tell_ledger(Log& log, const NodeStatus& status) {
  for (const LaneStatus& lane : status.lanes) {
    const std::string who = "ledger of " + lane.name;
    log.write(Severity::note, who, to_string(lane.ledger));
    if (lane.earlier.received != 0) {
      log.write(Severity::note, who + ", from earlier runs", to_string(lane.earlier));
    }
  }
}

void tell_findings(Log& log, const Diagnostics& found) {
  for (const Diagnostic& one : found) log.write(one.severity, to_string(one.where), one.message);
}

// "; reads can0 (socketcan), car (simulate); stores history (sqlite, /srv/history.db); journal in
// /srv/journal"
std::string what_it_does(const NodeConfig& config) {
  std::string text, sources, sinks;
  for (const SourceSection& source : config.sources) {
    if (source.enabled) sources += (sources.empty() ? "" : ", ") + source.name + " (" + source.type + ")";
  }
  for (const SinkSection& sink : config.sinks) {
    if (!sink.enabled) continue;
    const std::vector<std::string> files = sink.config->writes();
    sinks += (sinks.empty() ? "" : ", ") + sink.name + " (" + sink.type +
             (files.empty() ? "" : ", " + files.front()) + ")";
  }
  if (!sources.empty()) text += "; reads " + sources;
  if (!sinks.empty()) text += "; stores " + sinks;
  return text + "; journal in " + config.journal_options().folder;
}

// What is left for the next start, by lane: "5,120 records wait in the journal for history".
std::string what_waits(const NodeStatus& status) {
  std::string text;
  for (const LaneStatus& lane : status.lanes) {
    if (!lane.durable || lane.ledger.pending == 0) continue;
    text += text.empty() ? counted(lane.ledger.pending, "record") + " wait in the journal for "
                         : ", " + format_count(lane.ledger.pending) + " for ";
    text += lane.name;
  }
  return text;
}

// Orderly, for up to 10 s: sinks get what is in the journal. Another interrupt ends that at once, and a third
// the process.
void stop_and_tell(ServingNode& serving, const std::string& name, Log& log) {
  std::atomic<bool> ended{false};
  bool drained = false, hurried = false;
  std::thread stopping([&] {
    drained = serving.stop();
    ended = true;
    StopSignal::wake();
  });
  while (!ended && !hurried) {
    if (!StopSignal::wait_for_another(std::chrono::seconds(1)) || ended) continue;
    hurried = true;
    StopSignal::let_go();
    serving.node().hurry_stop();
  }
  stopping.join();
  const NodeStatus status = serving.node().status();
  tell_ledger(log, status);
  const std::string waits = what_waits(status);
  if (drained) return;
  if (hurried) {
    log.write(Severity::warning, name,
              "second interrupt: " +
                  (waits.empty() ? "what earlier runs left in the journal goes" : waits + ", they go") +
                  " on at the next start");
  } else {
    log.write(Severity::warning, name,
              "not everything reached its sinks in 10 s; it is in the journal and goes on at the next start");
  }
}

int run(const RunArguments& arguments) {
  const StopSignal stop;
  const ReloadSignal reload;
  NodeFile file = read_node_file(arguments.node, real_file_system());
  if (!file.usable()) {
    print_diagnostics(file.diagnostics);
    std::fprintf(stderr, "cantrail: %s cannot be run as it is\n",
                 arguments.node.file(real_file_system()).c_str());
    return kBadConfig;
  }
  SystemClock clock;
  OperatorLog log(file.config.log, journal_reads_stderr(), clock, real_file_system());
  tell_findings(log, file.diagnostics);
  Reloading reloading(arguments.node, file, real_file_system(), log);
  const std::string name = file.config.name;
  const std::string does = what_it_does(file.config);
  ServingNode serving(to_parts(std::move(file.config), kVersion), file.server, real_file_system(), clock,
                      log);
  if (const auto started = serving.start(); !started) {
    log.write(Severity::error, name, started.fault().message);
    return exit_code_of(started.fault());
  }
  log.write(Severity::note, name, (serving.url().empty() ? "running" : "running, " + serving.url()) + does);
  while (!StopSignal::wait_for(std::chrono::milliseconds(200))) {
    if (ReloadSignal::take()) reloading.reload(serving, clock);
    if (arguments.until_end && serving.node().finished()) break;
  }
  stop_and_tell(serving, name, log);
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
      "SIGHUP makes it read the configuration again, as `cantrail reload` does.\n"
      "At a stop everything accepted is delivered, for up to 10 s; what is left waits in the journal, and a\n"
      "second Ctrl-C or SIGTERM leaves it there at once.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace cantrail::cli
