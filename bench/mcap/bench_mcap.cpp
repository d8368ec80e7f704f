// How fast messages go into an MCAP file and come back in the order of their times, beside what compression
// alone costs on the same bytes. The peer, Foxglove's C++ library 2.1, is not packaged: its figures (2 M such
// messages, on a machine that copies 10.3 GB/s) stand in, scaled by this machine's memcpy. Python's library
// is run as a floor. Arguments: --folder FOLDER (default: the system's for temporary files), --python
// PROGRAM.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "ceilings.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/summary_reader.hpp"
#include "machine.hpp"
#include "peer.hpp"
#include "traffic.hpp"
#include "verdict.hpp"

namespace cantrail::bench {
namespace {

using Clock = std::chrono::steady_clock;
using mcap::Compression;

constexpr std::size_t kMessages = 2'000'000;
constexpr std::size_t kBatch = 1000;  // messages that come at a time
constexpr std::size_t kChunkBytes = std::size_t{1}
                                    << 20U;  // a chunk is cut at the first batch that reaches it
constexpr int kRuns = 5;
constexpr double kPeerMemcpy = 10.3;

struct Peer {
  Compression compression;
  const char* name;
  double writes, reads, megabytes;  // Mmsg/s, Mmsg/s, MB
  double write_goal;                // times the peer
};
constexpr Peer kPeers[] = {{Compression::zstd, "zstd", 2.6, 5.8, 84.9, 2},
                           {Compression::lz4, "lz4", 3.6, 8.3, 113.8, 2},
                           {Compression::none, "none", 3.2, 9.5, 214, 4}};

[[noreturn]] void fail(const Fault& fault) {
  std::fprintf(stderr, "bench_mcap: %s\n", fault.message.c_str());
  std::exit(1);
}

void check(const Status& status) {
  if (!status) fail(status.fault());
}

template <class T>
T take(Result<T> result) {
  if (!result) fail(result.fault());
  return std::move(result).value();
}

double millions_per_second(double seconds) {
  return static_cast<double>(kMessages) / seconds / 1e6;
}

// Both of the best run: on a machine that does other things too, the processor's time says more than the
// clock.
struct Time {
  double seconds = 1e9;
  double cpu_seconds = 1e9;  // of all threads
};

Time best_of(const std::function<void()>& measure) {
  Time best;
  for (int run = 0; run < kRuns; ++run) {
    const double cpu = cpu_seconds();
    const auto start = Clock::now();
    measure();
    best.seconds = std::min(best.seconds, std::chrono::duration<double>(Clock::now() - start).count());
    best.cpu_seconds = std::min(best.cpu_seconds, cpu_seconds() - cpu);
  }
  return best;
}

std::string told(const Time& time) {
  char text[80];
  std::snprintf(text, sizeof text, "%5.1f Mmsg/s (%3.0f ns of processor time a message)",
                millions_per_second(time.seconds), time.cpu_seconds * 1e9 / static_cast<double>(kMessages));
  return text;
}

void at_least(const char* what, const Time& time, unsigned threads, double goal) {
  const double clock = millions_per_second(time.seconds),
               cpu = threads * millions_per_second(time.cpu_seconds);
  std::printf("  %-5s %6.1f Mmsg/s by the clock, %6.1f by processor time; at least %5.1f: %s\n", what, clock,
              cpu, goal, verdict(clock, cpu, goal));
}

void at_most(const char* what, double reached, double goal) {
  std::printf("  file  %6.1f MB; at most %5.1f, %s: %s\n", reached, goal, what,
              reached <= goal ? "MET" : "MISSED");
}

// Batches come one at a time, as from a lane; whoever is free fills the next chunk, compresses it, and
// appends it when its turn has come.
class Recording {
 public:
  Recording(const Traffic& traffic, const mcap::ChunkOptions& options, mcap::FileWriter& writer)
      : traffic_(traffic), options_(options), writer_(writer) {}

  void run(unsigned threads) {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
    for (std::thread& other : others) other.join();
    check(writer_.finish());
  }

 private:
  void work() {
    mcap::ChunkCompressor compressor(options_);
    mcap::ChunkBuilder builder;
    mcap::FinishedChunk chunk;
    for (;;) {
      std::size_t turn = 0;
      {
        const std::lock_guard lock(filling_);
        while (builder.bytes() < kChunkBytes && next_row_ < traffic_.messages()) {
          const std::size_t count = std::min(kBatch, traffic_.messages() - next_row_);
          if (!builder.append(traffic_.rows(next_row_, count))) fail({FaultKind::bug, "the chunk is full"});
          next_row_ += count;
        }
        if (builder.empty()) return;
        turn = filled_++;
      }
      check(compressor.compress(builder, chunk));
      std::unique_lock lock(appending_);
      turn_came_.wait(lock, [&] { return appended_ == turn; });
      check(writer_.append(chunk));
      ++appended_;
      turn_came_.notify_all();
    }
  }

