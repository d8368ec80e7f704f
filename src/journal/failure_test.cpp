#include "journal/journal_fixture.hpp"
#include "journal/reserve.hpp"

namespace cantrail {
namespace {

class JournalFailureTest : public JournalTest {
 protected:
  Status append_of_a_source_that_resumes(std::size_t frames, const CatalogPtr& catalog) {
    auto batch = make(frames, catalog);
    batch->source_position = std::to_string(seq_);
    return journal_->append(*batch);
  }

  // A scenario with rolls, catalogs, a sync now and then, and an orderly stop. Returns what was accepted.
  std::vector<std::uint64_t> play() {
    const CatalogPtr one = make_catalog("{\"n\":1}"), two = make_catalog("{\"n\":2}");
    std::vector<std::uint64_t> accepted;
    for (std::uint64_t i = 1; i <= 24; ++i) {
      const Status appended = i < 12 ? append(40, one) : append_of_a_source_that_resumes(40, two);
      if (appended.ok()) accepted.push_back(i);
      if (i % 5 == 0) journal_->sync().ignore();
    }
    journal_->close_cleanly().ignore();
    return accepted;
  }

  void expect_accepted(const std::vector<std::uint64_t>& accepted, std::uint64_t n) {
    auto opened = journal_->read({});
    const auto reader = std::move(opened).value();
    for (const std::uint64_t seq : accepted) {
      const auto item = reader->next();
      ASSERT_TRUE(item.ok() && item->has_value()) << "operation " << n << ", batch " << seq;
      ASSERT_EQ((*item)->batch->position.seq, seq) << "operation " << n;
      ASSERT_EQ((*item)->batch->frames.size(), 40U);
      ASSERT_FALSE((*item)->missing) << "operation " << n << ", batch " << seq;
      ASSERT_TRUE(reader->definition((*item)->catalog).ok()) << "operation " << n << ", batch " << seq;
    }
    const auto end = reader->next();
    ASSERT_TRUE(end.ok() && !end->has_value()) << "operation " << n;
  }

  // For every n the n-th change of the disk fails `times` times.
  void fail_everywhere(FileFault fault) {
    options_.segment_bytes = 4096;
    for (std::uint64_t n = 1;; ++n) {
      journal_.reset();
      std::filesystem::remove_all(options_.folder);
      open();
      const std::uint64_t before = files_.changes();
      files_.fail_at(n, kEveryChange, fault);
      const auto accepted = play();
      const bool over = files_.changes() - before < n;
      files_.heal();
      ASSERT_NO_FATAL_FAILURE(expect_accepted(accepted, n));
      ASSERT_GE(accepted.size() + fault.times, 24U) << "one failure costs one batch";
      open();
      ASSERT_NO_FATAL_FAILURE(expect_accepted(accepted, n));
      if (over) break;
      ASSERT_LT(n, 500U);
    }
  }
};

TEST_F(JournalFailureTest, KeepsAllThatWasAcceptedWhicheverOperationFails) {
  fail_everywhere({});
}

TEST_F(JournalFailureTest, KeepsAllThatWasAcceptedWhicheverWriteIsCutShort) {
  fail_everywhere({ENOSPC, true, 1});
  fail_everywhere({EDQUOT, true, 1});
}

TEST_F(JournalFailureTest, KeepsAllThatWasAcceptedWhenCuttingBackFailsToo) {
  fail_everywhere({EIO, true, 2});
  fail_everywhere({EIO, true, 5});
  fail_everywhere({ENOSPC, true, 12});
}

TEST_F(JournalFailureTest, CutsAHalfWrittenBatchOffAndGoesOnInTheSameSegment) {
  open();
  ASSERT_TRUE(append(10).ok());
  const auto size = folder_bytes();
  files_.fail_at(1, only(FileOperation::append), {ENOSPC, true, 1});
  const Status failed = append(10);
  EXPECT_EQ(failed.fault().kind, FaultKind::exhausted);
  EXPECT_EQ(folder_bytes(), size);
  ASSERT_TRUE(append(10).ok());
  EXPECT_EQ(segment_paths().size(), 1U);
  EXPECT_EQ(journal_->stats().appended_batches, 2U);
  EXPECT_EQ(journal_->stats().appended_records, 20U);
}

TEST_F(JournalFailureTest, SealsTheSegmentWhenItCannotBeCutBack) {
  open();
  ASSERT_TRUE(append(10).ok());
  files_.fail_at(1, only(FileOperation::append) | only(FileOperation::truncate), {EIO, true, 2});
  EXPECT_FALSE(append(10).ok());
  ASSERT_TRUE(append(10).ok());
  EXPECT_EQ(segment_paths().size(), 2U);
  const auto items = read_all();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].batch->position.seq, 3U);
  EXPECT_FALSE(items[1].missing) << "what was refused is not lost here: the pipeline says so";
}

