// The history under its loads: bytes written an hour, rows a second with rollups beside a plain client, a
// chart over 30 days while rows come in, and how cost grows with signals and days.
//   bench_history [--only written|rates|charts] [--python …] [FOLDER]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "growth.hpp"
#include "machine.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"
#include "support/history_traffic.hpp"

namespace cantrail::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kDay = 86'400 * kSecond;
constexpr std::int64_t kStart =
    1'700'000'040 * kSecond;  // a whole minute: there transactions end that wait for their delay

class Silence final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view message) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

void require(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
  std::exit(1);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::uint64_t process_written() {
  std::ifstream io("/proc/self/io");
  for (std::string word; io >> word;) {
    std::uint64_t value = 0;
    if (word == "write_bytes:" && io >> value) return value;
  }
  return 0;
}

// A history file with its sink, fed from made-up traffic.
class Feed {
 public:
  Feed(const std::string& folder, const std::vector<MessageRate>& messages, const Keep& keep)
      : path_(folder + "/bench_history.db"), traffic_(messages) {
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + part);
    config_.path.value = path_;
    config_.keep = keep;
    sink_ = config_.make();
    require(sink_->open({"history", "node", {}, clock_, real_file_system(), log_}).ok(), "open");
  }
  ~Feed() {
    sink_->close();
    sink_.reset();
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + part);
  }

  // As it would come from a live bus.
  std::size_t write(std::int64_t from_ns, std::int64_t to_ns) {
    return write(traffic_.live(next_, from_ns, to_ns));
  }
  std::size_t write(std::span<const BatchPtr> batches) {
    const auto outcome = sink_->write(batches, batches.front()->begin(), batches.back()->end());
    require(outcome.ok(), outcome ? "" : outcome.fault().message);
    return outcome->delivered;
  }
  // As far as the disk: otherwise the system joins what it would have written twice.
  void sync() const {
    for (const char* part : {"", "-wal"}) {
      const int file = ::open((path_ + part).c_str(), O_RDONLY | O_CLOEXEC);
      if (file < 0) continue;
      ::fdatasync(file);
      ::close(file);
    }
  }
  double ask_ms(std::int64_t from_ns, std::int64_t to_ns, std::size_t& points) {
    const double start = seconds_now();
    const auto series = sink_->history()->series({"can0", name(), "signal_0", {from_ns}, {to_ns}, 500});
    require(series.ok(), series ? "" : series.fault().message);
    points = series->points.size();
    return (seconds_now() - start) * 1e3;
  }
  [[nodiscard]] const std::string& name() const { return first_; }
  void set_name(std::string name) { first_ = std::move(name); }
  Sink& sink() { return *sink_; }
  ManualClock& clock() { return clock_; }
  BatchPtr make(std::int64_t from_ns, std::int64_t to_ns) { return traffic_.batch(next_++, from_ns, to_ns); }
  [[nodiscard]] std::uint64_t bytes() const { return std::filesystem::file_size(path_); }

 private:
  std::string path_, first_;
  Traffic traffic_;
  std::uint64_t next_ = 1;
  ManualClock clock_{WallTime{kStart}, MonoTime{1}};
  Silence log_;
  SqliteConfig config_;
  std::unique_ptr<Sink> sink_;
};

// An hour of traffic in transactions as the lane would make them, then the file closed as at a stop.
void written_an_hour(const std::string& folder, const char* name, const std::vector<MessageRate>& messages,
                     std::int64_t transaction_ns) {
  Feed feed(folder, messages, SqliteConfig().keep);
  feed.write(kStart, kStart + transaction_ns);  // tables and the first pages
  feed.sync();
  const std::uint64_t before = *feed.sink().written_bytes(), process_before = process_written();
  std::size_t rows = 0;
  const std::int64_t begin = kStart + transaction_ns, end = begin + 3600 * kSecond;
  for (std::int64_t at = begin; at < end; at += transaction_ns) {
    rows += feed.write(at, std::min(at + transaction_ns, end));
    feed.clock().advance(Duration(transaction_ns));
    feed.sync();
  }
  feed.sink().flush().ignore();  // the log into the file: its share of this hour
  feed.sync();
  std::printf("| %s | %zu | %.0f s | %.2f MB | %.2f MB |\n", name, rows,
              static_cast<double>(transaction_ns) / 1e9,
              static_cast<double>(*feed.sink().written_bytes() - before) / 1e6,
              static_cast<double>(process_written() - process_before) / 1e6);
}

