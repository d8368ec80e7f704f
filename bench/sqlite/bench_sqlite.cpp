// Rows a second into the history file, with JSON made on the way, against a plain client that inserts
// ready-made values into a table of the same columns, in transactions of the same size, with the same
// pragmas. Runs take turns; medians and their ratio are printed.
//   bench_sqlite [FOLDER [ROUNDS]]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <time.h>

#include "base/clock.hpp"
#include "machine.hpp"
#include "sinks/sqlite/row_text.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kStreams = 10, kSignals = 5, kFrames = 4096, kBatches = 150;

class Silence final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view message) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

CatalogPtr make_catalog() {
  auto catalog = std::make_shared<Catalog>();
  catalog->sources = {{"can0", "socketcan"}};
  catalog->channels = {{"can0", 0, {}}};
  for (std::size_t s = 0; s < kStreams; ++s) {
    auto row = std::make_shared<RowSchema>();
    row->name = "Message" + std::to_string(s);
    row->can_id = static_cast<std::uint32_t>(0x100 + s);
    for (std::size_t f = 0; f < kSignals; ++f) {
      FieldSchema field;
      field.name = "Signal_" + std::to_string(f);
      field.type = f == 4 ? FieldType::i64 : FieldType::f64;
      if (f == 4 && s % 5 == 0) field.labels = {{0, "OFF"}, {1, "ON"}};
      row->fields.push_back(std::move(field));
    }
    StreamInfo info;
    info.row = std::move(row);
    info.channel = ChannelId{0};
    catalog->streams.push_back(std::move(info));
  }
  return catalog;
}

BatchPtr make_batch(const CatalogPtr& catalog, std::uint64_t seq) {
  auto raw = std::make_shared<RawBatch>();
  raw->position.epoch = 1;
  raw->position.seq = seq;
  raw->catalog = catalog;
  for (std::size_t i = 0; i < kFrames; ++i) {
    const std::uint64_t n = seq * kFrames + i;
    std::array<std::uint8_t, 8> data{};
    for (std::size_t b = 0; b < 8; ++b)
      data[b] = static_cast<std::uint8_t>(n * 0x9E3779B97F4A7C15U >> (8 * b));
    FrameView frame;
    frame.time = {1'700'000'000'000'000'000 + static_cast<std::int64_t>(n) * 62'500};
    frame.id = static_cast<std::uint32_t>(0x100 + i % kStreams);
    frame.length = 8;
    frame.data = data;
    raw->frames.append(frame);
  }
  auto batch = std::make_shared<Batch>();
  for (std::size_t s = 0; s < kStreams; ++s) {
    const std::size_t rows = (kFrames - s + kStreams - 1) / kStreams;
    StreamBlock block;
    block.reset(static_cast<StreamId>(s), kSignals, rows, true);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t frame = r * kStreams + s;
      block.frame()[r] = static_cast<std::uint32_t>(frame);
      block.time_ns()[r] = raw->frames.time_ns()[frame];
      for (std::size_t f = 0; f < 4; ++f) {
        block.f64(f)[r] = static_cast<double>((seq * 7919 + frame * (f + 3)) % 65536) * 0.1;
      }
      block.i64(4)[r] = static_cast<std::int64_t>(frame % 2);
    }
    batch->blocks.push_back(std::move(block));
  }
  batch->raw = std::move(raw);
  return batch;
}

struct PlainRow {
  std::int64_t time_ns = 0, stream = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  std::array<std::uint8_t, 8> data{};
  std::string signals, labels;
};

std::vector<std::vector<PlainRow>> ready_made(const CatalogPtr& catalog,
                                              const std::vector<BatchPtr>& batches) {
  const sqlite::RowText text(*catalog);
  std::vector<std::vector<PlainRow>> all;
  for (const BatchPtr& batch : batches) {
    std::vector<PlainRow> rows(kFrames);
    for (const StreamBlock& block : batch->blocks) {
      for (std::size_t r = 0; r < block.rows(); ++r) {
        PlainRow& row = rows[block.frame()[r]];
        row = {
            block.time_ns()[r], block.stream() + 1, batch->raw->position.seq, block.frame()[r], {}, {}, {}};
        std::ranges::copy(batch->raw->frames[row.index].data, row.data.begin());
        text.signals(row.signals, block, r);
        text.labels(row.labels, block, r);
      }
    }
    all.push_back(std::move(rows));
  }
  return all;
}

struct Rate {
  double wall = 0, cpu = 0;  // rows a second
};

class Stopwatch {
 public:
  [[nodiscard]] Rate rate(std::size_t rows) const {
    const double count = static_cast<double>(rows);
    return {count / (now(CLOCK_MONOTONIC) - wall_), count / (now(CLOCK_PROCESS_CPUTIME_ID) - cpu_)};
  }

