#include "sources/logfile/options.hpp"

#include "base/text.hpp"
#include "component/option.hpp"
#include "formats/candump_reader.hpp"
#include "formats/log_kind.hpp"
#include "sources/logfile/log_text.hpp"
#include "sources/logfile/pace.hpp"
#include "sources/logfile/source.hpp"

namespace cantrail::logfile {
namespace {

constexpr std::string_view kSample = R"([source.drive]
type = "logfile"
path = "drive.log.xz"
pace = "recorded"            # or "max", "10x"
# loop = true
# start_time = "now"         # as if it happened now
# rename = ["vcan0=can0"]
)";

// Of a beginning that holds no frame.
std::string what_is_wrong(std::string_view beginning) {
  if (beginning.empty()) return "is empty";
  return other_log_kind(beginning).value_or(
      "does not begin like a candump log, as in (1700000000.000000) can0 123#1122");
}

}  // namespace

// A path is resolved against the folder of the configuration, and so is "-".
bool Options::standard_input() const {
  return path.value == "-" || path.value.ends_with("/-");
}

std::string_view Options::alias_of(std::string_view recorded) const {
  if (!channel.empty()) return channel;
  for (const std::string& pair : rename) {
    const std::string_view text = pair;
    const std::size_t equals = text.find('=');
    if (text.substr(0, equals) == recorded) return text.substr(equals + 1);
  }
  return recorded;
}

void Config::describe(OptionVisitor& visitor) {
  OptionSpec path =
      option("path", "The candump log, plain or compressed (xz, gzip, zstd); \"-\" is standard input",
             &options_.path, "\"drive.log.xz\"");
  path.required = true;
  visitor.option(path);
  visitor.option(
      option("pace", "How fast: \"recorded\", \"max\", or a factor as in \"10x\"", &options_.pace));
  visitor.option(option("loop", "Begin again at the end; the time goes on", &options_.loop));
  visitor.option(option("channel", "What all frames say they came from; as recorded if left out",
                        &options_.channel, "\"can0\""));
  visitor.option(option("rename", "Other names for recorded channels", &options_.rename, "[\"vcan0=can0\"]"));
  OptionSpec start = option("start_time", "\"recorded\" keeps the recorded times, \"now\" moves them to now",
                            &options_.start_time);
  start.choices = {"recorded", "now"};
  visitor.option(start);
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found;
  if (const auto pace = parse_pace(options_.pace); !pace) found.push_back(pace.fault().message);
  if (options_.loop && options_.standard_input()) found.push_back("standard input cannot be read in a loop");
  if (!options_.channel.empty() && !options_.rename.empty()) {
    found.push_back("channel gives all frames one name, rename gives each its own: leave one out");
  }
  for (const std::string& pair : options_.rename) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      found.push_back("rename \"" + printable(pair) + "\" is not of the form \"recorded=alias\"");
    }
  }
  return found;
}

std::vector<std::string> Config::reads() const {
  if (options_.standard_input()) return {};
  return {options_.path.value};
}

std::vector<std::string> Config::channels(const std::string&) const {
  if (!options_.channel.empty()) return {options_.channel};
  std::vector<std::string> known;
  for (const std::string& pair : options_.rename) known.push_back(pair.substr(pair.find('=') + 1));
  return known;
}

SourceForecast Config::forecast(FileSystem&) const {
  SourceForecast forecast;
  forecast.unknown = "a recording";
  return forecast;
}

// Its first lines: what is damaged further behind is found when it is read.
std::optional<Findings> Config::probe(const ProbeContext& context) const {
  if (options_.standard_input()) return std::nullopt;
  constexpr Duration kPatience = std::chrono::seconds(2);
  const auto type = context.files.type(options_.path.value);
  if (type && *type == FileType::other) return std::nullopt;  // a pipe: who opens it waits for its other end
  LogText text;
  if (const Status opened = text.open(options_.path.value, 0); !opened) {
    return Findings{finding_of(opened.fault(), "path")};
  }
  const auto filled = text.fill(context.clock, context.clock.mono() + kPatience);
  if (!filled) return Findings{finding_of(filled.fault(), "path")};
  FrameBlock frames;
  candump::Reader reader([](std::string_view) { return ChannelId{0}; });
  (void)reader.parse(text.text(), *filled == LogText::Fill::end, 1, frames);
  if (!frames.empty()) return Findings{};
  return Findings{
      {Severity::warning, "path: " + printable(options_.path.value, 200) + " " + what_is_wrong(text.text())}};
}

std::unique_ptr<FrameSource> Config::make() const {
  return std::make_unique<Source>(options_);
}

ComponentInfo logfile_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "logfile";
  info.summary = "Frames of a recording (candump, plain or compressed)";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<Config>(); };
  return info;
}

}  // namespace cantrail::logfile