void written(const std::string& folder) {
  std::printf(
      "| an hour of | rows | transactions every | written by SQLite | by the process, each synced "
      "|\n|---|---|---|---|---|\n");
  for (const std::int64_t seconds : {10, 60, 120, 300})
    written_an_hour(folder, "grow room", grow_room(), seconds * 1'000'000'000);
  written_an_hour(folder, "leaf", leaf(), 5'000'000'000);
}

double plain_rate(const std::string& folder, const std::vector<BatchPtr>& batches) {
  const std::string path = folder + "/bench_plain.db";
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part);
  sqlite3* database = nullptr;
  require(sqlite3_open(path.c_str(), &database) == SQLITE_OK, "open");
  const auto run = [database](const char* sql) {
    require(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE rows(time INTEGER, id INTEGER, data "
      "BLOB)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO rows VALUES(?,?,?)", -1, &insert, nullptr);
  std::size_t rows = 0;
  const double start = seconds_now();
  for (const BatchPtr& batch : batches) {
    run("BEGIN");
    for (std::size_t i = 0; i < batch->raw->frames.size(); ++i, ++rows) {
      const FrameView frame = batch->raw->frames[i];
      sqlite3_bind_int64(insert, 1, frame.time.ns);
      sqlite3_bind_int64(insert, 2, frame.id);
      sqlite3_bind_blob(insert, 3, frame.data.data(), 8, SQLITE_STATIC);
      require(sqlite3_step(insert) == SQLITE_DONE, "insert");
      sqlite3_reset(insert);
    }
    run("COMMIT");
  }
  const double rate = static_cast<double>(rows) / (seconds_now() - start);
  sqlite3_finalize(insert);
  sqlite3_close(database);
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part);
  return rate;
}

void insert_rates(const std::string& folder) {
  std::printf("\n| signals | cantrail, rollups included | plain client, frames only |\n|---|---|---|\n");
  for (const std::size_t signals : {10U, 100U, 500U, 2000U}) {
    Feed feed(folder, many(signals, 16'000), SqliteConfig().keep);
    std::vector<BatchPtr> batches;
    for (std::int64_t i = 0; i < 80; ++i) {
      batches.push_back(feed.make(kStart + i * kSecond / 4, kStart + (i + 1) * kSecond / 4));
    }
    std::size_t rows = 0;
    const double start = seconds_now();
    for (const BatchPtr& batch : batches) rows += feed.write({&batch, 1});
    const double ours = static_cast<double>(rows) / (seconds_now() - start);
    std::printf("| %zu | %.0f rows/s | %.0f rows/s |\n", signals, ours, plain_rate(folder, batches));
  }
}

// Days of slow traffic, then charts of the whole while 16,000 rows a second come in.
void charts(const std::string& folder) {
  std::printf(
      "\n| signals | days | file | chart of all days, points | median | worst "
      "|\n|---|---|---|---|---|---|\n");
  for (const auto& [signals, days] :
       {std::pair<std::size_t, int>{10, 1}, {10, 30}, {10, 90}, {200, 30}, {2000, 30}}) {
    Feed feed(folder, many(signals, 16'000), Keep{});
    feed.set_name("Message0");
    Traffic slow(many(signals, static_cast<double>(signals) / 5 / 600));  // each message every ten minutes
    Traffic fast(many(signals, 16'000));
    std::uint64_t seq = 1;
    for (std::int64_t at = kStart; at < kStart + days * kDay; at += 3600 * kSecond) {
      feed.write(std::vector{slow.batch(seq++, at, at + 3600 * kSecond)});
    }
    const std::int64_t now = kStart + days * kDay;
    std::atomic<bool> stop{false};
    std::vector<BatchPtr> fresh;
    for (std::int64_t i = 0; i < 24; ++i)
      fresh.push_back(fast.batch(seq++, now + i * kSecond / 4, now + (i + 1) * kSecond / 4));
    std::thread ingest([&] {
      for (const BatchPtr& batch : fresh) {
        if (stop) return;
        const double start = seconds_now();
        feed.write({&batch, 1});
        const double rest = 0.25 - (seconds_now() - start);
        if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double>(rest));
      }
    });
    std::vector<double> times;
    std::size_t points = 0;
    for (int i = 0; i < 40; ++i) {
      times.push_back(feed.ask_ms(now - days * kDay, now, points));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    stop = true;
    ingest.join();
    std::ranges::sort(times);
    std::printf("| %zu | %d | %.1f MB | %zu | %.1f ms | %.1f ms |\n", signals, days,
                static_cast<double>(feed.bytes()) / 1e6, points, times[times.size() / 2], times.back());
  }
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  using namespace cantrail::bench;  // NOLINT(google-build-using-namespace): a program of one file
  std::string folder = std::filesystem::temp_directory_path().string(), only;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--python") == 0) {
      ++i;
    } else if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
      only = argv[++i];
    } else {
      folder = argv[i];
    }
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%s\n", machine_line().c_str());
  if (only.empty() || only == "written") written(folder);
  if (only.empty() || only == "growth") growth(folder);
  if (only.empty() || only == "rates") insert_rates(folder);
  if (only.empty() || only == "charts") charts(folder);
  return 0;
}
