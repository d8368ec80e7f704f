#include <algorithm>

#include "base/text.hpp"
#include "component/option_text.hpp"
#include "sinks/mcap/forecast.hpp"
#include "sinks/mcap/mcap_sink.hpp"
#include "sinks/mcap/sink.hpp"

namespace cantrail {
namespace {

using namespace mcap_sink;

constexpr Duration kUsualWindow = std::chrono::seconds(30);  // on each side of a trigger
const Keep kLeast{std::chrono::minutes(1), 16'000'000, std::nullopt};
// A recording is a part of what is kept, so that taking away the oldest leaves the rest.
constexpr std::uint64_t kLeastRecordings = 4;
constexpr double kLeastChunk = 16 << 10, kMostChunk = 4 << 20;

constexpr std::string_view kSample = R"([sink.recording]
type = "mcap"
path = "recordings"         # relative to this file
split = ["1h", "512MiB"]    # a new file each hour, or when one is full
keep = ["30d", "8GiB"]      # whichever is reached first
)";

OptionSpec spec(std::string name, std::string sense, OptionTarget target) {
  OptionSpec made;
  made.name = std::move(name);
  made.sense = std::move(sense);
  made.target = target;
  return made;
}

mcap::Compression compression_of(const std::string& word) {
  return mcap::compression_named(word == "none" ? "" : word).value_or(mcap::Compression::zstd);
}

const std::vector<std::string> kPlaceholders{"node", "sink", "start"};

}  // namespace

void McapConfig::describe(OptionVisitor& visitor) {
  visitor.option(spec("path", "The folder, this sink's alone; in `data` if left out", &path));
  OptionSpec names =
      spec("name", "What its files are called, without .mcap; names should sort by time", &name);
  names.placeholders = kPlaceholders;
  visitor.option(names);
  OptionSpec limits =
      spec("split", "Where a file ends: a time of the clock, a size, a trip; or never", &split);
  limits.example = R"(["trip", "100MB"])";
  visitor.option(limits);
  OptionSpec pause =
      spec("trip_gap", "With split = \"trip\": so long without frames, and the next begins another trip",
           &trip_gap);
  pause.minimum = 1;
  visitor.option(pause);
  OptionSpec journey =
      spec("trip", "With split = \"trip\": where this becomes true, another trip begins", &trip);
  journey.example = R"("Ignition.on == 1")";
  visitor.option(journey);
  OptionSpec causes = spec("trigger",
                           "Record only around these: where an expression is true, an error_frame comes, or "
                           "the api is called",
                           &trigger);
  causes.example = R"(["Battery.soc < 10", "error_frame", "api"])";
  visitor.option(causes);
  for (OptionSpec window : {spec("before", "With a trigger: so long ahead of it; 30s if not given", &before),
                            spec("after", "With a trigger: so long behind it; 30s if not given", &after)}) {
    window.minimum = 0;
    window.example = R"("1m")";
    window.maximum = std::chrono::duration<double>(kLongestWindow).count();
    visitor.option(window);
  }
  OptionSpec past =
      spec("keep", "How much of the past: a time, a size of all files together; or forever", &keep);
  past.example = R"(["30d", "100GB"])";
  visitor.option(past);
  OptionSpec packing = spec("compression", "How chunks are compressed", &compression);
  packing.choices = {"zstd", "lz4", "none"};
  visitor.option(packing);
  OptionSpec size = spec("chunk", "How much is compressed at a time; readers hold that much", &chunk);
  size.minimum = kLeastChunk;
  size.maximum = kMostChunk;
  visitor.option(size);
  visitor.option(spec("raw", "Frames as they came", &raw));
  visitor.option(spec("decoded", "What DBC files make of frames", &decoded));
  OptionSpec wait = spec("delay", "How long records may wait for others before they are written", &delay);
  wait.minimum = 0.01;
  wait.maximum = 600;
  visitor.option(wait);
}