TEST_F(JournalFailureTest, TakesTheSameBatchAgainAfterAFailureAtTheStartOfASegment) {
  open();
  const auto batch = make(10);
  for (const std::uint64_t times : {1U, 2U, 3U}) {
    files_.fail_at(2, kEveryChange, {EIO, true, times});
    EXPECT_FALSE(journal_->append(*batch).ok());
    files_.heal();
  }
  ASSERT_TRUE(journal_->append(*batch).ok());
  EXPECT_EQ(read_all().size(), 1U);
}

TEST_F(JournalFailureTest, DoesNotLoseAReaderWhenASegmentWithoutABatchIsReplaced) {
  open();
  auto opened = journal_->read({});
  const auto reader = std::move(opened).value();
  const auto batch = make(10);
  // The preamble goes in, the batch does not, and the file cannot be cut back.
  files_.fail_at(2, only(FileOperation::append) | only(FileOperation::truncate), {EIO, true, 2});
  EXPECT_FALSE(journal_->append(*batch).ok());
  EXPECT_FALSE(reader->next()->has_value());
  ASSERT_TRUE(journal_->append(*batch).ok());
  const auto item = reader->next();
  ASSERT_TRUE(item.ok() && item->has_value());
  EXPECT_FALSE((*item)->missing);
}

TEST_F(JournalFailureTest, DoesNotReportAnEmptySegmentThatWasReplacedInTheMidstOfAnEpoch) {
  options_.segment_bytes = 4096;
  open();
  auto opened = journal_->read({});
  const auto reader = std::move(opened).value();
  ASSERT_TRUE(append(250).ok());
  EXPECT_TRUE(reader->next()->has_value());
  files_.fail_at(2, only(FileOperation::append) | only(FileOperation::truncate), {EIO, true, 2});
  EXPECT_FALSE(append(250).ok());
  EXPECT_FALSE(reader->next()->has_value());
  ASSERT_TRUE(append(250).ok());
  auto item = reader->next();
  ASSERT_TRUE(item.ok() && item->has_value());
  EXPECT_EQ((*item)->batch->position.seq, 3U);
  EXPECT_FALSE((*item)->missing);
}

TEST_F(JournalFailureTest, NeverSyncsASegmentAgainWhoseSyncFailed) {
  open();
  ASSERT_TRUE(append(10).ok());
  ASSERT_TRUE(journal_->dirty());
  files_.fail_at(1, only(FileOperation::sync));
  EXPECT_FALSE(journal_->sync().ok());
  EXPECT_FALSE(journal_->dirty());
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs);
  ASSERT_TRUE(append(10).ok());
  EXPECT_EQ(segment_paths().size(), 2U);
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + 1) << "of the new segment only";
  EXPECT_EQ(read_all().size(), 2U);
}

TEST_F(JournalFailureTest, SyncsOnlyWhatIsDirtyAndEverySegmentThatIs) {
  options_.segment_bytes = 4096;
  open();
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(100).ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs) << "no append waits for the disk";
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + segment_paths().size());
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + segment_paths().size());
  EXPECT_EQ(journal_->stats().syncs, 1U);
}

TEST_F(JournalFailureTest, SyncsASegmentBeforeTheNextOneTellsWhereASourceHasGotTo) {
  options_.segment_bytes = 4096;
  open();
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  const CatalogPtr catalog = make_catalog("{}");
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append_of_a_source_that_resumes(100, catalog).ok());
  EXPECT_GT(segment_paths().size(), 3U);
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + segment_paths().size() - 1);
  EXPECT_EQ(journal_->stats().syncs, segment_paths().size() - 1);
}

TEST_F(JournalFailureTest, NoticesThatItsFolderWasRemovedAndGoesOnInANewOne) {
  open();
  ASSERT_TRUE(append(40).ok());
  ASSERT_TRUE(journal_->sync().ok());
  const JournalId id = journal_->id();
  std::filesystem::remove_all(options_.folder);
  ASSERT_TRUE(append(40).ok()) << "its file takes it, and nobody will find it";
  const Status synced = journal_->sync();
  ASSERT_FALSE(synced.ok());
  EXPECT_NE(synced.fault().message.find("was removed"), std::string::npos) << synced.fault().message;
  ASSERT_TRUE(append(40).ok());
  EXPECT_TRUE(journal_->sync().ok());
  ASSERT_TRUE(journal_->close_cleanly().ok());
  journal_.reset();
  open();
  EXPECT_EQ(journal_->id(), id);
  EXPECT_EQ(journal_->epoch(), 2U);
  const auto reader = journal_->read({}).value();
  const auto item = reader->next();
  ASSERT_TRUE(item.ok() && item->has_value());
  EXPECT_EQ((*item)->batch->position.seq, 3U);
}

