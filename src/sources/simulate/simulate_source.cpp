#include "sources/simulate/simulate_source.hpp"

#include <algorithm>
#include <thread>

#include "sources/simulate/responder.hpp"

namespace cantrail::simulate {
namespace {

constexpr std::string_view kSample = R"([source.can0]
type = "simulate"
scenario = "leaf"    # or "grow-room", or a DBC file: every signal goes up and down in its range
# dbc = "leaf.dbc"   # what the frames mean; without it they are recorded undecoded
seed = 7
)";

// Empty: the scenario brings its own.
std::string dbc_of(const SimulateOptions& options) {
  if (!options.dbc.value.empty()) return options.dbc.value;
  return is_built_in(options.scenario) ? std::string() : options.scenario;
}

// Fault `config`: no file, or none that the scenario can use.
Result<std::unique_ptr<Scenario>> scenario_of(const SimulateOptions& options, FileSystem& files,
                                              Diagnostics& diagnostics) {
  if (options.scenario == kObd2Ecu) {
    return Fault{
        FaultKind::config,
        "scenario \"obd2-ecu\" answers who asks, which a source does not hear; run `cantrail simulate "
        "obd2-ecu --to socketcan:vcan0` beside a source of type obd2"};
  }
  ScenarioOptions scenario;
  scenario.name = options.scenario;
  scenario.seed = static_cast<std::uint64_t>(options.seed);
  scenario.bus_factor = options.bus_factor;
  if (const std::string path = dbc_of(options); !path.empty()) {
    auto text = read_file(files, path, kLargestText);
    if (!text)
      return Fault{FaultKind::config,
                   text.fault().message + "; scenario is \"leaf\", \"grow-room\" or a DBC file"};
    scenario.dbc_text = std::move(*text);
  }
  return make_scenario(scenario, diagnostics);
}

class SimulateSource final : public FrameSource {
 public:
  explicit SimulateSource(SimulateOptions options) : options_(std::move(options)) {}

  [[nodiscard]] SourceTraits traits() const override { return {}; }

  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    Diagnostics diagnostics;
    auto made = scenario_of(options_, context.files, diagnostics);
    if (!made) return made.status();
    for (const Diagnostic& diagnostic : diagnostics) {
      context.log.write(diagnostic.severity, context.name, to_string(diagnostic));
    }
    const auto channel = context.channels.channel(context.id, options_.channel);
    if (!channel) return channel.status();
    scenario_ = std::move(*made);
    clock_ = &context.clock;
    started_ = clock_->mono();
    scenario_->stamp = {clock_->wall(), options_.speed, *channel};
    next_ = Duration::zero();
    return {};
  }

  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override {
    const auto due = [&] {
      return started_ +
             Duration(static_cast<std::int64_t>(static_cast<double>(next_.count()) / options_.speed));
    };
    const Duration wait = std::min(due(), deadline) - clock_->mono();
    if (wait > Duration::zero()) std::this_thread::sleep_for(wait);
    const MonoTime now = clock_->mono();
    if (now < due()) return ReadOutcome::idle;
    const auto simulated = static_cast<double>((now - started_).count()) * options_.speed;
    next_ = scenario_->produce(Duration(static_cast<std::int64_t>(simulated) + 1), builder.room(),
                               builder.frames());
    return due() <= now ? ReadOutcome::more : ReadOutcome::idle;
  }

  void ack(const SourcePosition&) override {}
  void close() override { scenario_.reset(); }

 private:
  SimulateOptions options_;
  std::unique_ptr<Scenario> scenario_;
  Clock* clock_ = nullptr;
  MonoTime started_;
  Duration next_{0};
};

}  // namespace

void SimulateConfig::describe(OptionVisitor& visitor) {
  visitor.option(
      {.name = "scenario",
       .sense = "\"leaf\" (an electric car), \"grow-room\" (sensor nodes of a farm), or the path of a DBC "
                "file whose signals go up and down",
       .target = &options.scenario});
  visitor.option(
      {.name = "seed", .sense = "the same seed gives the same drive", .target = &options.seed, .minimum = 0});
  visitor.option({.name = "speed",
                  .sense = "simulated seconds per second",
                  .target = &options.speed,
                  .minimum = 0.01,
                  .maximum = 10'000});
  visitor.option({.name = "bus_factor",
                  .sense = "divides every cycle time: 2 is twice as many frames a second",
                  .target = &options.bus_factor,
                  .minimum = 0.001,
                  .maximum = 1'000});
  visitor.option({.name = "channel", .sense = "the name of the simulated bus", .target = &options.channel});
  visitor.option({.name = "layout",
                  .sense = "a DBC to encode with, in place of the scenario's own",
                  .target = &options.dbc,
                  .example = "\"leaf-le.dbc\""});
}

std::vector<std::string> SimulateConfig::problems() const {
  std::vector<std::string> problems;
  if (options.channel.empty()) problems.emplace_back("channel must have a name");
  const std::string& name = options.scenario;
  const bool may_be_a_path = name.find_first_of("./") != std::string::npos;
  if (!is_built_in(name) && name != kObd2Ecu && !may_be_a_path) problems.push_back(no_such_scenario(name));
  return problems;
}

std::vector<std::string> SimulateConfig::channels(const std::string&) const {
  return {options.channel};
}

std::vector<std::string> SimulateConfig::made_of() const {
  const std::string path = dbc_of(options);
  return path.empty() ? std::vector<std::string>{} : std::vector{path};
}

SourceForecast SimulateConfig::forecast(FileSystem& files) const {
  SourceForecast forecast;
  Diagnostics told_when_it_runs;
  const auto scenario = scenario_of(options, files, told_when_it_runs);
  if (!scenario) {
    forecast.unknown = "a scenario that cannot be read";
    return forecast;
  }
  forecast.frames = (*scenario)->rates();
  for (FrameRate& rate : *forecast.frames) rate.per_second *= options.speed;
  return forecast;
}

std::optional<Findings> SimulateConfig::probe(const ProbeContext& context) const {
  Diagnostics told_when_it_runs;
  const auto scenario = scenario_of(options, context.files, told_when_it_runs);
  if (scenario) return Findings{};
  return Findings{finding_of(scenario.fault(), options.dbc.value.empty() ? "scenario" : "layout")};
}

std::unique_ptr<FrameSource> SimulateConfig::make() const {
  return std::make_unique<SimulateSource>(options);
}

ComponentInfo simulate_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "simulate";
  info.summary = "a bus without hardware: an electric car, a grow room, or any DBC";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<SimulateConfig>(); };
  return info;
}

}  // namespace cantrail::simulate
