// The journal's two threads, fed by hand, on a disk and a clock that belong to the test: what is counted are
// calls to the disk, not seconds.
#include "pipeline/journal_writer.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"
#include "pipeline/alarms.hpp"
#include "pipeline/fakes.hpp"

namespace cantrail {
namespace {

using namespace std::chrono_literals;

class JournalWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-writer-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override {
    files_.release();
    files_.heal();
    stop();
    std::filesystem::remove_all(folder_);
  }

  void start(SyncMode mode) {
    JournalOptions options;
    options.folder = folder_ + "/journal";
    options.cap_bytes = 64U << 20;
    auto opened = Journal::open(options, "{}", files_, clock_, log_);
    ASSERT_TRUE(opened.ok());
    journal_ = std::move(*opened);
    const std::vector<CatalogSource> sources = {{{"can0", "counting"}, {}, {}}};
    auto catalogs = CatalogStore::create(sources, {}, log_);
    ASSERT_TRUE(catalogs.ok());
    sequencer_ = std::make_unique<Sequencer>(journal_->id(), journal_->epoch(), *catalogs);
    writer_ = std::make_unique<JournalWriter>(
        JournalWriter::Parts{*journal_, *sequencer_, pool_, gaps_, clock_, log_, mode});
    writer_->start();
    syncs_before_ = syncs();
  }
  void stop() {
    if (!writer_) return;
    sequencer_->close();
    writer_->stop();
    writer_.reset();
  }

  // Returns its seq, once it has its fate if that is waited for.
  std::uint64_t submit(std::size_t frames, bool wait = true, const std::string& position = "") {
    auto batch = pool_.acquire();
    std::vector<std::uint8_t> data;
    for (std::size_t i = 0; i < frames; ++i) {
      batch->frames.append(fakes::counting_frame(static_cast<std::uint32_t>(i), data));
    }
    batch->source_position = position;
    batch->clock = clock_.pair();
    pool_.account(*batch);
    const std::uint64_t seq = sequencer_->head().next.seq;
    sequencer_->submit(std::move(batch));
    if (wait) {
      EXPECT_TRUE(eventually([&] { return writer_->processed_seq() >= seq; }));
    }
    return seq;
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return condition();
  }
  [[nodiscard]] std::uint64_t syncs() const { return files_.count(FileOperation::sync); }
  [[nodiscard]] std::uint64_t syncs_since_start() const { return syncs() - syncs_before_; }
  // Records in the journal, and those that its gaps tell of.
  std::pair<std::uint64_t, std::uint64_t> recorded() {
    std::pair<std::uint64_t, std::uint64_t> sum;
    const auto reader = journal_->read({});
    while (reader) {
      const auto item = (*reader)->next();
      if (!item || !*item) break;
      sum.first += (*item)->batch->records();
      for (const GapRecord& gap : (*item)->batch->gaps) sum.second += gap.count.value_or(0);
    }
    return sum;
  }

  std::string folder_;
  FaultFileSystem files_;
  ManualClock clock_{WallTime{1'700'000'000'000'000'000}, MonoTime{5'000'000'000}};
  fakes::QuietLog log_;
  GapLog gaps_{log_};
  BatchPool pool_{64U << 20};
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<JournalWriter> writer_;
  std::uint64_t syncs_before_ = 0;
};

class SyncScheduleTest : public JournalWriterTest,
                         public ::testing::WithParamInterface<std::pair<SyncMode, Duration>> {};

TEST_P(SyncScheduleTest, SyncsOnceAnIntervalAndOnlyWhatIsNew) {
  const auto [mode, interval] = GetParam();
  start(mode);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    // Many appends, all within one interval of the first.
    std::uint64_t last = 0;
    for (int i = 0; i < 20; ++i) last = submit(3);
    clock_.advance(interval - 1ms);
    last = submit(3);
    std::this_thread::sleep_for(2ms);  // chances for a sync that must not come
    EXPECT_EQ(syncs_since_start(), round - 1);
    EXPECT_LT(writer_->synced_seq(), last);
    EXPECT_EQ(writer_->health().unsynced_age, interval - 1ms);
    clock_.advance(1ms);
    ASSERT_TRUE(eventually([&] { return writer_->synced_seq() == last; }));
    EXPECT_EQ(syncs_since_start(), round);
    EXPECT_EQ(writer_->health().unsynced_age, Duration::zero());
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, SyncScheduleTest,
                         ::testing::Values(std::pair<SyncMode, Duration>{SyncMode::safe, 100ms},
                                           std::pair<SyncMode, Duration>{SyncMode::normal, 500ms},
                                           std::pair<SyncMode, Duration>{SyncMode::sd_saver, 5s}));

TEST_F(JournalWriterTest, LeavesTheDiskAsleepWhileNothingIsRecorded) {
  start(SyncMode::safe);
  submit(3);
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return syncs_since_start() == 1; }));
  for (std::uint64_t ticks = 1; ticks <= 2; ++ticks) {  // are appended, but not worth a sync
    clock_.advance(1s);
    ASSERT_TRUE(eventually([&] { return journal_->stats().appended_batches == 1 + ticks; }));
  }
  EXPECT_EQ(syncs_since_start(), 1U);
}

