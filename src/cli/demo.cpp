// `cantrail demo`: the whole way of the data without configuration or hardware, and a hand that breaks it.
// The car lives in this process and keeps its own count of what it sent; the node is a process of its own.
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/demo/car.hpp"
#include "cli/demo/drain.hpp"
#include "cli/demo/free_port.hpp"
#include "cli/demo/node_process.hpp"
#include "cli/demo/node_side.hpp"
#include "cli/demo/past.hpp"
#include "cli/demo/recording.hpp"
#include "cli/demo/terminal.hpp"
#include "cli/exit_code.hpp"
#include "cli/log/operator_log.hpp"
#include "cli/stop_signal.hpp"
#include "server/http_server.hpp"
#include "server/listen_address.hpp"
#include "sources/cannelloni/target.hpp"

namespace cantrail::cli {
namespace {

using namespace demo;  // NOLINT(google-build-using-namespace): this file is the demonstration

constexpr Duration kDead = std::chrono::seconds(2);  // long enough to be seen
constexpr Duration kStop = std::chrono::seconds(12);
constexpr Duration kRefresh = std::chrono::milliseconds(250);
constexpr Duration kLongestWait = std::chrono::milliseconds(20);

struct DemoArguments {
  std::string folder = "demo";
  std::string listen = "127.0.0.1:8080";
  std::uint64_t seed = kSeed;
  double bus_factor = 1;
  std::string duration;
  bool empty = false;  // nothing filled in beforehand
  NodeSide node_side;  // of the node's own process
};

// A path that can be pasted: "./demo".
std::string shown(const std::string& folder) {
  return folder.starts_with('/') || folder.starts_with('.') ? folder : "./" + folder;
}

class Demonstration {
 public:
  Demonstration(const DemoArguments& arguments, Car car, std::uint16_t bus_port, Clock& clock)
      : arguments_(arguments), car_(std::move(car)), bus_port_(bus_port), clock_(clock), terminal_(clock) {}

  int run(Duration length) {
    if (const int failed = start_first(); failed != kOk) return failed;
    introduce();
    const MonoTime end_after = clock_.mono();
    MonoTime refreshed{};
    while (!leaving_ && clock_.mono() - end_after < length) {
      const MonoTime now = clock_.mono();
      drive(now);
      listen_to_node(now);
      if (const auto key = terminal_.key()) press(*key);
      if (now - refreshed >= kRefresh) {
        terminal_.status(books_.equation(), keys());
        refreshed = now;
      }
      const Duration wait = std::min<Duration>(kLongestWait, car_.next_due() - clock_.mono());
      if (StopSignal::wait_for(wait)) break;
    }
    return finish();
  }

 private:
  // The first start fails for good: a taken port, a folder that is in use. The node says why.
  int start_first() {
    if (!start_node()) return kFailed;
    while (!connected_) {
      if (StopSignal::wait_for(kLongestWait)) return kOk;
      drive(clock_.mono());
      listen_to_node(clock_.mono());
      if (const auto code = node_->ended()) return *code == kOk ? kFailed : *code;
    }
    return kOk;
  }

  [[nodiscard]] std::string keys() const {
    if (!terminal_.has_keys()) return "";
    return std::string("[k] kill -9 the node  [s] ") + (drain_.stopped() ? "start" : "stop") +
           " the history  [t] trigger  [q] quit";
  }

  void introduce() {
    const std::string folder = shown(arguments_.folder);
    terminal_.event("Open      http://" + arguments_.listen);
    terminal_.event("Recording " + folder + "/journal   History " + folder + "/history.db");
  }

  bool start_node() {
    auto started =
        NodeProcess::start({"demo", "--folder", arguments_.folder, "--listen", arguments_.listen,
                            "--node-bus-port", std::to_string(bus_port_), "--node-report-fd", "{fd}"});
    if (!started) {
      terminal_.event("cantrail: " + started.fault().message);
      return false;
    }
    node_ = std::make_unique<NodeProcess>(std::move(*started));
    return true;
  }

  // What comes due while no node is ready goes by, as it would on a real bus.
  void drive(MonoTime now) {
    const FrameBlock& frames = car_.drive(now);
    if (began_) books_.sent(frames.size());  // before, there was nobody to send to
    if (!connected_ || frames.empty()) return;
    // A refusal says that the node is dead, which its process will tell.
    target_->send(frames, 0, frames.size(), channels_).ignore();
  }

  void listen_to_node(MonoTime now) {
    if (const auto report = node_->hear()) {
      if (connected_) {
        books_.heard(*report);
        if (const auto drained = drain_.heard(*report)) terminal_.event(*drained);
        if (const auto file = recording_.heard(*report)) {
          terminal_.event("recorded  " + join_path(join_path(shown(arguments_.folder), kRecordings), *file));
        }
      } else if (report->caught_up && !restart_at_) {
        connect(*report);
      }
    }
    if (const auto answer = recording_.answered()) terminal_.event(*answer);
    if (restart_at_ && now >= *restart_at_) {
      restart_at_.reset();
      if (!start_node()) leaving_ = true;
    } else if (!restart_at_ && node_->ended() && began_) {
      lose(now);
    }
  }

  void connect(const Report& report) {
    auto target = cannelloni::open_target("127.0.0.1:" + std::to_string(bus_port_));
    if (!target) return terminal_.event("cantrail: " + target.fault().message);
    target_ = std::move(*target);
    books_.begin(report);
    connected_ = true;
    if (began_) {
      terminal_.event("the node is back: " + format_count(books_.lost_at_the_last_start()) +
                      " lost of what it had accepted; " + format_count(books_.went_by_at_the_last_start()) +
                      " frames went by meanwhile");
    }
    began_ = true;
  }