TEST_F(JournalFailureTest, NoticesThatTheFileItWritesToWasCutAndGoesOnInAnother) {
  open();
  ASSERT_TRUE(append(40).ok());
  const auto of_one = std::filesystem::file_size(segment_paths().front());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(append(40).ok());
  ASSERT_TRUE(journal_->sync().ok());
  std::filesystem::resize_file(segment_paths().front(), of_one + 10);
  ASSERT_TRUE(append(40).ok());
  const Status synced = journal_->sync();
  ASSERT_FALSE(synced.ok());
  EXPECT_NE(synced.fault().message.find("was cut"), std::string::npos) << synced.fault().message;
  ASSERT_TRUE(append(40).ok());
  EXPECT_TRUE(journal_->sync().ok());
  EXPECT_EQ(segment_paths().size(), 2U);
  const auto items = read_all();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items.back().batch->position.seq, 5U);
  EXPECT_TRUE(items.back().missing.has_value());
}

TEST_F(JournalFailureTest, NoticesThatTheFileItWritesToWasRemoved) {
  open();
  ASSERT_TRUE(append(40).ok());
  ASSERT_TRUE(journal_->sync().ok());
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
    if (entry.path().extension() == ".ctj") std::filesystem::remove(entry.path());
  }
  EXPECT_TRUE(journal_->sync().ok()) << "nothing was written meanwhile";
  ASSERT_TRUE(append(40).ok());
  EXPECT_FALSE(journal_->sync().ok());
  ASSERT_TRUE(append(40).ok());
  EXPECT_TRUE(journal_->sync().ok());
}

TEST_F(JournalFailureTest, TellsOfASyncThatFailedBetweenTwoSegments) {
  options_.segment_bytes = 4096;
  open();
  ASSERT_TRUE(append_of_a_source_that_resumes(100, make_catalog("{}")));
  files_.fail_at(1, only(FileOperation::sync));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(100).ok());
  EXPECT_EQ(segment_paths().size(), 2U);
  EXPECT_EQ(journal_->stats().sync_failures, 1U);
  EXPECT_FALSE(journal_->sync().ok()) << "whoever waits for it must not take the first segment for safe";
  EXPECT_TRUE(journal_->sync().ok());
}

TEST_F(JournalFailureTest, SyncsWhatARunThatCrashedHadNotSyncedBeforeItTellsWhereASourceHasGotTo) {
  open();
  ASSERT_TRUE(append_of_a_source_that_resumes(100, make_catalog("{}")));
  open();
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  EXPECT_TRUE(journal_->dirty());
  ASSERT_TRUE(append(100).ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + 1);
  EXPECT_TRUE(journal_->close_cleanly().ok());
  open();
  EXPECT_FALSE(journal_->dirty()) << "an orderly stop left nothing";
}

TEST_F(JournalFailureTest, BeginsAfterACrashWithoutAWaitForTheDiskWhereNoSourceResumes) {
  open();
  ASSERT_TRUE(append(100).ok());
  open();
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  ASSERT_TRUE(append(100).ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs);
  EXPECT_TRUE(journal_->dirty());
  ASSERT_TRUE(journal_->sync().ok());
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + 2) << "of both runs";
}

TEST_F(JournalFailureTest, ResumesWhenAFullDiskHasRoomAgain) {
  open();
  files_.set_free_bytes(20'000);
  std::vector<std::uint64_t> accepted;
  for (std::uint64_t i = 1; i <= 60; ++i) {
    if (i == 40) files_.set_free_bytes(1 << 20);
    const Status appended = append(100);
    if (appended.ok()) {
      accepted.push_back(i);
    } else {
      EXPECT_EQ(appended.fault().kind, FaultKind::exhausted);
    }
  }
  EXPECT_LT(accepted.size(), 60U);
  EXPECT_EQ(accepted.back(), 60U);
  const auto items = read_all();
  ASSERT_EQ(items.size(), accepted.size());
  for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i].batch->position.seq, accepted[i]);
}