 private:
  static double now(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  double wall_ = now(CLOCK_MONOTONIC), cpu_ = now(CLOCK_PROCESS_CPUTIME_ID);
};

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

Rate run_sink(const std::string& path, const std::vector<BatchPtr>& batches) {
  SqliteConfig config;
  config.path.value = path;
  SystemClock clock;
  Silence log;
  const std::unique_ptr<Sink> sink = config.make();
  const Stopwatch watch;
  require(sink->open({"history", "node", {}, clock, real_file_system(), log}).ok(), "open");
  for (const BatchPtr& batch : batches) {
    const auto outcome = sink->write({&batch, 1}, batch->begin(), batch->end());
    require(outcome && outcome->delivered == kFrames, "write");
  }
  sink->close();
  return watch.rate(batches.size() * kFrames);
}

Rate run_plain(const std::string& path, const std::vector<std::vector<PlainRow>>& batches) {
  sqlite3* database = nullptr;
  require(sqlite3_open(path.c_str(), &database) == SQLITE_OK, "open");
  const auto run = [database](const char* sql) {
    require(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  };
  const Stopwatch watch;
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192; PRAGMA secure_delete=OFF;"
      "PRAGMA wal_autocheckpoint=2048;"
      "CREATE TABLE frames(key INTEGER PRIMARY KEY, stream INTEGER, tie INTEGER, origin INTEGER, seq INTEGER,"
      " idx INTEGER, can_id INTEGER, data BLOB, signals TEXT, labels TEXT)");
  sqlite3_stmt* insert = nullptr;
  require(sqlite3_prepare_v3(database, "INSERT INTO frames VALUES(?,?,0,1,?,?,NULL,?,?,?)", -1,
                             SQLITE_PREPARE_PERSISTENT, &insert, nullptr) == SQLITE_OK,
          "prepare");
  for (const auto& rows : batches) {
    run("BEGIN");
    for (const PlainRow& row : rows) {
      sqlite3_bind_int64(insert, 1, row.time_ns);
      sqlite3_bind_int64(insert, 2, row.stream);
      sqlite3_bind_int64(insert, 3, static_cast<std::int64_t>(row.seq));
      sqlite3_bind_int64(insert, 4, row.index);
      sqlite3_bind_blob(insert, 5, row.data.data(), 8, SQLITE_STATIC);
      sqlite3_bind_text(insert, 6, row.signals.data(), static_cast<int>(row.signals.size()), SQLITE_STATIC);
      if (row.labels.empty()) {
        sqlite3_bind_null(insert, 7);
      } else {
        sqlite3_bind_text(insert, 7, row.labels.data(), static_cast<int>(row.labels.size()), SQLITE_STATIC);
      }
      require(sqlite3_step(insert) == SQLITE_DONE, "insert");
      sqlite3_reset(insert);
    }
    run("COMMIT");
  }
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return watch.rate(batches.size() * kFrames);
}

double median(const std::vector<Rate>& rates, double Rate::*which) {
  std::vector<double> values;
  for (const Rate& rate : rates) values.push_back(rate.*which);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void remove_files(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path + part, ignored);
  }
}

int run(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path();
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  const CatalogPtr catalog = make_catalog();
  std::vector<BatchPtr> batches;
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq) batches.push_back(make_batch(catalog, seq));
  const auto plain = ready_made(catalog, batches);
  std::vector<Rate> sink_rates, plain_rates;
  const std::string path = (folder / "bench_sqlite.db").string();
  for (int round = 0; round < rounds; ++round) {
    remove_files(path);
    plain_rates.push_back(run_plain(path, plain));
    const auto plain_bytes = std::filesystem::file_size(path);
    remove_files(path);
    sink_rates.push_back(run_sink(path, batches));
    const auto sink_bytes = std::filesystem::file_size(path);
    std::printf("round %d: plain %.0f rows/s (%.1f bytes a row), sink %.0f rows/s (%.1f)\n", round + 1,
                plain_rates.back().wall, static_cast<double>(plain_bytes) / (kBatches * kFrames),
                sink_rates.back().wall, static_cast<double>(sink_bytes) / (kBatches * kFrames));
  }
  remove_files(path);
  for (const auto& [name, which] : {std::pair("wall", &Rate::wall), std::pair("cpu", &Rate::cpu)}) {
    const double plain_rate = median(plain_rates, which), sink_rate = median(sink_rates, which);
    std::printf("median by %s time: plain %.0f rows/s, sink %.0f rows/s, ratio %.2f\n", name, plain_rate,
                sink_rate, sink_rate / plain_rate);
  }
  return 0;
}

}  // namespace
}  // namespace cantrail

int main(int argc, char** argv) {
  std::printf("%s\n", cantrail::bench::machine_line().c_str());
  return cantrail::run(argc, argv);
}
