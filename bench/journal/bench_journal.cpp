// How fast batches go into the journal and come back, what a frame costs on the disk, how often fdatasync is
// called, and how long it takes to find a place in a long journal. What must be reached stands beside each
// figure: 20 M frames/s appended and 30 M frames/s read back in batches of 1,000, so that the journal is
// never what limits a node; two fdatasyncs a second by default and none when idle; milliseconds to any
// position or moment of 100 GiB.
//
// --folder FOLDER: where (default: the system's folder for temporary files), on the disk to be measured.
// --runs N: each speed is the best of so many (3).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "machine.hpp"
#include "pipeline/journal_sync.hpp"

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

struct Traffic {
  const char* name;
  std::size_t per_batch;
  bool mixed;
  std::size_t total;
  JournalCompression compression = JournalCompression::none;
  const char* append_must = "";
  const char* read_must = "";
};

struct Speeds {
  double append = 0, read = 0;  // millions of frames a second
  double bytes_per_frame = 0;
  double seek_ms = 0;
};

// Appends all without fdatasync (the rate a disk syncs at is the disk's), into the page cache, then reads it.
Speeds measure_once(const std::string& folder, const Traffic& traffic) {
  const std::size_t per_batch = traffic.per_batch;
  std::filesystem::remove_all(folder);
  SystemClock clock;
  NoLog log;
  JournalOptions options;
  options.folder = folder;
  options.cap_bytes = std::uint64_t{4} << 30U;
  options.compression = traffic.compression;
  auto opened = Journal::open(options, "{}", real_file_system(), clock, log);
  if (!opened) fail(opened.fault());
  Journal& journal = **opened;
  RawBatch batch;
  fill(batch, per_batch, traffic.mixed);
  batch.position = {journal.id(), journal.epoch(), 0, 0};
  auto start = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < traffic.total; done += per_batch) {
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
  opened->reset();
  std::filesystem::remove_all(folder);
  return {millions / append_seconds, millions / read_seconds,
          static_cast<double>(stats.appended_bytes) / static_cast<double>(frames), seek_seconds * 1e3};
}

void measure(const std::string& folder, const Traffic& traffic, int runs) {
  Speeds best = measure_once(folder, traffic);
  for (int i = 1; i < runs; ++i) {
    const Speeds again = measure_once(folder, traffic);
    best.append = std::max(best.append, again.append);
    best.read = std::max(best.read, again.read);
    best.seek_ms = std::min(best.seek_ms, again.seek_ms);
  }
  std::printf(
      "%-28s append %6.1f M frames/s%-12s read %6.1f M frames/s%-12s %5.2f bytes/frame   seek %5.1f ms\n",
      traffic.name, best.append, traffic.append_must, best.read, traffic.read_must, best.bytes_per_frame,
      best.seek_ms);
}

// Two busy buses for some seconds, as a node seals them, then nothing for some: in real time.
void measure_syncs(const std::string& folder) {
  constexpr int kSeconds = 5;
  constexpr std::size_t kPerBatch = 32;  // of 16,000 frames/s in 2 ms
  std::filesystem::remove_all(folder);
  SystemClock clock;
  NoLog log;
  JournalOptions options;
  options.folder = folder;
  options.cap_bytes = 64U << 20U;
  auto opened = Journal::open(options, "{}", real_file_system(), clock, log);
  if (!opened) fail(opened.fault());
  Journal& journal = **opened;
  JournalSync sync({journal, clock, log, sync_interval(options.sync)});
  sync.start();
  RawBatch batch;
  fill(batch, kPerBatch, false);
  batch.position = {journal.id(), journal.epoch(), 0, 0};
  const std::uint64_t before = journal.stats().syncs;
  const auto start = std::chrono::steady_clock::now();
  Duration longest{};
  for (int i = 0; i < kSeconds * 500; ++i) {
    ++batch.position.seq;
    if (const Status appended = journal.append(batch); !appended) fail(appended.fault());
    batch.first_record += kPerBatch;
    sync.appended(batch);
    longest = std::max(longest, journal.stats().last_sync_took);
    std::this_thread::sleep_until(start + std::chrono::milliseconds(2) * (i + 1));
  }
  const std::uint64_t busy = journal.stats().syncs - before;
  std::this_thread::sleep_for(std::chrono::seconds(1));  // the one that was due
  const std::uint64_t then = journal.stats().syncs;
  std::this_thread::sleep_for(std::chrono::seconds(kSeconds));
  const std::uint64_t idle = journal.stats().syncs - then;
  std::printf("%-28s %.1f a second (must <= 2), the longest took %.2f ms; idle: %.1f a second (must 0)\n",
              "fdatasync, by default", static_cast<double>(busy) / kSeconds,
              std::chrono::duration<double, std::milli>(longest).count(),
              static_cast<double>(idle) / kSeconds);
  sync.finish();
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
  std::printf(
      "%-28s open %.1f ms   seek by time: first %.1f ms, later %.1f ms   by position %.2f ms (must: "
      "milliseconds)\n",
      "100 GiB in 1,600 segments", open_ms, first_ms, later_ms, position_ms);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cantrail

int main(int argc, char** argv) {
  using cantrail::JournalCompression;
  std::string base = std::filesystem::temp_directory_path().string();
  int runs = 3;
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--folder") base = argv[i + 1];
    if (option == "--runs") runs = std::max(1, std::atoi(argv[i + 1]));
  }
  std::printf("%s\n", cantrail::bench::machine_line().c_str());
  const std::string folder = base + "/cantrail-bench-journal";
  for (const cantrail::Traffic& traffic : {
           cantrail::Traffic{"1,000 per batch, 8 bytes", 1000, false, 20'000'000, JournalCompression::none,
                             " (must 20)", " (must 30)"},
           {"1,000 per batch, 0-8 bytes", 1000, true, 20'000'000},
           {"4,096 per batch, 8 bytes", 4096, false, 20'000'000},
           {"20 per batch, 8 bytes", 20, false, 4'000'000},
           {"1,000 per batch, zstd", 1000, false, 5'000'000, JournalCompression::zstd},
           {"20 per batch, zstd", 20, false, 2'000'000, JournalCompression::zstd},
       }) {
    cantrail::measure(folder, traffic, runs);
  }
  cantrail::measure_syncs(folder);
  cantrail::measure_places(folder);
  return 0;
}
