#include "figures.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "backlog.hpp"
#include "frame_feed.hpp"
#include "latency.hpp"
#include "measured_node.hpp"
#include "pace.hpp"
#include "peer.hpp"
#include "require.hpp"
#include "scratch_folder.hpp"
#include "traffic.hpp"
#include "wake_floor.hpp"

namespace cantrail::bench {
namespace {

constexpr const char* kHistory = "[sink.history]\ntype = \"sqlite\"\npath = \"history.db\"\n";
constexpr const char* kRecording = "[sink.recording]\ntype = \"mcap\"\n";
constexpr double kWarmUp = 3;
constexpr const char* kFastest = "2ms";  // the shortest that /api/live takes

void sleep_s(double seconds) {
  sleep_until_ns(mono_ns() + static_cast<std::int64_t>(seconds * 1e9));
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Fed {
  Fed(const BenchOptions& options, const std::string& name, const std::string& sinks)
      : folder(options.folder, "node-" + name),
        node({options.binary, folder.path(), sinks, "", ""}),
        feed(node.bus_ports(), options.frames_a_second) {
    node.start();
    node.wait_ready();
    feed.start();
    sleep_s(kWarmUp);
  }
  ScratchFolder folder;
  MeasuredNode node;
  FrameFeed feed;
};

Figure cpu_of(const BenchOptions& options, const char* what, const char* required, const std::string& sinks) {
  Fed fed(options, "cpu", sinks);
  const std::uint64_t before = fed.node.received();
  const Cpu from = fed.node.cpu();
  sleep_s(options.seconds);
  const Cpu to = fed.node.cpu();
  const auto frames = static_cast<double>(fed.node.received() - before);
  fed.feed.stop();
  fed.node.stop();
  const double user = (to.user_s - from.user_s) / frames * 1e6;
  const double system = (to.system_s - from.system_s) / frames * 1e6;
  return {what, required,
          fmt::format("{:.2f} µs (user {:.2f}, system {:.2f}; {:.0f} frames/s)", user + system, user, system,
                      frames / options.seconds)};
}

bool knows_sink(const BenchOptions& options, const std::string& type) {
  const ScratchFolder folder(options.folder, "node-components");
  std::filesystem::create_directories(folder.path());
  const std::string list = folder.path() + "/list.txt";
  require(std::system((options.binary + " components > " + list).c_str()) == 0, "cantrail components");
  std::ifstream file(list);
  for (std::string line; std::getline(file, line);) {
    if (line.find(type) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Figures cpu_figures(const BenchOptions& options) {
  Figures found;
  found.push_back({"the floor: as many threads woken as often, with nothing to do", "",
                   fmt::format("{:.2f} µs", wake_floor_cpu_s(options.seconds) / options.seconds /
                                                options.frames_a_second * 1e6)});
  found.push_back(cpu_of(options, "CPU a frame: capture, decode, journal, live", "≤ 2 µs", ""));
  found.push_back(cpu_of(options, "the same with SQLite and its rollups", "≤ 6 µs", kHistory));
  const char* const with_both = "the same with SQLite and MCAP";
  if (knows_sink(options, "mcap")) {
    found.push_back(cpu_of(options, with_both, "≤ 6 µs", std::string(kHistory) + kRecording));
  } else {
    found.push_back({with_both, "≤ 6 µs", "not measured: this build has no MCAP sink"});
  }
  return found;
}

Figures live_figures(const BenchOptions& options) {
  Fed fed(options, "live", kHistory);
  EchoFloor echo;
  Figures found;
  const auto add = [&](const std::string& what, const char* required, const Latencies& all) {
    found.push_back({what, required,
                     fmt::format("median {:.2f} ms, p99 {:.2f}, most {:.2f} ({} rows)", all.at(0.5),
                                 all.at(0.99), all.at(1), all.ms.size())});
  };
  for (const char* page : {"/", "/api/signals", "/api/state/current", "/metrics"}) (void)fed.node.get(page);
  const Latencies fast = live_latency(fed.node.port(), fed.feed, kFastest, options.seconds);
  const Latencies floor = echo.stop();
  add(fmt::format("frame sent → WebSocket client, interval={}", kFastest), "median ≤ 4 ms, p99 ≤ 15 ms",
      fast);
  add("the floor: a packet to a bare epoll loop and back", "", floor);
  add("frame sent → WebSocket client at the page's interval=200ms", "",
      live_latency(fed.node.port(), fed.feed, "200ms", options.seconds));
  found.push_back({"resident memory, SQLite and a WebSocket client", "≤ 40 MB",
                   fmt::format("{:.1f} MB (most {:.1f}; of that its own {:.1f}, files {:.1f})",
                               fed.node.memory_mb("VmRSS"), fed.node.memory_mb("VmHWM"),
                               fed.node.memory_mb("RssAnon"), fed.node.memory_mb("RssFile"))});
  fed.feed.stop();
  fed.node.stop();
  return found;
}

namespace {

// From exec to the moment at which the API tells of a record: no earlier than its capture.
double start_ms(MeasuredNode& node) {
  const std::int64_t begin = mono_ns();
  node.start();
  for (;;) {
    const auto status = node.try_status();
    const std::int64_t now = mono_ns();
    if (status.is_object() && status.at("received").to_number<std::uint64_t>() > 0) {
      return static_cast<double>(now - begin) / 1e6;
    }
    require(now - begin < 60'000'000'000, "no frame is captured");
    sleep_s(0.001);
  }
}

Figure start_of(const BenchOptions& options, const std::string& what, std::uint64_t backlog_bytes) {
  constexpr int kTimes = 5;
  const ScratchFolder folder(options.folder, "node-start");
  std::vector<double> times;
  MeasuredNode node({options.binary, folder.path(), std::string(kHistory) + "from = \"oldest\"\n", "", ""});
  if (backlog_bytes != 0) make_backlog(folder.path() + "/journal", backlog_bytes);
  FrameFeed feed(node.bus_ports(), options.frames_a_second);
  feed.start();
  for (int i = 0; i < kTimes; ++i) {
    if (backlog_bytes != 0) forget_files(folder.path() + "/journal");
    times.push_back(start_ms(node));
    node.kill();
  }
  feed.stop();
  return {
      what, "≤ 300 ms",
      fmt::format("{:.0f} ms (most {:.0f} of {})", median(times), *std::ranges::max_element(times), kTimes)};
}

std::uint64_t counted(const std::string& file) {
  std::uint64_t count = 0;
  std::ifstream(file, std::ios::binary).read(reinterpret_cast<char*>(&count), sizeof count);
  return count;
}

}  // namespace

Figures start_figures(const BenchOptions& options) {
  const double gib = static_cast<double>(options.backlog_bytes) / static_cast<double>(1U << 30);
  return {
      start_of(options, "start to first frame captured, empty journal", 0),
      start_of(options, fmt::format("the same with {:.1f} GiB in the journal, none of it in the store", gib),
               options.backlog_bytes)};
}

Figures sync_figures(const BenchOptions& options) {
  const ScratchFolder folder(options.folder, "node-sync");
  const std::string count = folder.path() + "/syncs";
  MeasuredNode node({options.binary, folder.path(), kHistory, options.sync_count, count});
  const auto of_journal = [&] { return node.status().at("journal").at("syncs").to_number<std::uint64_t>(); };
  struct Rates {
    double all = 0, journal = 0;
  };
  const auto a_second = [&] {
    sleep_s(kWarmUp);
    const std::uint64_t before = counted(count), journal_before = of_journal();
    sleep_s(options.seconds);
    return Rates{static_cast<double>(counted(count) - before) / options.seconds,
                 static_cast<double>(of_journal() - journal_before) / options.seconds};
  };
  node.start();
  node.wait_ready();
  const Rates idle = a_second();
  FrameFeed feed(node.bus_ports(), options.frames_a_second);
  feed.start();
  const Rates busy = a_second();
  feed.stop();
  node.stop();
  require(counted(count) > 0, "no fdatasync was counted at all");
  return {{"fdatasync a second, idle", "0", fmt::format("{:.2f}", idle.all)},
          {"fdatasync a second, busy, of the journal", "≤ 2", fmt::format("{:.2f}", busy.journal)},
          {"the same with those of SQLite", "", fmt::format("{:.2f}", busy.all)}};
}

Figures stopped_figures(const BenchOptions& options) {
  Fed fed(options, "stopped", "");
  fed.node.signal(SIGSTOP);
  sleep_s(2);
  fed.node.signal(SIGCONT);
  sleep_s(1);
  fed.feed.stop();
  sleep_s(0.5);
  const auto status = fed.node.status();
  const auto received = status.at("received").to_number<std::uint64_t>();
  const auto gaps = status.at("gaps").at("count").to_number<std::uint64_t>();
  const std::uint64_t sent = fed.feed.frames();
  fed.node.stop();
  return {{"frames lost while the process stands still for 2 s", "0, or told",
           fmt::format("{} of {} (gaps told: {})", sent - received, sent, gaps)}};
}

Figures peer_figures(const BenchOptions& options) {
  const char* const what = "python-can → cantools → SQLite, the same frames from a log";
  if (options.python.empty()) return {{what, "", "not measured: no --python"}};
  const ScratchFolder folder(options.folder, "node-peer");
  std::filesystem::create_directories(folder.path());
  std::ofstream(folder.path() + "/bench.dbc") << traffic_dbc();
  constexpr std::size_t kFrames = 48'000;
  {
    std::ofstream log(folder.path() + "/bench.log");
    Traffic traffic(7);
    FrameBlock frames;
    traffic.produce(kFrames, {}, 0, frames);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      std::string data;
      for (const std::uint8_t byte : frames[i].data) data += fmt::format("{:02X}", byte);
      log << fmt::format("({:.6f}) can0 {:03X}#{}\n", 1.7e9 + static_cast<double>(i) / 16'000, frames[i].id,
                         data);
    }
  }
  const auto told = output_of_script(
      options.python, CANTRAIL_BENCH_DIR "/node/python_stack_peer.py",
      {folder.path() + "/bench.dbc", folder.path() + "/bench.log", folder.path() + "/peer.db"});
  if (!told) return {{what, "", fmt::format("not measured: {}", why_skipped(options.python))}};
  return {{what, "", told->substr(0, told->find('\n'))}};
}

}  // namespace cantrail::bench
