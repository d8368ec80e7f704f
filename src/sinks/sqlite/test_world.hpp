// What the tests of this folder share: a folder of their own, a small catalog, batches with known content.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "component/sink.hpp"
#include "model/batch.hpp"

namespace cantrail::sqlite {

// Streams of the catalog, by id.
inline constexpr StreamId kBattery = 0;  // can0, 0x1DB: Voltage f64, Count i64, Big u64, Gear u64 with labels
inline constexpr StreamId kMotor = 1;    // can0, extended 0x18FF50E5: Rpm i64
inline constexpr StreamId kAir = 2;      // source "air", no bus: Temp f64, Note text

[[nodiscard]] CatalogPtr make_catalog();

inline constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

// `frames` frames from `start_ns` on, `step_ns` apart: even ones are Battery (Count = its index, Voltage =
// index / 2), odd ones Motor (Rpm = seq), but every frame whose index % 10 == 9 is of no known message.
[[nodiscard]] std::shared_ptr<Batch> make_batch(const CatalogPtr& catalog, std::uint64_t seq,
                                                std::size_t frames, std::int64_t start_ns = kStart,
                                                std::int64_t step_ns = 1000);

// Rows of stream kAir delivered by a source.
[[nodiscard]] std::shared_ptr<Batch> make_air_batch(const CatalogPtr& catalog, std::uint64_t seq,
                                                    const std::vector<std::string>& notes,
                                                    std::int64_t start_ns = kStart);

[[nodiscard]] JournalId test_journal();
[[nodiscard]] Position at(std::uint64_t seq, std::uint32_t index = 0, std::uint32_t epoch = 1);

class KeptLog final : public Log {
 public:
  void write(Severity, std::string_view who, std::string_view message) override {
    lines.push_back(std::string(who) + ": " + std::string(message));
  }
  std::vector<std::string> lines;
};

// A temporary folder that goes with it, and a sink on PATH in it.
class World {
 public:
  explicit World(std::vector<std::string> keep = {"30d", "1GiB"});
  ~World();

  Result<std::optional<Position>> open();
  void close() { sink->close(); }
  void remake();  // another sink object on the same file, as after a restart
  // Writes one batch whole, from and to its own bounds.
  Result<WriteOutcome> write(const std::shared_ptr<Batch>& batch);
  [[nodiscard]] std::uint64_t bytes_on_disk() const;  // file and log
  [[nodiscard]] std::vector<HistoryRow> rows(const HistoryQuery& query = {}) const;
  // A number from the file, read by a connection of the test's own; -1 where that fails.
  [[nodiscard]] std::int64_t number(const std::string& sql) const;

  std::string folder;
  std::string path;
  std::vector<std::string> keep;
  std::array<std::vector<std::string>, 3> levels{{{"30d"}, {"1y"}, {"forever"}}};
  std::string form = "plain";  // so that tests can ask in SQL
  bool check = false;
  ManualClock clock{WallTime{kStart}, MonoTime{1'000'000'000}};
  KeptLog log;
  CatalogPtr catalog = make_catalog();
  RejectedRows* rejected = nullptr;
  std::unique_ptr<Sink> sink;
};

}  // namespace cantrail::sqlite
