#include "sources/socketcan/options.hpp"

#include "sources/socketcan/filter.hpp"
#include "sources/socketcan/source.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kLongestInterfaceName = 15;  // IFNAMSIZ less the terminator

constexpr std::string_view kSample = R"([source.can0]
type = "socketcan"
bitrate = 500_000                      # of your bus
# interface = "can0"                   # where it is not the source's name
# channel = "powertrain"               # where frames shall not carry the interface's name
# filters = ["100:700", "#FFFFFFFF"]   # as candump has them
)";

OptionSpec option(const char* name, const char* sense, OptionTarget target, const char* example = "") {
  OptionSpec spec;
  spec.name = name;
  spec.sense = sense;
  spec.target = target;
  spec.example = example;
  return spec;
}

}  // namespace

void Config::describe(OptionVisitor& visitor) {
  visitor.option(option("interface", "The network interface; the source's name if left out",
                        &options_.interface, "\"can0\""));
  visitor.option(option("channel", "What frames say they came from; the interface's name if left out",
                        &options_.channel, "\"powertrain\""));
  OptionSpec bitrate = option("bitrate", "Bit rate of the bus in bit/s, for bringing the interface up",
                              &options_.bitrate, "500_000");
  bitrate.minimum = 1'000;
  bitrate.maximum = 1'000'000;
  visitor.option(bitrate);
  visitor.option(option("fd", "Receive CAN FD frames as well, where the interface has them", &options_.fd));
  visitor.option(option(
      "filters", "What the kernel passes on, as candump has it: ID:MASK, ID~MASK, #ERRORMASK, j to join",
      &options_.filters, "[\"100:700\", \"18FEF100:1FFFFF00\"]"));
  visitor.option(option("error_frames", "Record the controller's error frames", &options_.error_frames));
  visitor.option(option("own", "Record frames that this machine sends", &options_.own));
  OptionSpec buffer =
      option("receive_buffer", "Room in the kernel for frames not read yet", &options_.receive_buffer);
  buffer.minimum = 4096;
  buffer.maximum = 512U << 20;
  visitor.option(buffer);
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found;
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
  return {options_.channel_of(source_name)};
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