std::vector<std::string> McapConfig::problems() const {
  std::vector<std::string> found;
  if (path.value.empty()) found.emplace_back("path: names no folder");
  if (name.text.empty() || name.text.find('/') != std::string::npos) {
    found.emplace_back("name: is a name, not empty and without '/'");
  }
  const auto limits = parse_split(split);
  if (!limits) found.push_back("split: " + limits.fault().message);
  if (limits && trip && !limits->trip) found.emplace_back("trip: needs \"trip\" among the words of split");
  if (trip) {
    if (const auto read = Condition::read(*trip); !read) found.push_back("trip: " + read.fault().message);
  }
  if (const auto read = Trigger::read(trigger); !read) found.push_back("trigger: " + read.fault().message);
  for (const auto& [option, window] : {std::pair("before", before), std::pair("after", after)}) {
    if (!window || !trigger.empty()) continue;
    found.push_back(
        std::string(option) +
        ": says how much is recorded around a trigger, and there is none; give 'trigger', or leave "
        "it out");
  }
  if (const auto why = too_little(keep, kLeast)) found.push_back("keep: " + *why);
  if (keep.rows) found.emplace_back("keep: takes times and sizes, no number of rows");
  if (!raw && !decoded)
    found.emplace_back("raw: with both raw and decoded switched off, nothing of a bus is left");
  return found;
}

std::vector<std::pair<std::string, std::string>> McapConfig::looks_at() const {
  std::vector<std::pair<std::string, std::string>> all;
  if (trip) {
    if (const auto read = Condition::read(*trip)) {
      for (const std::string& operand : read->operands()) all.emplace_back("trip", operand);
    }
  }
  if (const auto read = Trigger::read(trigger)) {
    for (const std::string& operand : read->operands()) all.emplace_back("trigger", operand);
  }
  return all;
}

Duration McapConfig::looks_back() const {
  return trigger.empty() ? Duration{} : before.value_or(kUsualWindow);
}

std::vector<std::string> McapConfig::writes() const {
  if (path.value.empty()) return {};
  return {join_path(path.value, kIndexName)};
}

// With triggers nobody knows.
std::optional<SinkForecast> McapConfig::forecast(std::span<const StreamRate> streams) const {
  if (!trigger.empty()) return std::nullopt;
  const Packing packing{compression_of(compression), chunk.count, delay};
  return holding(growth_of(streams, {raw, decoded}, packing), keep);
}

std::optional<Findings> McapConfig::probe(const ProbeContext& context) const {
  FileSystem& files = context.files;
  if (auto obstacle = probe_writable(files, join_path(path.value, kIndexName), "path")) {
    return Findings{std::move(*obstacle)};
  }
  Findings found;
  if (!keep.bytes) return found;
  std::uint64_t bytes = 0;
  if (files.exists(path.value)) {
    const auto names = files.list(path.value);
    if (!names) return Findings{finding_of(names.fault(), "path")};
    for (const std::string& file : *names) {
      if (!file.ends_with(kFinal) && !file.ends_with(kPart)) continue;
      const auto opened = files.open(join_path(path.value, file), OpenMode::read);
      const auto size = opened ? (*opened)->size() : Result<std::uint64_t>(opened.fault());
      if (!size) return Findings{finding_of(size.fault(), "path")};
      bytes += *size;
    }
  }
  if (auto full = probe_room(files, path.value, *keep.bytes, bytes, "keep"))
    found.push_back(std::move(*full));
  return found;
}

std::unique_ptr<Sink> McapConfig::make() const {
  Options options;
  options.folder = path.value;
  if (auto parts = parse_template(name.text)) options.name = std::move(*parts);
  if (const auto limits = parse_split(split)) options.split = *limits;
  options.split.trip_gap = trip_gap;
  if (trip) {
    if (auto read = Condition::read(*trip)) options.trip = std::move(*read);
  }
  if (!trigger.empty()) {  // then a file ends with its window, or where it is full
    options.split = {std::nullopt, options.split.bytes, false, {}};
    if (auto read = Trigger::read(trigger)) options.trigger = std::move(*read);
    options.before = before.value_or(kUsualWindow);
    options.after = after.value_or(kUsualWindow);
  }
  options.keep = keep;
  if (keep.bytes) {
    const std::uint64_t most = *keep.bytes / kLeastRecordings;
    options.split.bytes = std::min(options.split.bytes.value_or(most), most);
  }
  options.chunk.compression = compression_of(compression);
  options.chunk_bytes = chunk.count;
  options.selection = {raw, decoded};
  options.delay = delay;
  return std::make_unique<McapSink>(std::move(options));
}

ComponentInfo mcap_sink_info() {
  ComponentInfo info;
  info.kind = ComponentKind::sink;
  info.type = "mcap";
  info.summary = "frames and decoded rows in MCAP files, for Foxglove and other tools, for years";
  info.sample = kSample;
  info.make_sink = []() -> std::unique_ptr<SinkConfig> { return std::make_unique<McapConfig>(); };
  return info;
}

}  // namespace cantrail
