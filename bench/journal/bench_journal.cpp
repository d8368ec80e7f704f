// How fast batches go into the journal and come back, what a frame costs on the disk, and how long it takes
// to find a place in a long journal. Goals: 20 M frames/s appended and 30 M frames/s read back in batches of
// 1,000, so that the journal is never what limits a node; milliseconds to any position or moment of 100 GiB.
// Arguments: FOLDER (default: the system's folder for temporary files; put it on the disk to be measured).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "journal/journal.hpp"

namespace cantrail {
namespace {

class NoLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view) override {}
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[noreturn]] void fail(const Fault& fault) {
  std::fprintf(stderr, "bench_journal: %s\n", fault.message.c_str());
  std::exit(1);
}

// A bus as it is: 40 ids, 8 bytes mostly (`mixed`: lengths vary), about 100 us between frames; the payload is
// random, which is the worst case of compression.
void fill(RawBatch& batch, std::size_t frames, bool mixed) {
  std::mt19937_64 random(7);
  std::int64_t time = 1'700'000'000'000'000'000;
  for (std::size_t i = 0; i < frames; ++i) {
    const std::uint64_t bits = random();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&bits);
    const std::size_t length = mixed ? bits % 9 : 8;
    time += 90'000 + static_cast<std::int64_t>(bits % 20'000);
    batch.frames.append({WallTime{time}, 0x100U + static_cast<std::uint32_t>(bits % 40),
                         with_origin(0, TimeOrigin::kernel), 0, static_cast<std::uint8_t>(length),
                         std::span(bytes, length)});
  }
}

// Appends `total` frames without fdatasync (the rate a disk syncs at is the disk's), then reads them.
void measure(const std::string& folder, const char* name, std::size_t per_batch, bool mixed,
             std::size_t total, JournalCompression compression = JournalCompression::none) {
  std::filesystem::remove_all(folder);
  SystemClock clock;
  NoLog log;
  JournalOptions options;
  options.folder = folder;
  options.cap_bytes = std::uint64_t{4} << 30U;
  options.compression = compression;
  auto opened = Journal::open(options, "{}", real_file_system(), clock, log);
  if (!opened) fail(opened.fault());
  Journal& journal = **opened;
  RawBatch batch;
  fill(batch, per_batch, mixed);
  batch.position = {journal.id(), journal.epoch(), 0, 0};
  auto start = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < total; done += per_batch) {
    ++batch.position.seq;
    if (const Status appended = journal.append(batch); !appended) fail(appended.fault());
    batch.first_record += per_batch;
  }
  const double append_seconds = seconds_since(start);
  const JournalStats stats = journal.stats();

  auto reader = journal.read({});
  if (!reader) fail(reader.fault());
  std::size_t frames = 0;
  start = std::chrono::steady_clock::now();
  for (;;) {
    const auto item = (*reader)->next();
    if (!item) fail(item.fault());
    if (!*item) break;
    frames += (*item)->batch->frames.size();
  }
  const double read_seconds = seconds_since(start);
  if (frames != stats.appended_records) fail({FaultKind::bug, "not everything was read back"});
  // Where a lane joins in the last quarter of the last segment.
  Position late = stats.head;
  late.seq -= 10;
  start = std::chrono::steady_clock::now();
  auto seeker = journal.read(late);
  if (!seeker || !(*seeker)->next()) fail({FaultKind::bug, "cannot seek"});
  const double seek_seconds = seconds_since(start);
  const double millions = static_cast<double>(frames) / 1e6;
  std::printf("%-28s append %7.1f M frames/s   read %7.1f M frames/s   %5.2f bytes/frame   seek %5.1f ms\n",
              name, millions / append_seconds, millions / read_seconds,
              static_cast<double>(stats.appended_bytes) / static_cast<double>(frames), seek_seconds * 1e3);
  opened->reset();
  std::filesystem::remove_all(folder);
}

// 1,600 segments of 64 MiB: 100 GiB to open and to find a place in. Each holds one batch and is a hole behind
// it; what the scan of a full segment adds is the `seek` of the lines above.
void measure_places(const std::string& folder) {
  constexpr std::uint64_t kSegmentBytes = 64U << 20U;
  constexpr std::uint64_t kSegments = 1600;
  std::filesystem::remove_all(folder);
  ManualClock clock(WallTime{1'700'000'000'000'000'000}, MonoTime{});
  NoLog log;
  JournalOptions options;
  options.folder = folder;
  options.cap_bytes = 256ULL << 30U;
  options.segment_bytes = 4096;
  const auto open = [&] {
    auto opened = Journal::open(options, "{}", real_file_system(), clock, log);
    if (!opened) fail(opened.fault());
    return std::move(*opened);
  };
  {
    const auto journal = open();
    RawBatch batch;
    fill(batch, 240, false);
    for (std::uint64_t seq = 1; seq <= kSegments; ++seq) {
      batch.position = {journal->id(), journal->epoch(), seq, 0};
      batch.clock = clock.pair();
      if (const Status appended = journal->append(batch); !appended) fail(appended.fault());
      clock.advance(std::chrono::minutes(10));
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".ctj") std::filesystem::resize_file(entry.path(), kSegmentBytes);
  }
  auto start = std::chrono::steady_clock::now();
  const auto journal = open();
  const double open_ms = seconds_since(start) * 1e3;
  const auto timed = [&](auto read, std::uint64_t expected) {
    start = std::chrono::steady_clock::now();
    const auto reader = read();
    const auto item = reader ? (*reader)->next() : Result<std::optional<JournalReader::Item>>(reader.fault());
    if (!item || !*item || (*item)->batch->position.seq != expected) fail({FaultKind::bug, "cannot seek"});
    return seconds_since(start) * 1e3;
  };
  const auto at = [](std::uint64_t seq) {
    return WallTime{1'700'000'000'000'000'000 + static_cast<std::int64_t>(seq - 1) * 600'000'000'000};
  };
  const double first_ms = timed([&] { return journal->read_from_time(at(1500)); }, 1500);
  const double later_ms = timed([&] { return journal->read_from_time(at(800)); }, 800);
  const double position_ms = timed([&] { return journal->read({journal->id(), 1, 700, 0}); }, 700);
  std::printf("%-28s open %.1f ms   seek by time: first %.1f ms, later %.1f ms   by position %.2f ms\n",
              "100 GiB in 1,600 segments", open_ms, first_ms, later_ms, position_ms);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cantrail

int main(int argc, char** argv) {
  std::string base = std::filesystem::temp_directory_path().string();
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--folder") base = argv[i + 1];
  }
  const std::string folder = base + "/cantrail-bench-journal";
  cantrail::measure(folder, "1,000 per batch, 8 bytes", 1000, false, 20'000'000);
  cantrail::measure(folder, "1,000 per batch, 0-8 bytes", 1000, true, 20'000'000);
  cantrail::measure(folder, "4,096 per batch, 8 bytes", 4096, false, 20'000'000);
  cantrail::measure(folder, "20 per batch, 8 bytes", 20, false, 4'000'000);
  cantrail::measure(folder, "1,000 per batch, zstd", 1000, false, 5'000'000,
                    cantrail::JournalCompression::zstd);
  cantrail::measure(folder, "20 per batch, zstd", 20, false, 2'000'000, cantrail::JournalCompression::zstd);
  cantrail::measure_places(folder);
  return 0;
}