  void lose(MonoTime now) {
    connected_ = false;
    drain_ = {};
    restart_at_ = now + kDead;
    terminal_.event(killed_ ? "killed; it is started again in 2 s"
                            : "the node ended by itself (code " + std::to_string(*node_->ended()) +
                                  "); it is started again in 2 s");
    killed_ = false;
  }

  void press(char key) {
    if (key == 'q') leaving_ = true;
    if (!connected_ && (key == 'k' || key == 's' || key == 't'))
      return terminal_.event("the node is dead; it comes back by itself");
    if (key == 'k') {
      killed_ = true;
      node_->signal(SIGKILL);
    }
    if (key == 's') toggle_history();
    if (key == 't') recording_.call(Recording::url_of(arguments_.listen));
  }

  void toggle_history() {
    node_->signal(SIGUSR1);
    if (drain_.stopped()) {
      drain_.start();
      terminal_.event("the history is started again");
    } else {
      drain_.stop(books_.now());
      terminal_.event("the history is stopped; what comes waits for it in the journal");
    }
  }

  int finish() {
    const int code = node_->stop(kStop);
    if (const auto report = node_->hear(); report && connected_) books_.heard(*report);
    terminal_.last_status(books_.equation());
    return code == kOk ? kOk : kFailed;
  }

  const DemoArguments& arguments_;
  Car car_;
  const std::uint16_t bus_port_;
  const std::vector<std::string> channels_{"can0"};
  Clock& clock_;
  Terminal terminal_;
  Books books_;
  Drain drain_;
  Recording recording_;
  std::unique_ptr<NodeProcess> node_;
  std::unique_ptr<FrameTarget> target_;
  bool began_ = false, connected_ = false, leaving_ = false, killed_ = false;
  std::optional<MonoTime> restart_at_;
};

int fail(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

// A car at a normal pace has driven for two hours, which a new history gets; a faster one begins now, and so
// does one without a past.
Result<Car> make_car(const DemoArguments& arguments, Clock& clock, Log& log) {
  const auto car_now = [&] {
    return Car::make(arguments.seed, arguments.bus_factor, Duration::zero(), clock);
  };
  if (arguments.empty) return car_now();
  auto car = Car::make(arguments.seed, 1, kAge, clock);
  if (!car) return car;
  FileSystem& files = real_file_system();
  if (!files.exists(join_path(arguments.folder, "journal"))) {
    if (auto filled = fill_in(parts_in(arguments.folder), *car, arguments.folder, files, clock, log);
        !filled) {
      return filled.fault();
    }
  } else {
    (void)car->past();
  }
  return arguments.bus_factor == 1 ? std::move(car) : car_now();
}

// Before anything is filled in, and with the remedy of a command that has no file.
int look_at_address(const std::string& listen) {
  if (const auto address = server::parse_listen_address(listen); !address) {
    std::fprintf(stderr, "cantrail: --listen: %s\n", address.fault().message.c_str());
    return kUsage;
  }
  server::ServerOptions options;
  options.listen = listen;
  const Status free = server::HttpServer::would_start(options);
  if (free) return kOk;
  const std::string& why = free.fault().message;
  std::fprintf(stderr, "cantrail: %s; choose another with --listen, or stop the other program\n",
               why.substr(0, why.find("; choose another with")).c_str());
  return kFailed;
}

int show(DemoArguments arguments) {
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
  if (const int failed = look_at_address(arguments.listen); failed != kOk) return failed;
  SystemClock clock;
  OperatorLog log({.level = "warning"}, false, clock, real_file_system());
  const StopSignal stop;
  std::fprintf(stderr, "simulated electric car, seed %llu, no hardware touched\n",
               static_cast<unsigned long long>(arguments.seed));
  auto car = make_car(arguments, clock, log);
  if (!car) return fail(car.fault());
  const auto bus_port = free_port(PortKind::udp);
  if (!bus_port) return fail(bus_port.fault());
  if (arguments.listen.ends_with(":0")) {
    const auto page_port = free_port(PortKind::tcp);
    if (!page_port) return fail(page_port.fault());
    arguments.listen.replace(arguments.listen.size() - 1, 1, std::to_string(*page_port));
  }
  return Demonstration(arguments, std::move(*car), *bus_port, clock).run(length);
}

int run_demo(const DemoArguments& arguments) {
  if (arguments.node_side.report_fd < 0) return show(arguments);
  NodeSide side = arguments.node_side;
  side.folder = arguments.folder;
  side.listen = arguments.listen;
  return run_node(side);
}

}  // namespace

void add_demo(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command =
      app.add_subcommand("demo", "See it work: a simulated electric car, captured, kept and served");
  command->add_option("--listen", arguments->listen, "address and port of the page")->capture_default_str();
  command->add_option("--folder", arguments->folder, "where journal and history go")->capture_default_str();
  command->add_option("--seed", arguments->seed, "the same seed gives the same drive")->capture_default_str();
  command->add_option("--bus-factor", arguments->bus_factor, "2 is twice the frames a second")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  command->add_option("--duration", arguments->duration, "stop after this time, like 30s");
  command->add_flag("--empty", arguments->empty, "the drive begins now, without two hours filled in");
  command->add_option("--node-bus-port", arguments->node_side.bus_port)
      ->group("");  // between its own processes
  command->add_option("--node-report-fd", arguments->node_side.report_fd)->group("");
  command->footer(
      "\nNeeds neither configuration nor hardware. On a terminal: [k] kills the node with kill -9, [s] stops "
      "and\n"
      "starts the history, [t] calls POST /api/trigger: the last 30 s and the next 5 s become an MCAP file "
      "in\n"
      "FOLDER/recordings, [q] or Ctrl-C quits. Started again it goes on with its history.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run_demo(*arguments); }; });
}

}  // namespace cantrail::cli
