// `cantrail simulate`: a bus without hardware, sent somewhere.
#include <memory>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/frame_output.hpp"
#include "cli/pace.hpp"
#include "cli/simulate_ecu.hpp"
#include "cli/stop_signal.hpp"
#include "sources/simulate/responder.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::cli {
namespace {

struct SimulateArguments {
  std::string scenario, target, layout;
  std::string speed = "1";
  std::uint64_t seed = 7;
  double bus_factor = 1;
  std::string duration;  // of simulated time
  std::uint64_t frames = 0;
  std::string channel = "can0";
  std::string addressing;

  [[nodiscard]] bool has_what_sends() const {
    return !layout.empty() || bus_factor != 1 || frames != 0 || channel != "can0";
  }
};

Result<std::unique_ptr<simulate::Scenario>> make(const SimulateArguments& arguments) {
  simulate::ScenarioOptions options;
  options.name = arguments.scenario;
  options.seed = arguments.seed;
  options.bus_factor = arguments.bus_factor;
  const std::string path = !arguments.layout.empty()                    ? arguments.layout
                           : !simulate::is_built_in(arguments.scenario) ? arguments.scenario
                                                                        : std::string();
  if (!path.empty()) {
    auto text = read_file(real_file_system(), path, kLargestText);
    if (!text)
      return Fault{FaultKind::rejected,
                   text.fault().message + "; SCENARIO is leaf, grow-room, obd2-ecu or a DBC file"};
    options.dbc_text = std::move(*text);
  }
  Diagnostics diagnostics;
  auto scenario = simulate::make_scenario(options, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  if (!scenario) return Fault{FaultKind::rejected, scenario.fault().message};
  return scenario;
}

// Sends what is due, until the time or number of frames asked for is reached or the user stops it.
Status send(const SimulateArguments& arguments, Speed speed, Duration length, simulate::Scenario& scenario,
            FrameTarget& target, std::uint64_t& sent) {
  const SystemClock clock;
  const std::vector<std::string> channels{arguments.channel};
  const MonoTime started = clock.mono();
  scenario.stamp = {clock.wall(), speed.factor.value_or(1), 0};
  FrameBlock frames;
  Duration next{0};
  while (next < length && !StopSignal::came()) {
    Duration until = length;
    if (speed.factor) {
      const auto due =
          started + Duration(static_cast<std::int64_t>(static_cast<double>(next.count()) / *speed.factor));
      if (StopSignal::wait_for(due - clock.mono())) break;
      const auto simulated = static_cast<double>((clock.mono() - started).count()) * *speed.factor;
      until = std::min(length, Duration(static_cast<std::int64_t>(simulated) + 1));
    }
    const std::uint64_t left = arguments.frames != 0 ? arguments.frames - sent : 4096;
    frames.clear();
    next = scenario.produce(until, static_cast<std::size_t>(std::min<std::uint64_t>(left, 4096)), frames);
    if (auto done = target.send(frames, 0, frames.size(), channels); !done) return done;
    sent += frames.size();
    if (arguments.frames != 0 && sent >= arguments.frames) break;
  }
  return target.flush();
}

int run_ecu(const SimulateArguments& arguments, Speed speed, Duration length) {
  if (arguments.has_what_sends() || !speed.factor) {
    std::fputs(
        "cantrail: obd2-ecu sends when it is asked; it takes --to, --seed, --speed with a factor, --duration "
        "and "
        "--addressing\n",
        stderr);
    return kUsage;
  }
  return answer_as_ecu({arguments.target, arguments.addressing, arguments.seed, *speed.factor, length});
}

int run_simulate(const SimulateArguments& arguments) {
  const auto speed = parse_speed(arguments.speed);
  const auto length = arguments.duration.empty() ? Duration::max() : parse_duration(arguments.duration);
  if (!speed || !length) {
    std::fprintf(stderr, "cantrail: %s\n",
                 !speed ? "--speed takes a factor (1, 10, 0.5) or max"
                        : "--duration takes a time with its unit, like 10s or 2h");
    return kUsage;
  }
  if (arguments.scenario == simulate::kObd2Ecu) return run_ecu(arguments, *speed, *length);
  if (!arguments.addressing.empty()) {
    std::fputs("cantrail: --addressing is of obd2-ecu\n", stderr);
    return kUsage;
  }
  if (!speed->factor && arguments.frames == 0 && arguments.duration.empty()) {
    std::fputs("cantrail: --speed max would never end; say --duration 1h or --frames 1000000 as well\n",
               stderr);
    return kUsage;
  }
  auto scenario = make(arguments);
  auto target = open_frame_output(arguments.target);
  if (!scenario || !target) {
    const Fault& fault = !scenario ? scenario.fault() : target.fault();
    std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
    return fault.kind == FaultKind::config ? kUsage : exit_code_of(fault);
  }
  const StopSignal stop;
  std::uint64_t sent = 0;
  const Status done = send(arguments, *speed, *length, **scenario, **target, sent);
  std::fprintf(stderr, "%s sent\n", counted(sent, "frame").c_str());
  if (done) return kOk;
  std::fprintf(stderr, "cantrail: %s\n", done.fault().message.c_str());
  return exit_code_of(done.fault());
}

}  // namespace

void add_simulate(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<SimulateArguments>();
  CLI::App* command = app.add_subcommand("simulate",
                                         "Make the traffic of a bus: an electric car, a grow room, or any "
                                         "DBC; or answer as a car's control units");
  command
      ->add_option(
          "SCENARIO", arguments->scenario,
          "leaf, grow-room, a DBC file whose signals go up and down; or obd2-ecu, which answers OBD-II")
      ->required();
  command->add_option("--to", arguments->target, kFrameOutputs)->required();
  command->add_option("--seed", arguments->seed, "the same seed gives the same drive")->capture_default_str();
  command->add_option("--speed", arguments->speed, "simulated seconds per second, or max")
      ->capture_default_str();
  command
      ->add_option("--bus-factor", arguments->bus_factor,
                   "divides cycle times: 2 is twice the frames a second")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  command->add_option("--duration", arguments->duration, "simulated time to stop after, like 10s or 2h");
  command->add_option("--frames", arguments->frames, "frames to stop after");
  command->add_option("--channel", arguments->channel, "name of the bus in logs")->capture_default_str();
  command->add_option("--layout", arguments->layout, "a DBC to encode with, in place of the scenario's own");
  command->add_option("--addressing", arguments->addressing, "of obd2-ecu: 11-bit (the default) or 29-bit")
      ->check(CLI::IsMember({"11-bit", "29-bit"}));
  command->footer(
      "\nExamples:\n"
      "  cantrail simulate leaf --to socketcan:vcan0\n"
      "  cantrail simulate leaf --to candump:- --speed max --duration 10m > drive.log\n"
      "  cantrail simulate my.dbc --to cannelloni:127.0.0.1:20000 --bus-factor 10\n"
      "  cantrail simulate obd2-ecu --to socketcan:vcan0");
  command->callback([arguments, &chosen] { chosen = [arguments] { return run_simulate(*arguments); }; });
}

}  // namespace cantrail::cli