TEST_F(JournalFailureTest, HasRoomForItsLastWordsOnAFullDisk) {
  open();
  ASSERT_TRUE(append(100).ok());
  files_.set_free_bytes(0);
  EXPECT_EQ(append(100).fault().kind, FaultKind::exhausted);
  auto gap = make(0);
  gap->gaps.push_back({WallTime{1}, WallTime{2}, GapReason::journal_failed, "journal", 100, 0});
  EXPECT_EQ(journal_->append(*gap).fault().kind, FaultKind::exhausted) << "not before the end";
  EXPECT_TRUE(journal_->use_reserve());
  EXPECT_TRUE(journal_->append(*gap).ok());
  EXPECT_TRUE(journal_->close_cleanly().ok());
  open();
  EXPECT_TRUE(journal_->past().clean);
  ASSERT_EQ(read_all().size(), 2U);
  EXPECT_EQ(read_all().back().batch->gaps, gap->gaps);
}

TEST_F(JournalFailureTest, MarksAnOrderlyStopOnAFullDiskAlsoWhereThatTakesANewSegment) {
  open();
  ASSERT_TRUE(append(100).ok());
  files_.fail_at(1, only(FileOperation::sync));
  EXPECT_FALSE(journal_->sync().ok());
  files_.set_free_bytes(0);
  EXPECT_TRUE(journal_->close_cleanly().ok());
  open();
  EXPECT_TRUE(journal_->past().clean);
  EXPECT_EQ(read_all().size(), 1U);
}

TEST_F(JournalFailureTest, BeginsOnADiskThatFilledUpBetweenTwoRuns) {
  const std::string at_end = join_path(options_.folder, "reserve");
  const std::string at_start = join_path(options_.folder, "reserve.start");
  open();
  ASSERT_TRUE(append(100).ok());
  const std::uint64_t kept = std::filesystem::file_size(at_start);
  files_.set_free_bytes(0);
  open();
  EXPECT_EQ(journal_->epoch(), 2U);
  EXPECT_LT(std::filesystem::file_size(at_start), kept) << "what is left of it";
  EXPECT_EQ(std::filesystem::file_size(at_end), journal::kReserveBytes) << "is for the end of this run";
  EXPECT_EQ(log_.lines.back(), "the disk is full: the reserve of the journal is used");
  for (int i = 0; i < 20; ++i) (void)append(100);
  ASSERT_TRUE(journal_->close_cleanly().ok());
  files_.set_free_bytes(1 << 20);
  open();
  EXPECT_TRUE(journal_->past().clean);
  ASSERT_TRUE(append(100).ok());
  EXPECT_EQ(std::filesystem::file_size(at_start), kept) << "made again as soon as there is room";
  EXPECT_EQ(std::filesystem::file_size(at_end), journal::kReserveBytes);
  EXPECT_GE(read_all().size(), 2U);
}

// What the end of a run gives up, its stores take at once.
TEST_F(JournalFailureTest, BeginsAgainAndAgainOnADiskThatStaysFull) {
  open();
  ASSERT_TRUE(append(100).ok());
  for (std::uint32_t epoch = 2; epoch < 10; ++epoch) {
    files_.set_free_bytes(0);
    EXPECT_TRUE(try_open().ok());
    EXPECT_EQ(journal_->epoch(), epoch);
    for (int i = 0; i < 20; ++i) (void)append(100);
    (void)journal_->close_cleanly();
  }
  EXPECT_FALSE(std::filesystem::exists(join_path(options_.folder, "identity.tmp")));
}

TEST_F(JournalFailureTest, BeginsAndEndsAgainAndAgainWhereOthersTakeAllRoom) {
  open();
  ASSERT_TRUE(append(100).ok());
  for (std::uint32_t epoch = 2; epoch < 6; ++epoch) {
    files_.set_free_bytes(0);
    EXPECT_EQ(append(100).fault().kind, FaultKind::exhausted);
    EXPECT_TRUE(journal_->use_reserve());
    EXPECT_TRUE(journal_->append(*make(0)).ok());
    EXPECT_TRUE(journal_->close_cleanly().ok());
    files_.set_free_bytes(0);  // somebody has taken what was left
    open();
    EXPECT_TRUE(journal_->past().clean);
    EXPECT_EQ(journal_->epoch(), epoch);
  }
}

TEST_F(JournalFailureTest, CannotBeginOnAFullDiskAndSaysSo) {
  files_.set_free_bytes(0);
  const Status opened = try_open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.fault().kind, FaultKind::exhausted);
}

}  // namespace
}  // namespace cantrail
