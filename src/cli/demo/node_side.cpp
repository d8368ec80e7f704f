#include "cli/demo/node_side.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/demo/books.hpp"
#include "cli/demo/past.hpp"
#include "cli/demo/resting_store.hpp"
#include "cli/exit_code.hpp"
#include "cli/log/operator_log.hpp"
#include "cli/serving_node.hpp"
#include "cli/stop_signal.hpp"
#include "cli/version.hpp"
#include "sinks/mcap/mcap_sink.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"
#include "sources/cannelloni/source.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::cli::demo {
namespace {

constexpr const char* kHistory = "history";
constexpr Duration kBetweenReports = std::chrono::milliseconds(100);

std::atomic<bool> store_rests{false};  // a signal handler can reach nothing else
static_assert(std::atomic<bool>::is_always_lock_free);

void toggle_store(int) {
  store_rests = !store_rests;
}

// Its parent reminds it of an interrupt by SIGTERM: one Ctrl-C on the terminal is for the parent alone.
void set_signals() {
  struct sigaction action {};
  action.sa_handler = toggle_store;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, nullptr);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

SourcePart bus(std::uint16_t port) {
  cannelloni::Options options;
  options.listen = "127.0.0.1:" + std::to_string(port);
  options.channel = "can0";
  SourcePart part;
  part.name = "can0";
  part.type = "cannelloni";
  part.channels = {"can0"};
  part.dbcs = {{"leaf.dbc", simulate::leaf_dbc()}};
  part.make = [options] { return std::make_unique<cannelloni::Source>(options); };
  return part;
}

// Calls of the API are recorded with their past. It takes what comes at once, to be less behind than the
// history: that one's account is what the page shows.
SinkPart recording_in(const std::string& folder) {
  SinkPart part;
  part.name = "recording";
  part.type = "mcap";
  part.make = [folder] {
    McapConfig config;
    config.path.value = join_path(folder, kRecordings);
    config.trigger = {"api"};
    config.before = kRecordedBefore;
    config.after = kRecordedAfter;
    config.keep = {std::nullopt, std::uint64_t{64} << 20, std::nullopt};
    config.delay = std::chrono::milliseconds(20);
    return config.make();
  };
  return part;
}

// Without its folder.
std::string newest_recording(const Node& node) {
  for (const auto& [sink, list] : node.recordings()) {
    const std::vector<RecordedFile> files = list->recordings();
    if (!files.empty()) return files.back().path.substr(files.back().path.rfind('/') + 1);
  }
  return {};
}

Report report_of(const Node& node) {
  const NodeStatus status = node.status();
  Report report;
  if (const auto history = node.history()) {
    if (const auto stats = history->stats()) report.stored = stats->rows;
  }
  report.received = status.received;
  report.accepted = status.journal.appended_records;
  for (const SourceStatus& source : status.sources) report.lost += source.lost;
  for (const LaneStatus& lane : status.lanes) {
    if (lane.name != kHistory) continue;
    report.delivered = lane.ledger.delivered;
    report.filtered = lane.ledger.filtered;
    report.dropped = lane.ledger.dropped + lane.ledger.rejected;
    report.pending = lane.ledger.pending;
    report.caught_up = status.ready && lane.state == LaneState::caught_up && lane.ledger.pending == 0;
  }
  report.recorded = newest_recording(node);
  return report;
}

}  // namespace

NodeParts parts_in(const std::string& folder, std::function<bool()> rests) {
  NodeParts parts;
  parts.name = "demo";
  parts.version = kVersion;
  parts.journal.folder = join_path(folder, "journal");
  parts.journal.cap_bytes = 256U << 20;
  parts.dead_letter_folder = join_path(folder, "dead-letter");
  SinkPart history;
  history.name = kHistory;
  history.type = "sqlite";
  history.longest_back_off = std::chrono::milliseconds(500);  // who starts it again wants to see it drain
  history.make = [folder, rests = std::move(rests)]() -> std::unique_ptr<Sink> {
    SqliteConfig config;
    config.path.value = join_path(folder, "history.db");
    config.keep = {std::chrono::hours(24 * 7), std::uint64_t{1} << 30, std::nullopt};
    config.delay = std::chrono::milliseconds(500);  // people watch
    auto sink = config.make();
    if (!rests) return sink;
    return make_resting_store(std::move(sink), rests);
  };
  parts.sinks.push_back(std::move(history));
  return parts;
}

int run_node(const NodeSide& side) {
  set_signals();
  SystemClock clock;
  OperatorLog log({.level = "error"}, false, clock, real_file_system());
  const StopSignal stop;
  NodeParts parts = parts_in(side.folder, [] { return store_rests.load(); });
  parts.sources.push_back(bus(side.bus_port));
  parts.sinks.push_back(recording_in(side.folder));
  parts.filled_in = filled_in(real_file_system(), side.folder);
  server::ServerOptions server;
  server.listen = side.listen;
  ServingNode serving(std::move(parts), server, real_file_system(), clock, log);
  if (const auto started = serving.start(); !started) {
    std::fprintf(stderr, "cantrail: %s\n", started.fault().message.c_str());
    return exit_code_of(started.fault());
  }
  const auto report = [&] {
    const std::string line = report_of(serving.node()).line();
    return ::write(side.report_fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  };
  while (report() && !StopSignal::wait_for(kBetweenReports)) {
  }
  store_rests = false;
  const bool drained = serving.stop();
  (void)report();
  return drained ? kOk : kFailed;
}

}  // namespace cantrail::cli::demo
