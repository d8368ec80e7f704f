#include "backlog.hpp"

#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "journal/journal.hpp"
#include "require.hpp"
#include "traffic.hpp"

namespace cantrail::bench {
namespace {

constexpr std::size_t kFramesPerBatch = 1000;
constexpr std::int64_t kBatchNs = 62'500'000;  // 16,000 frames a second

class NoLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view) override {}
};

CatalogPtr catalog() {
  CatalogSpec spec;
  spec.sources = {{"can0", "cannelloni"}};
  spec.dbcs = {{"bench.dbc", traffic_dbc()}};
  spec.channels = {{"can0", 0, {0}}};
  Diagnostics found;
  return value_of(CatalogCompiler().compile(std::move(spec), found))->catalog;
}

}  // namespace

void make_backlog(const std::string& journal_folder, std::uint64_t bytes) {
  std::filesystem::create_directories(journal_folder);
  SystemClock clock;
  NoLog log;
  JournalOptions options;
  options.folder = journal_folder;
  options.cap_bytes = 4 * bytes;
  const auto journal = value_of(Journal::open(options, "{}", real_file_system(), clock, log));
  Traffic traffic(7);
  RawBatch batch;
  batch.catalog = catalog();
  batch.position = {journal->id(), journal->epoch(), 0, 0};
  batch.clock = {clock.mono() - std::chrono::hours(24), clock.wall() - std::chrono::hours(24)};
  while (journal->stats().appended_bytes < bytes) {
    ++batch.position.seq;
    batch.first_record += batch.frames.size();
    batch.clock = {batch.clock.mono + Duration(kBatchNs), batch.clock.wall + Duration(kBatchNs)};
    batch.frames.clear();
    traffic.produce(kFramesPerBatch, batch.clock.wall, 0, batch.frames);
    require(journal->append(batch));
  }
  require(journal->close_cleanly());
  forget_files(journal_folder);
}

void forget_files(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

}  // namespace cantrail::bench
