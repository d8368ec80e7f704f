// The sink mcap end to end: decoded batches in, files on the disk, raw frames and protobuf of six signals a
// frame, with schemas, indexes and checksums. Batches of two sizes: as a busy live bus makes them, and as the
// journal is read. Arguments: --folder FOLDER (default: the system's for temporary files).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "../node/traffic.hpp"
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "machine.hpp"
#include "pipeline/batch_decoder.hpp"
#include "sinks/mcap/mcap_sink.hpp"

namespace cantrail::bench {
namespace {

constexpr std::size_t kFrames = 512 * 1024;
constexpr std::size_t kGroup = 16384;  // records of one write, as the lane hands them over
constexpr std::int64_t kStart = 1'700'000'000'000'000'000;
constexpr int kRuns = 3;
constexpr double kTwoBuses = 16'000;  // frames a second

[[noreturn]] void fail(const Fault& fault) {
  std::fprintf(stderr, "bench_mcap_sink: %s\n", fault.message.c_str());
  std::exit(1);
}

class QuietLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view message) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

CompiledCatalogPtr make_catalog() {
  CatalogSpec spec;
  spec.sources = {{"can0", "socketcan"}};
  spec.dbcs = {{"bench.dbc", traffic_dbc()}};
  spec.channels = {{"can0", 0, {0}}};
  Diagnostics found;
  CatalogCompiler compiler;
  auto compiled = compiler.compile(spec, found);
  if (!compiled) fail(compiled.fault());
  return *compiled;
}

JournalId journal() {
  JournalId id;
  id.bytes.fill(0x5A);
  return id;
}

std::vector<BatchPtr> make_batches(const CompiledCatalogPtr& catalog, std::size_t frames_each) {
  Traffic traffic(4711);
  BatchDecoder decoder;
  std::vector<BatchPtr> batches;
  for (std::size_t done = 0; done < kFrames; done += frames_each) {
    auto raw = std::make_shared<RawBatch>();
    raw->position = {journal(), 1, batches.size() + 1, 0};
    raw->first_record = done;
    raw->catalog = catalog->catalog;
    const WallTime time{kStart + static_cast<std::int64_t>(done) * 60'000};  // 16,667 frames/s
    traffic.produce(frames_each, time, 0, raw->frames);
    raw->clock.wall = time;
    batches.push_back(decoder.decode(std::move(raw), catalog));
  }
  return batches;
}

double cpu_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Took {
  double wall_s = 1e9, cpu = 1e9, bytes = 0;
};

Took run(const std::vector<BatchPtr>& batches, const CatalogPtr& catalog, const std::string& compression,
         const std::string& folder) {
  std::filesystem::remove_all(folder);
  McapConfig config;
  config.path.value = folder;
  config.compression = compression;
  const auto sink = config.make();
  SystemClock clock;
  QuietLog log;
  const double cpu_before = cpu_s();
  const auto begin = std::chrono::steady_clock::now();
  if (const auto opened = sink->open({"recording", "bench", journal(), clock, real_file_system(), log});
      !opened) {
    fail(opened.fault());
  }
  if (const Status told = sink->catalog(nullptr, catalog); !told) fail(told.fault());
  for (std::size_t from = 0; from < batches.size();) {
    std::size_t to = from, records = 0;
    while (to < batches.size() && records < kGroup) records += batches[to++]->raw->records();
    const std::span group(batches.data() + from, to - from);
    const auto written = sink->write(group, group.front()->begin(), group.back()->end());
    if (!written) fail(written.fault());
    from = to;
  }
  if (const Status flushed = sink->flush(); !flushed) fail(flushed.fault());
  sink->close();
  Took took;
  took.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  took.cpu = cpu_s() - cpu_before;
  took.bytes = static_cast<double>(sink->written_bytes().value_or(0));
  return took;
}

// Nanoseconds a byte of what the sink makes of each file beside writing it.
double sha256_ns_per_byte() {
  const std::vector<std::byte> piece(std::size_t{1} << 20U, std::byte{0x5A});
  constexpr int kPieces = 64;
  double best = 1e9;
  for (int i = 0; i < kRuns; ++i) {
    Sha256 sum;
    const double before = cpu_s();
    for (int done = 0; done < kPieces; ++done) sum.add(piece);
    if (sum.digest().is_zero()) fail({FaultKind::bug, "no digest"});
    best = std::min(best, cpu_s() - before);
  }
  return best * 1e9 / static_cast<double>(kPieces * piece.size());
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  using namespace cantrail::bench;
  std::string folder = std::filesystem::temp_directory_path().string();
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--folder") folder = argv[i + 1];
  }
  folder += "/cantrail-bench-recordings";
  const auto catalog = make_catalog();
  std::printf("%s\nthe sink mcap, %zu frames, each raw and decoded (6 signals), best of %d\n",
              machine_line().c_str(), kFrames, kRuns);
  const double sha256_ns = sha256_ns_per_byte();
  std::printf("  of that SHA-256 takes %.2f ns a byte of the file\n", sha256_ns);
  for (const std::size_t frames_each : {std::size_t{32}, std::size_t{4096}}) {
    const auto batches = make_batches(catalog, frames_each);
    for (const char* compression : {"zstd", "lz4", "none"}) {
      Took best;
      for (int i = 0; i < kRuns; ++i) {
        const Took took = run(batches, catalog->catalog, compression, folder);
        best = {std::min(best.wall_s, took.wall_s), std::min(best.cpu, took.cpu), took.bytes};
      }
      std::printf(
          "  batches of %4zu, %-4s  %.2f M frames/s, %.2f µs of processor a frame (SHA-256 %.2f), %.1f bytes "
          "a "
          "frame; %.0f frames/s: %.1f %% of a processor, %.0f GB a day\n",
          frames_each, compression, kFrames / best.wall_s / 1e6, best.cpu / kFrames * 1e6,
          sha256_ns * best.bytes / kFrames / 1e3, best.bytes / kFrames, kTwoBuses,
          best.cpu / kFrames * kTwoBuses * 100, best.bytes / kFrames * kTwoBuses * 86'400 / 1e9);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}