TEST_F(JournalWriterTest, AFailedSyncIsNeverTriedAgainAndRaisesAnAlarm) {
  start(SyncMode::safe);
  submit(10, true, "at 10");
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return writer_->synced_position(0) == "at 10"; }));
  EXPECT_TRUE(journal_alarms(journal_->stats(), writer_->health()).empty());

  files_.fail_at(1, only(FileOperation::sync));
  submit(10, true, "at 20");
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return journal_->stats().sync_failures == 1; }));
  const std::uint64_t last = submit(10, true, "at 30");
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return writer_->synced_seq() == last; }));
  EXPECT_EQ(syncs_since_start(), 3U) << "the third is of the next segment alone";
  EXPECT_EQ(journal_->stats().segments, 2U);
  EXPECT_EQ(writer_->synced_position(0), "at 10") << "a source must not let go of what may be lost";

  const auto alarms = journal_alarms(journal_->stats(), writer_->health());
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].name, "journal_sync_failed");
  EXPECT_TRUE(alarms[0].since);
  ASSERT_EQ(log_.lines().size(), 1U);
  EXPECT_NE(log_.lines()[0].find("going on in a new segment"), std::string::npos);
  EXPECT_EQ(recorded().first, 30U);
}

TEST_F(JournalWriterTest, WhatWaitsForASyncThatFailedDoesNotWaitForTheNextRecord) {
  start(SyncMode::safe);
  files_.fail_at(1, only(FileOperation::sync));
  const std::uint64_t last = submit(10, true, "at 10");
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return journal_->stats().sync_failures == 1; }));
  for (int i = 0; i < 2; ++i) {  // two idle seconds: a tick, and the sync that it is worth
    const std::uint64_t seq = sequencer_->head().next.seq;
    clock_.advance(1s);
    ASSERT_TRUE(eventually([&] { return writer_->processed_seq() >= seq; }));
  }
  ASSERT_TRUE(eventually([&] { return writer_->synced_seq() > last; }));
  EXPECT_EQ(writer_->synced_position(0), "");
}

TEST_F(JournalWriterTest, AcceptsWhileASyncTakesLong) {
  start(SyncMode::safe);
  files_.stall(only(FileOperation::sync));
  submit(10);
  clock_.advance(100ms);
  ASSERT_TRUE(eventually([&] { return files_.stalled() == 1; }));
  for (int i = 0; i < 200; ++i) submit(10);  // each is waited for: write() returns while fdatasync does not
  clock_.advance(3s);
  EXPECT_EQ(journal_->stats().appended_records, 2010U);
  EXPECT_EQ(writer_->synced_seq(), 0U);
  EXPECT_EQ(writer_->health().unsynced_age, 3100ms);
  files_.release();
  ASSERT_TRUE(eventually([&] { return writer_->synced_seq() == 201U; }));
  EXPECT_EQ(syncs_since_start(), 2U);
}

// The disk takes no write: what is queued is bounded, what comes beyond that goes on without the journal, and
// all is accounted for in the end.
TEST_F(JournalWriterTest, AStalledDiskHoldsNobodyUpAndItsCostIsWrittenDown) {
  start(SyncMode::safe);
  submit(10);
  files_.stall(only(FileOperation::append));
  std::uint64_t total = 10;
  for (int i = 0; i < 600; ++i) {
    submit(1000, false);  // returns at once: 20 MB, where 8 MiB may wait
    total += 1000;
  }
  EXPECT_EQ(sequencer_->head().records, total);
  EXPECT_LE(sequencer_->journal_queue().bytes(), Sequencer::kJournalQueueBytes + (64U << 10));
  EXPECT_EQ(journal_->stats().appended_records, 10U);
  files_.release();
  ASSERT_TRUE(eventually([&] { return sequencer_->journal_queue().empty(); }));
  submit(10);
  total += 10;
  const auto [read, lost] = recorded();
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(read + lost, total);
  EXPECT_EQ(gaps_.summary().by_reason.at(GapReason::journal_failed).records, lost);
}

TEST_F(JournalWriterTest, RecordsAgainAsSoonAsAFullDiskHasRoom) {
  start(SyncMode::safe);
  submit(100);
  files_.set_free_bytes(0);
  for (int i = 0; i < 50; ++i) submit(100);
  ASSERT_FALSE(writer_->health().ok);
  const auto alarms = journal_alarms(journal_->stats(), writer_->health());
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].name, "journal_not_written");
  files_.set_free_bytes(1U << 20);
  // Also where nothing comes any more: the ticks of idle seconds try. Fewer than 5 of them.
  int seconds = 0;
  while (!writer_->health().ok && ++seconds < 5) {
    const std::uint64_t seq = sequencer_->head().next.seq;
    clock_.advance(1s);
    ASSERT_TRUE(eventually([&] { return writer_->processed_seq() >= seq; }));
  }
  EXPECT_TRUE(writer_->health().ok);
  EXPECT_TRUE(journal_alarms(journal_->stats(), writer_->health()).empty());
  EXPECT_EQ(recorded(), (std::pair<std::uint64_t, std::uint64_t>{100, 5000}));
  EXPECT_EQ(gaps_.summary().by_reason.at(GapReason::disk_full).records, 5000U);
}

TEST_F(JournalWriterTest, WritesDownWhatWasLostWhenItEndsOnAFullDisk) {
  start(SyncMode::safe);
  submit(100);
  files_.set_free_bytes(0);
  for (int i = 0; i < 5; ++i) submit(100);
  stop();
  EXPECT_EQ(recorded(), (std::pair<std::uint64_t, std::uint64_t>{100, 500}));
  files_.set_free_bytes(std::nullopt);
  JournalOptions options;
  options.folder = folder_ + "/journal";
  options.cap_bytes = 64U << 20;
  journal_.reset();
  auto opened = Journal::open(options, "{}", files_, clock_, log_);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE((*opened)->past().clean);
}

}  // namespace
}  // namespace cantrail
