// What the tests of this folder share: a small catalog, batches with known content, a sink on a folder, and
// what a reader finds there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "component/sink.hpp"
#include "formats/mcap/recovery.hpp"
#include "model/batch.hpp"
#include "sinks/mcap/mcap_sink.hpp"

namespace cantrail::mcap_sink {

// Streams of the catalog, by id.
inline constexpr StreamId kBattery = 0;  // can0, 0x1DB: Voltage f64, Count i64, Gear u64 with labels
inline constexpr StreamId kMotor = 1;    // can0, extended 0x18FF50E5: Rpm i64
inline constexpr StreamId kAir = 2;      // source "air", no bus: Temp f64, Note text

[[nodiscard]] CatalogPtr make_catalog();
// The same, and a second bus with a message of its own.
[[nodiscard]] CatalogPtr make_larger_catalog();
// Another configuration: other streams under the same numbers.
[[nodiscard]] CatalogPtr make_other_catalog();

inline constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

// `frames` frames from `start_ns` on, a microsecond apart: of every ten the even ones are Battery (Count =
// its index), the odd ones Motor (Rpm = seq), the last is of no known message.
[[nodiscard]] std::shared_ptr<Batch> make_batch(const CatalogPtr& catalog, std::uint64_t seq,
                                                std::size_t frames, std::int64_t start_ns = kStart);
// Rows of kAir delivered by a source.
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

struct FoundMessage {
  std::string file, topic, schema;
  std::uint64_t log_time_ns = 0;
  std::string data;
};

class World {
 public:
  // A folder in the file system; without a name a temporary one, which goes with it.
  explicit World(FileSystem& files = real_file_system(), std::string folder = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void remake();  // another sink on the same folder, as after a crash: what was open stays as it is
  Result<std::optional<Position>> open();
  void close();  // orderly: flush and close
  // From the bounds of the first to those of the last.
  Result<WriteOutcome> write(const std::vector<BatchPtr>& batches);
  Result<WriteOutcome> write(const BatchPtr& batch) { return write(std::vector<BatchPtr>{batch}); }

  [[nodiscard]] std::vector<std::string> names(std::string_view ending) const;  // files in the folder
  // Reads a file that must be whole.
  [[nodiscard]] mcap::Summary summary(const std::string& name) const;
  // All of the finished files, in the order of their names, which are examined: damage fails the test.
  [[nodiscard]] std::vector<FoundMessage> messages() const;
  // How often each frame is there, by epoch, seq and index.
  using Place = std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>;
  [[nodiscard]] std::map<Place, int> frames() const;
  [[nodiscard]] std::string read(const std::string& name) const;

  FileSystem& files;
  std::string folder;
  McapConfig config;
  ManualClock clock{WallTime{kStart}, MonoTime{1'000'000'000}};
  KeptLog log;
  CatalogPtr catalog = make_catalog();
  JournalId journal = test_journal();
  std::unique_ptr<Sink> sink;

 private:
  bool temporary_ = false;
};

}  // namespace cantrail::mcap_sink
