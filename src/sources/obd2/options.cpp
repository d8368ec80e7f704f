#include "sources/obd2/options.hpp"

#include "component/option.hpp"
#include "decode/obd2/answers.hpp"
#include "sources/can_interface/probe.hpp"
#include "sources/can_interface/source.hpp"
#include "sources/can_interface/target.hpp"
#include "sources/obd2/source.hpp"

namespace cantrail::obd2 {
namespace {

constexpr std::string_view kSample = R"([source.car]
type = "obd2"
interface = "can0"
bitrate = 500_000                        # of the car's diagnostic connector; some have 250_000
# rates = { engine_speed = "10/s" }      # signals of the built-in DBC: `cantrail dbc built-in obd2`
# most_requests = "30/s"                 # never more, whatever is asked for
)";

// Frames of OBD-II: requests to all, requests and answers of 11 bits, the same of 29 bits.
const std::vector<std::string> kFrames{"7DF:7FF", "7E0:7F0", "18DB33F1:1FFFFFFF", "18DA00F1:1FFF00FF",
                                       "18DAF100:1FFFFF00"};

}  // namespace

PollSettings Options::poll_settings() const {
  PollSettings settings;
  if (addressing == "11-bit") settings.width = Width::bits11;
  if (addressing == "29-bit") settings.width = Width::bits29;
  settings.most_per_second = most_requests.per_second;
  settings.per_second = rates_by_pid(rates, pid_names());
  settings.codes_every = codes_every;
  settings.freeze_frames = freeze_frames;
  settings.longest_pause = longest_pause;
  return settings;
}

socketcan::Options Options::capture(const std::string& source_name) const {
  socketcan::Options capture;
  capture.interface = interface.empty() ? source_name : interface;
  capture.channel = channel.empty() ? source_name : channel;
  capture.bitrate = bitrate;
  capture.fd = all_frames;
  capture.error_frames = all_frames;
  if (!all_frames) capture.filters = kFrames;
  capture.bus_stream = false;
  return capture;
}

void Config::describe(OptionVisitor& visitor) {
  visitor.option(option("interface", "The network interface; the source's name if left out",
                        &options_.interface, "\"can0\""));
  visitor.option(option("channel", "What frames say they came from; the source's name if left out",
                        &options_.channel, "\"car\""));
  OptionSpec bitrate =
      option("bitrate", "Bit rate of the bus in bit/s: an interface that is down is set up with it",
             &options_.bitrate, "500_000");
  bitrate.minimum = 1'000;
  bitrate.maximum = 1'000'000;
  visitor.option(bitrate);
  OptionSpec addressing =
      option("addressing", "Identifiers of the car's control units; auto: the first that answers",
             &options_.addressing);
  addressing.choices = {"auto", "11-bit", "29-bit"};
  visitor.option(addressing);
  describe_rates(visitor);
  visitor.option(
      option("codes_every", "How often trouble codes are asked for; 0s: never", &options_.codes_every));
  visitor.option(option("freeze_frames", "What was measured when a code came, once for each new code",
                        &options_.freeze_frames));
  OptionSpec most = option("most_requests", "Requests that are never exceeded, whatever is asked for",
                           &options_.most_requests);
  most.minimum = 0.1;
  most.maximum = 100;
  visitor.option(most);
  OptionSpec pause =
      option("longest_pause", "How long pauses become while nobody answers", &options_.longest_pause);
  pause.minimum = 1;
  pause.maximum = 3600;
  visitor.option(pause);
  visitor.option(
      option("all_frames", "Record all frames of the bus, not only those of OBD-II", &options_.all_frames));
}

void Config::describe_rates(OptionVisitor& visitor) {
  const auto rate = [&](const char* name, const char* sense, Rate* target) {
    OptionSpec spec = option(name, sense, target);
    spec.minimum = 0;
    spec.maximum = 100;
    visitor.option(spec);
  };
  rate("fast", "Engine speed, vehicle speed, load, throttle and pedal are asked for as often; 0/s: never",
       &options_.rates.fast);
  rate("normal", "The same for what is neither fast nor slow", &options_.rates.normal);
  rate("slow", "The same for temperatures, levels, distances and what hardly changes", &options_.rates.slow);
  OptionSpec single =
      option("rates", "Signals of the built-in DBC that have a rate of their own, and PIDs such as 0x5E",
             &options_.rates.of_signals, "{ engine_speed = \"10/s\" }");
  single.minimum = 0;
  single.maximum = 100;
  visitor.option(single);
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found = problems_of(options_.rates, pid_names());
  if (options_.interface == "any")
    found.emplace_back("interface: a car is asked on one interface, not on any");
  if (options_.interface.size() > socketcan::kLongestInterfaceName) {
    found.push_back("interface \"" + options_.interface + "\" is longer than 15 characters");
  }
  return found;
}

std::vector<std::string> Config::channels(const std::string& source_name) const {
  return {options_.capture(source_name).channel};
}

std::vector<DbcText> Config::dbcs() const {
  return {{"built-in obd2.dbc", built_in_dbc()}};
}

SourceForecast Config::forecast(FileSystem&) const {
  SourceForecast forecast;
  forecast.unknown = "what the car supports";
  return forecast;
}

std::optional<Findings> Config::probe(const ProbeContext& context) const {
  return socketcan::probe(options_.capture(context.name), context);
}

std::unique_ptr<FrameSource> Config::make() const {
  Transport transport;
  transport.capture = [options = options_](const std::string& name) -> std::unique_ptr<FrameSource> {
    return std::make_unique<socketcan::Source>(options.capture(name));
  };
  transport.target = [options = options_](const std::string& name) {
    return socketcan::open_target(options.capture(name).interface, Duration::zero());
  };
  return std::make_unique<Source>(options_.poll_settings(), std::move(transport));
}

ComponentInfo obd2_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "obd2";
  info.summary = "What a car answers to OBD-II requests, which this source makes";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<Config>(); };
  return info;
}

}  // namespace cantrail::obd2
