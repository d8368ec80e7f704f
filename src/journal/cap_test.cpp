#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

class JournalCapTest : public JournalTest {
 protected:
  void SetUp() override {
    JournalTest::SetUp();
    options_.cap_bytes = 128 * 1024;
    options_.segment_bytes = 16 * 1024;
  }
};

TEST_F(JournalCapTest, NeverTakesMoreThanItsCap) {
  open();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(append(50).ok());
    ASSERT_LE(folder_bytes(), options_.cap_bytes) << i;
  }
  const JournalStats stats = journal_->stats();
  EXPECT_EQ(stats.cap_bytes, options_.cap_bytes);
  EXPECT_EQ(stats.segments, segment_paths().size());
  EXPECT_GE(stats.bytes, folder_bytes());
  EXPECT_GT(folder_bytes(), options_.cap_bytes / 2);
  ASSERT_TRUE(stats.oldest && stats.oldest_time);
  EXPECT_EQ(read_all().at(0).batch->position, *stats.oldest);
}

TEST_F(JournalCapTest, KeepsItsCapAcrossEpochsThatWriteLittle) {
  for (int i = 0; i < 100; ++i) {
    open();
    ASSERT_TRUE(append(1).ok());
  }
  EXPECT_LE(segment_paths().size(), options_.cap_bytes / 4096);
}

TEST_F(JournalCapTest, CutsSegmentsToAQuarterOfTheCap) {
  options_.segment_bytes = 64U << 20;
  open();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(append(50).ok());
  for (const std::string& path : segment_paths()) {
    EXPECT_LE(std::filesystem::file_size(path), options_.cap_bytes / 4);
  }
}

TEST_F(JournalCapTest, TellsAReaderThatCameTooLateHowMuchItMissed) {
  open();
  const Position start{journal_->id(), 1, 1, 0};
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(append(50).ok());
  const auto items = read_all(start);
  ASSERT_TRUE(items.at(0).missing);
  EXPECT_EQ(items[0].missing->reason, GapReason::journal_cap);
  EXPECT_EQ(items[0].missing->count, (500 - items.size()) * 50);
  for (std::size_t i = 1; i < items.size(); ++i) EXPECT_FALSE(items[i].missing);
  // From the midst of what is gone the count is not known, the loss is.
  const auto later = read_all({journal_->id(), 1, 5, 0});
  ASSERT_TRUE(later.at(0).missing);
  EXPECT_FALSE(later[0].missing->count);
  EXPECT_FALSE(read_all().at(0).missing) << "from the oldest nothing is missing";
}

TEST_F(JournalCapTest, CountsAcrossTheEndOfAnEpoch) {
  open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(50).ok());
  const Position start{journal_->id(), 1, 1, 0}, whole{journal_->id(), 1, 11, 0};
  open();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(append(50).ok());
  const auto items = read_all(start);
  ASSERT_TRUE(items.at(0).missing);
  EXPECT_EQ(items[0].batch->position.epoch, 2U);
  EXPECT_EQ(items[0].missing->count, (510 - items.size()) * 50);
  EXPECT_EQ(read_all(whole).at(0).missing->count, (500 - items.size()) * 50) << "only those of epoch 2";
}

TEST_F(JournalCapTest, MissesNothingWhenTheCursorWasAtTheEndOfAnEpochThatIsGone) {
  open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(50).ok());
  const Position whole{journal_->id(), 1, 11, 0}, part{journal_->id(), 1, 9, 0};
  const auto old = segment_paths();
  open();
  ASSERT_TRUE(append(50).ok());
  journal_.reset();
  for (const std::string& path : old) std::filesystem::remove(path);
  open();
  EXPECT_EQ(read_all(whole).size(), 1U);
  EXPECT_FALSE(read_all(whole).at(0).missing);
  EXPECT_TRUE(read_all(part).at(0).missing);
}

TEST_F(JournalCapTest, LetsAReaderFinishTheSegmentItHasOpenAndThenTellsWhatIsGone) {
  open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(50).ok());
  auto opened = journal_->read({});
  const auto reader = std::move(opened).value();
  auto first = reader->next();
  ASSERT_TRUE(first.ok() && first->has_value());
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(append(50).ok());
  std::uint64_t read = 50, missing = 0, stretches = 0, next = 2;
  for (;;) {
    auto item = reader->next();
    ASSERT_TRUE(item.ok());
    if (!*item) break;
    if ((*item)->missing) {
      ++stretches;
      EXPECT_EQ((*item)->missing->reason, GapReason::journal_cap);
      missing += (*item)->missing->count.value();
    } else {
      EXPECT_EQ((*item)->batch->position.seq, next);
    }
    next = (*item)->batch->position.seq + 1;
    read += (*item)->batch->records();
  }
  EXPECT_EQ(stretches, 1U);
  EXPECT_GT(missing, 0U);
  EXPECT_EQ(read + missing, 520U * 50);
}

TEST_F(JournalCapTest, FailsInsteadOfGrowingWhenNothingCanBeRemoved) {
  open();
  FileFault stuck;
  stuck.times = FileFault::kForever;
  files_.fail_at(1, only(FileOperation::remove), stuck);
  Status status;
  for (int i = 0; i < 500 && status.ok(); ++i) status = append(50);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fault().kind, FaultKind::exhausted);
  EXPECT_LE(folder_bytes(), options_.cap_bytes + options_.segment_bytes);
  files_.heal();
  EXPECT_TRUE(append(50).ok());
  EXPECT_LE(folder_bytes(), options_.cap_bytes);
}

TEST_F(JournalCapTest, ChoosesItsCapByTheDisk) {
  options_.cap_bytes = 0;
  open();
  const auto space = real_file_system().space(options_.folder);
  EXPECT_EQ(journal_->stats().cap_bytes, std::min(std::uint64_t{8} << 30U, space->total_bytes / 5));
}

}  // namespace
}  // namespace cantrail