  const Traffic& traffic_;
  const mcap::ChunkOptions options_;
  mcap::FileWriter& writer_;
  std::mutex filling_, appending_;
  std::condition_variable turn_came_;
  std::size_t next_row_ = 0, filled_ = 0, appended_ = 0;
};

void write_file(const Traffic& traffic, Compression compression, unsigned threads, bool data_crc,
                const std::string& path) {
  std::filesystem::remove(path);
  const auto file = take(real_file_system().open(path, OpenMode::create_new));
  mcap::FileSink sink(*file);
  mcap::FileOptions options;
  options.data_crc = data_crc;
  mcap::FileWriter writer(sink, options);
  for (std::uint16_t id = 0; id < kChannels; ++id) {
    check(writer.add(mcap::Channel{id, 0, "channel/" + std::to_string(id), "json", {}}));
  }
  Recording(traffic, {.compression = compression, .level = {}}, writer).run(threads);
}

void read_file(const std::string& path) {
  const auto file = take(real_file_system().open(path, OpenMode::read));
  const mcap::FileSource source = take(mcap::FileSource::on(*file));
  const mcap::Summary summary = take(mcap::read_summary(source));
  mcap::OrderedReader reader(source, summary, {});
  std::size_t messages = 0;
  std::uint64_t last = 0, bytes = 0;
  bool in_order = true;
  for (auto some = take(reader.next()); !some.empty(); some = take(reader.next())) {
    for (const mcap::Message& message : some) {
      in_order = in_order && message.log_time_ns >= last;
      last = message.log_time_ns;
      bytes += message.data.size() + std::to_integer<std::uint64_t>(message.data.front());
    }
    messages += some.size();
  }
  if (messages != kMessages || !in_order || bytes < kMessages * kMessageBytes) {
    fail({FaultKind::bug, "not everything was read back"});
  }
}

Chunks chunks_of(const Traffic& traffic) {
  Chunks chunks;
  mcap::ChunkBuilder builder;
  for (std::size_t row = 0; row < traffic.messages(); row += kBatch) {
    if (!builder.append(traffic.rows(row, kBatch))) fail({FaultKind::bug, "the chunk is full"});
    if (builder.bytes() < kChunkBytes && row + kBatch < traffic.messages()) continue;
    chunks.emplace_back(builder.records().begin(), builder.records().end());
    builder.clear();
  }
  return chunks;
}

void measure(const Peer& peer, const Traffic& traffic, const Chunks& chunks, double scale,
             const std::string& path) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto writing = [&](unsigned threads, bool data_crc) {
    return best_of([&] { write_file(traffic, peer.compression, threads, data_crc, path); });
  };
  const Time write = writing(cores, false);
  const Time read = best_of([&] { read_file(path); });
  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  std::printf("%s\n", peer.name);
  std::printf("    write, %u threads                    %s\n", cores, told(write).c_str());
  std::printf("    the same, data section's checksum   %s\n", told(writing(cores, true)).c_str());
  std::printf("    write, 1 thread                     %s\n", told(writing(1, false)).c_str());
  std::printf("    read in the order of time, 1 thread %s\n", told(read).c_str());
  double write_goal = peer.write_goal * peer.writes * scale;
  double alone_megabytes = static_cast<double>(kMessages * kRecordBytes) / 1e6;
  if (peer.compression != Compression::none) {
    std::size_t bytes = 0;
    const Time alone = best_of([&] { bytes = compress_alone(peer.compression, chunks, cores); });
    const Compressed compressed(peer.compression, chunks);
    alone_megabytes = static_cast<double>(bytes) / 1e6;
    std::printf("    %-4s alone on the chunks, %u threads  %s\n", peer.name, cores, told(alone).c_str());
    std::printf("    decompression alone, 1 thread       %s\n",
                told(best_of([&] { compressed.decompress(); })).c_str());
    std::printf("    write is %.2f of compression alone by the clock, %.2f by processor time\n",
                alone.seconds / write.seconds, alone.cpu_seconds / write.cpu_seconds);
    if (peer.compression == Compression::zstd) {
      write_goal = std::min(write_goal, 0.9 * cores * millions_per_second(alone.cpu_seconds));
    }
  }
  const double index_megabytes = static_cast<double>(kMessages * mcap::kIndexEntryBytes) / 1e6;
  at_least("write", write, cores, write_goal);
  at_least("read", read, 1, 1.5 * peer.reads * scale);
  at_most("1.02 x what the peer makes of this input", megabytes, 1.02 * (alone_megabytes + index_megabytes));
  at_most("1.02 x what the peer made of its own", megabytes, 1.02 * peer.megabytes);
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  using namespace cantrail::bench;
  std::string folder = std::filesystem::temp_directory_path().string(), python;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--folder") folder = argv[i + 1];
    if (std::string(argv[i]) == "--python") python = argv[i + 1];
  }
  const double copied = memcpy_gb_per_second();
  const double scale = copied / kPeerMemcpy;
  std::printf(
      "%s\n2 M messages of 60 bytes on 60 channels, best of %d; memcpy %.1f GB/s, so the peer's figures x "
      "%.2f\n",
      machine_line().c_str(), kRuns, copied, scale);
  const Traffic traffic(kMessages);
  const Chunks chunks = chunks_of(traffic);
  const std::string path = folder + "/cantrail-bench.mcap";
  for (const Peer& peer : kPeers) measure(peer, traffic, chunks, scale, path);
  std::filesystem::remove(path);
  if (const auto told = output_of_script(python, CANTRAIL_BENCH_DIR "/mcap/python_mcap_peer.py", {path})) {
    std::printf("%s", told->c_str());
  } else {
    std::printf("python mcap: skipped (%s)\n", why_skipped(python));
  }
  return 0;
}
