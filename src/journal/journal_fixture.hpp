// What the journal's tests share: a folder of its own, a clock that stands still, batches with a bit of
// everything in them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"
#include "journal/journal.hpp"

namespace cantrail {

class QuietLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view message) override {
    const std::scoped_lock lock(mutex_);
    lines.emplace_back(message);
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

// One source "can0" at 0 and "sensor" at 1; streams of rows: 0 has an f64, an i64 and a text.
inline CatalogPtr make_catalog(const std::string& definition) {
  auto catalog = std::make_shared<Catalog>();
  catalog->definition = definition;
  catalog->digest = sha256(definition);
  catalog->sources = {{"can0", "simulate"}, {"sensor", "i2c"}};
  return catalog;
}

inline void add_frames(RawBatch& batch, std::size_t count, std::int64_t time) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::array<std::uint8_t, 8> data{static_cast<std::uint8_t>(i), 2, 3, 4, 5, 6, 7, 8};
    batch.frames.append({WallTime{time + static_cast<std::int64_t>(i) * 1000},
                         0x100U + static_cast<std::uint32_t>(i), with_origin(0, TimeOrigin::kernel), 3, 8,
                         data});
  }
}

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a place: thousands of journals are opened, each with two syncs.
    const std::string base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    std::string name = base + "/cantrail-journal-XXXXXX";
    scratch_ = ::mkdtemp(name.data());
    options_.folder = join_path(scratch_, "journal");
    options_.cap_bytes = 64U << 20;
  }
  void TearDown() override {
    journal_.reset();
    std::filesystem::remove_all(scratch_);
  }

  Status try_open() {
    journal_.reset();
    auto opened = Journal::open(options_, R"({"node":"test"})", files_, clock_, log_);
    if (!opened) return opened.status();
    journal_ = std::move(opened).value();
    seq_ = 0;
    record_ = 0;
    return {};
  }
  void open() {
    const Status opened = try_open();
    ASSERT_TRUE(opened.ok()) << opened.fault().message;
  }

  // Numbered behind the batches made before, with `frames` frames.
  std::unique_ptr<RawBatch> make(std::size_t frames, CatalogPtr catalog = nullptr) {
    auto batch = std::make_unique<RawBatch>();
    batch->position = {journal_->id(), journal_->epoch(), ++seq_, 0};
    batch->first_record = record_;
    clock_.advance(std::chrono::milliseconds(10));
    batch->clock = clock_.pair();
    batch->catalog = std::move(catalog);
    add_frames(*batch, frames, batch->clock.wall.ns);
    record_ += batch->records();
    return batch;
  }
  Status append(std::size_t frames, CatalogPtr catalog = nullptr) {
    return journal_->append(*make(frames, std::move(catalog)));
  }

  // All from `from` on. Ends at the first fault (which is a failure of the test).
  std::vector<JournalReader::Item> read_all(const Position& from = {}) {
    std::vector<JournalReader::Item> items;
    auto reader = journal_->read(from);
    EXPECT_TRUE(reader.ok());
    while (reader) {
      auto item = (*reader)->next();
      EXPECT_TRUE(item.ok()) << (item ? "" : item.fault().message);
      if (!item || !*item) break;
      items.push_back(std::move(**item));
    }
    return items;
  }
  [[nodiscard]] std::vector<std::string> segment_paths() const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      if (entry.path().extension() == ".ctj") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  [[nodiscard]] std::uint64_t folder_bytes() const {
    std::uint64_t bytes = 0;
    for (const std::string& path : segment_paths()) bytes += std::filesystem::file_size(path);
    return bytes;
  }
  static std::string slurp(const std::string& path) { return *read_file(real_file_system(), path, 1U << 30); }
  static void spill(const std::string& path, std::string_view content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }

  std::string scratch_;
  JournalOptions options_;
  FaultFileSystem files_;
  ManualClock clock_{WallTime{1'700'000'000'000'000'000}, MonoTime{5'000'000'000}};
  QuietLog log_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t seq_ = 0;
  std::uint64_t record_ = 0;
};

}  // namespace cantrail
