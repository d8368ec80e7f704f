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

}  // namespace

void SqliteConfig::describe(OptionVisitor& visitor) {
  OptionSpec file;
  file.name = "path";
  file.sense = "The file; its write-ahead log lies beside it";
  file.target = &path;
  visitor.option(file);
  OptionSpec limits;
  limits.name = "keep";
  limits.sense = "How much of the past: times, sizes of file and log together, numbers of rows; or forever";
  limits.target = &keep;
  limits.example = R"(["30d", "1GiB", "50000000 rows"])";
  visitor.option(limits);
}

std::vector<std::string> SqliteConfig::problems() const {
  std::vector<std::string> found;
  if (path.value.empty()) found.emplace_back("path: names no file");
  if (const auto why = too_little(keep, kLeast)) found.push_back("keep: " + *why);
  return found;
}

std::vector<std::string> SqliteConfig::writes() const {
  if (path.value.empty()) return {};  // said by problems()
  return {path.value, path.value + "-wal", path.value + "-shm"};
}

std::unique_ptr<Sink> SqliteConfig::make() const {
  return std::make_unique<sqlite::SqliteSink>(path.value, keep);
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
