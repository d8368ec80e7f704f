// `cantrail demo`: the whole way of the data without configuration or hardware.
#include <cstdio>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/serving_node.hpp"
#include "cli/stderr_log.hpp"
#include "cli/stop_signal.hpp"
#include "cli/version.hpp"
#include "pipeline/config/node_config.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"
#include "sources/simulate/scenario.hpp"
#include "sources/simulate/simulate_source.hpp"

namespace cantrail::cli {
namespace {

struct DemoArguments {
  std::string folder = "demo";
  std::string listen = "127.0.0.1:8080";
  std::int64_t seed = 7;
  double bus_factor = 1;
  std::string duration;
};

NodeConfig configure(const DemoArguments& arguments) {
  NodeConfig config;
  config.name = "demo";
  config.data.value = arguments.folder;
  config.journal.keep = Bytes{256U << 20};
  auto simulate = std::make_unique<simulate::SimulateConfig>();
  simulate->options.seed = arguments.seed;
  simulate->options.bus_factor = arguments.bus_factor;
  SourceSection car;
  car.name = "can0";
  car.type = "simulate";
  car.dbcs = {{"leaf.dbc", simulate::leaf_dbc()}};
  car.config = std::move(simulate);
  config.sources.push_back(std::move(car));
  auto history = std::make_unique<SqliteConfig>();
  history->path.value = join_path(arguments.folder, "history.db");
  history->keep = {"7d", "256MiB"};
  SinkSection sink;
  sink.name = "history";
  sink.type = "sqlite";
  sink.config = std::move(history);
  config.sinks.push_back(std::move(sink));
  return config;
}

// The ledger of the history; refreshed in place on a terminal, printed now and then elsewhere.
class StatusLine {
 public:
  void show(const NodeStatus& status, bool last) {
    const bool due = last || terminal_ || ++calls_ % kEvery == 1;
    if (!due || status.lanes.empty()) return;
    std::fprintf(stderr, terminal_ ? "\r\033[K%s%s" : "%s%s\n",
                 to_string(status.lanes.front().ledger).c_str(), terminal_ && last ? "\n" : "");
    std::fflush(stderr);
  }

 private:
  static constexpr int kEvery = 20;
  bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  int calls_ = 0;
};

int demo(const DemoArguments& arguments) {
  Duration length = Duration::max();
  if (!arguments.duration.empty()) {
    const auto parsed = parse_duration(arguments.duration);
    if (!parsed) {
      std::fputs("cantrail: --duration takes a time with its unit, like 30s\n", stderr);
      return kUsage;
    }
    length = *parsed;
  }
  if (auto made = real_file_system().make_directories(arguments.folder); !made) {
    std::fprintf(stderr, "cantrail: %s; choose another with --folder\n", made.fault().message.c_str());
    return kFailed;
  }
  SystemClock clock;
  StderrLog log(Severity::warning, clock);
  const StopSignal stop;
  server::ServerOptions server;
  server.listen = arguments.listen;
  ServingNode serving(to_parts(configure(arguments), kVersion), server, real_file_system(), clock, log);
  if (const auto started = serving.start(); !started) {
    std::fprintf(stderr, "cantrail: %s\n", started.fault().message.c_str());
    return exit_code_of(started.fault());
  }
  std::fprintf(stderr,
               "simulated electric car, seed %lld, no hardware touched\n"
               "Open      %s\n"
               "Recording %s/journal   History %s/history.db\n",
               static_cast<long long>(arguments.seed), serving.url().c_str(), arguments.folder.c_str(),
               arguments.folder.c_str());
  StatusLine line;
  const MonoTime started = clock.mono();
  while (clock.mono() - started < length && !StopSignal::wait_for(std::chrono::milliseconds(500))) {
    line.show(serving.node().status(), false);
  }
  const bool drained = serving.stop();
  line.show(serving.node().status(), true);
  return drained ? kOk : kFailed;
}

}  // namespace

void add_demo(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command =
      app.add_subcommand("demo", "See it work: a simulated electric car, captured, kept and served");
  command->add_option("--listen", arguments->listen, "address and port of the page")->capture_default_str();
  command->add_option("--folder", arguments->folder, "where journal and history go")->capture_default_str();
  command->add_option("--seed", arguments->seed, "the same seed gives the same drive")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--bus-factor", arguments->bus_factor, "2 is twice the frames a second")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  command->add_option("--duration", arguments->duration, "stop after this time, like 30s");
  command->footer(
      "\nNeeds neither configuration nor hardware. Ctrl-C stops it; started again it goes on with its "
      "history.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return demo(*arguments); }; });
}

}  // namespace cantrail::cli
