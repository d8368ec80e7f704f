#include <array>
#include <utility>

#include "sinks/sqlite/forecast.hpp"
#include "sinks/sqlite/sink.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail {
namespace {

const Keep kLeast{std::chrono::minutes(1), 8'000'000, 10'000};

constexpr std::string_view kSample = R"([sink.history]
type = "sqlite"
path = "history.db"         # relative to this file
keep = ["30d", "1GiB"]      # whichever is reached first
)";

// The levels beside the rows, by option name.
std::array<std::pair<std::string_view, const Keep*>, 3> levels_of(const SqliteConfig& config) {
  return {{{"keep_1s", &config.keep_1s}, {"keep_1m", &config.keep_1m}, {"keep_1h", &config.keep_1h}}};
}

sqlite::StoreOptions options_of(const SqliteConfig& config) {
  sqlite::StoreOptions options;
  options.keep = config.keep;
  options.form = config.rows == "plain" ? sqlite::RowForm::plain : sqlite::RowForm::packed;
  std::size_t level = 0;
  for (const auto& [name, keep] : levels_of(config)) options.rollups[level++] = *keep;
  return options;
}

}  // namespace

void SqliteConfig::describe(OptionVisitor& visitor) {
  OptionSpec file;
  file.name = "path";
  file.sense = "The file, its write-ahead log beside it; in `data` if left out";
  file.target = &path;
  visitor.option(file);
  OptionSpec limits;
  limits.name = "keep";
  limits.sense = "How much of the past: times, sizes of file and log together, numbers of rows; or forever";
  limits.target = &keep;
  limits.example = R"(["30d", "1GiB", "50000000 rows"])";
  visitor.option(limits);
  const auto level = [&visitor](const char* name, const char* sense, Keep& target) {
    OptionSpec spec;
    spec.name = name;
    spec.sense = sense;
    spec.target = &target;
    visitor.option(spec);
  };
  level("keep_1s", "How much of each signal's seconds: a time and a size of their own, or forever", keep_1s);
  level("keep_1m", "The same for its minutes", keep_1m);
  level("keep_1h", "The same for its hours", keep_1h);
  OptionSpec form;
  form.name = "rows";
  form.sense = "How rows are stored: many in one value, in few bytes; or one by one, for readers of SQL";
  form.target = &rows;
  form.choices = {"packed", "plain"};
  visitor.option(form);
  OptionSpec wait;
  wait.name = "delay";
  wait.sense = "How long rows may wait for others before they are written; questions do not wait for it";
  wait.target = &delay;
  wait.minimum = 0.01;
  wait.maximum = 600;
  visitor.option(wait);
  OptionSpec look;
  look.name = "check";
  look.sense = "After a start, read slowly through what the file holds, so that damage is told early";
  look.target = &check;
  visitor.option(look);
}

std::vector<std::string> SqliteConfig::problems() const {
  std::vector<std::string> found;
  if (path.value.empty()) found.emplace_back("path: names no file");
  if (const auto why = too_little(keep, kLeast)) found.push_back("keep: " + *why);
  for (const auto& [name, level] : levels_of(*this)) {
    if (const auto why = too_little(*level, kLeast)) found.push_back(std::string(name) + ": " + *why);
    if (level->rows) found.push_back(std::string(name) + ": takes times and sizes, no number of rows");
  }
  return found;
}

std::vector<std::string> SqliteConfig::writes() const {
  if (path.value.empty()) return {};  // said by problems()
  return {path.value, path.value + "-wal", path.value + "-shm"};
}

std::optional<SinkForecast> SqliteConfig::forecast(std::span<const StreamRate> streams) const {
  const sqlite::StoreOptions options = options_of(*this);
  const sqlite::Growth growth = sqlite::growth_of(streams, options.form, delay);
  double rows_per_s = 0;
  for (const StreamRate& stream : streams) rows_per_s += stream.rows_per_s;
  SinkForecast forecast;
  forecast.bytes_per_day = growth.all() * 86400;
  if (auto held = sqlite::holding(growth, rows_per_s, options)) {
    forecast.holds = held->time;
    forecast.limit = std::move(held->limit);
  }
  return forecast;
}

std::unique_ptr<Sink> SqliteConfig::make() const {
  return std::make_unique<sqlite::SqliteSink>(path.value, options_of(*this), delay,
                                              check ? std::optional(sqlite::CheckPace{}) : std::nullopt);
}

ComponentInfo sqlite_sink_info() {
  ComponentInfo info;
  info.kind = ComponentKind::sink;
  info.type = "sqlite";
  info.summary = "decoded rows in one SQLite file of bounded size, with their history to look back into";
  info.sample = kSample;
  info.make_sink = []() -> std::unique_ptr<SinkConfig> { return std::make_unique<SqliteConfig>(); };
  return info;
}

}  // namespace cantrail
