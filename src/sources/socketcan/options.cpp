#include "sources/socketcan/options.hpp"

#include "component/option.hpp"
#include "sources/can_interface/bus.hpp"
#include "sources/can_interface/bus_load.hpp"
#include "sources/can_interface/filter.hpp"
#include "sources/can_interface/probe.hpp"
#include "sources/can_interface/source.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::string_view kSample = R"([source.can0]
type = "socketcan"
bitrate = 500_000                      # of your bus
# data_bitrate = 2_000_000             # of CAN FD
# restart_ms = 100                     # how long after a bus-off the controller tries again
# interface = "can0"                   # where it is not the source's name; "any": all CAN interfaces
# channel = "powertrain"               # where frames shall not carry the interface's name
# filters = ["100:700", "#FFFFFFFF"]   # as candump has them
)";

}  // namespace

void Config::describe(OptionVisitor& visitor) {
  visitor.option(
      option("interface",
             "The network interface; the source's name if left out; any: all CAN interfaces, each a channel",
             &options_.interface, "\"can0\""));
  visitor.option(option("channel", "What frames say they came from; the interface's name if left out",
                        &options_.channel, "\"powertrain\""));
  describe_rates(visitor);
  visitor.option(option("fd", "Receive CAN FD frames as well, where the interface has them", &options_.fd));
  visitor.option(option(
      "filters", "What the kernel passes on, as candump has it: ID:MASK, ID~MASK, #ERRORMASK, j to join",
      &options_.filters, "[\"100:700\", \"18FEF100:1FFFFF00\"]"));
  visitor.option(option("error_frames", "Record the controller's error frames", &options_.error_frames));
  visitor.option(option("bus_stream", "Deliver a stream Bus: state, error counters, load, frames a second",
                        &options_.bus_stream));
  visitor.option(option("own", "Record frames that this machine sends", &options_.own));
  OptionSpec buffer =
      option("receive_buffer", "Room in the kernel for frames not read yet", &options_.receive_buffer);
  buffer.minimum = 4096;
  buffer.maximum = 512U << 20;
  visitor.option(buffer);
}

void Config::describe_rates(OptionVisitor& visitor) {
  OptionSpec bitrate =
      option("bitrate", "Bit rate of the bus in bit/s: an interface that is down is set up with it",
             &options_.bitrate, "500_000");
  bitrate.minimum = 1'000;
  bitrate.maximum = 1'000'000;
  visitor.option(bitrate);
  OptionSpec data =
      option("data_bitrate", "The same for the data phase of CAN FD", &options_.data_bitrate, "2_000_000");
  data.minimum = 1'000;
  data.maximum = 20'000'000;
  visitor.option(data);
  OptionSpec restart =
      option("restart_ms", "Milliseconds after a bus-off until the controller tries again; 0: never",
             &options_.restart_ms, "100");
  restart.minimum = 0;
  restart.maximum = 3'600'000;
  visitor.option(restart);
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found;
  const bool set_up = options_.bitrate || options_.data_bitrate || options_.restart_ms;
  if (options_.any() && set_up) {
    found.push_back(
        "interface = \"any\" takes interfaces as they are: bitrate, data_bitrate and restart_ms belong to "
        "one");
  } else if (set_up && !options_.bitrate) {
    found.push_back("data_bitrate and restart_ms need bitrate");
  }
  if (options_.any() && !options_.channel.empty()) {
    found.push_back(
        "interface = \"any\" has a channel for each interface, named after it: leave channel out");
  }
  if (options_.data_bitrate && !options_.fd)
    found.push_back("data_bitrate is of CAN FD, which fd = false leaves out");
  if (options_.interface.size() > kLongestInterfaceName) {
    found.push_back("interface \"" + options_.interface + "\" is longer than 15 characters");
  }
  const Result<FilterSet> filters = parse_filters(options_.filters);
  if (!filters) {
    found.push_back(filters.fault().message);
  } else if (filters->error_mask && !options_.error_frames) {
    found.push_back("filters ask for error frames, error_frames = false refuses them: leave one out");
  }
  return found;
}

std::vector<std::string> Config::channels(const std::string& source_name) const {
  if (options_.any()) return {};  // learnt from the machine
  return {options_.channel_of(source_name)};
}

std::vector<std::shared_ptr<const RowSchema>> Config::streams() const {
  if (!options_.bus_stream) return {};
  return {bus_row_schema()};
}

SourceForecast Config::forecast(FileSystem&) const {
  SourceForecast forecast;
  if (options_.any()) forecast.unknown = "as many buses as the machine has";
  if (const Result<FilterSet> filters = parse_filters(options_.filters); filters && !filters->ids.empty()) {
    forecast.takes = [set = *filters](std::uint32_t can_id) { return set.passes(can_id); };
  }
  if (options_.bitrate) {
    forecast.frame_seconds = [settings = options_.settings()](std::uint32_t can_id, std::uint32_t bytes) {
      return least_frame_seconds(can_id, bytes, *settings.bitrate, settings.data_bitrate);
    };
  }
  return forecast;
}

std::optional<Findings> Config::probe(const ProbeContext& context) const {
  return socketcan::probe(options_, context);
}

std::unique_ptr<FrameSource> Config::make() const {
  return std::make_unique<Source>(options_);
}

ComponentInfo socketcan_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "socketcan";
  info.summary = "Frames of a CAN interface of this machine";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<Config>(); };
  return info;
}

}  // namespace cantrail::socketcan
