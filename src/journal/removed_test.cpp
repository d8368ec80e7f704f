// What is told of segments that are gone: since when, how much, and whether the cap or somebody took them.
#include "journal/archive.hpp"
#include "journal/format.hpp"
#include "journal/kept_folder.hpp"

namespace cantrail {
namespace {

class JournalRemovedTest : public KeptFolderTest {
 protected:
  static constexpr std::uint64_t kFrames = 50;  // of a batch

  void SetUp() override {
    KeptFolderTest::SetUp();
    options_.cap_bytes = 128 * 1024;
    options_.segment_bytes = 16 * 1024;
  }
  void fill(int batches) {
    for (int i = 0; i < batches; ++i) {
      ASSERT_TRUE(append(kFrames).ok());
      sealed_.push_back(clock_.wall());
    }
  }
  [[nodiscard]] Position at(std::uint32_t epoch, std::uint64_t seq) const {
    return {journal_->id(), epoch, seq, 0};
  }
  [[nodiscard]] std::string word() const { return join_path(options_.folder, "removed"); }
  static std::uint64_t first_seq(const std::string& path) {
    return journal::parse_segment_name(std::filesystem::path(path).filename().string())->first_seq;
  }
  void remove_by_hand(const std::vector<std::string>& paths) {
    journal_.reset();
    for (const std::string& path : paths) std::filesystem::remove(path);
  }
  // `removed` of a reader's first item; a failure where there is none.
  static GapRecord told(const std::vector<JournalReader::Item>& items) {
    const bool any = !items.empty() && items[0].missing;
    EXPECT_TRUE(any);
    return any ? *items[0].missing : GapRecord{};
  }
  static std::vector<JournalReader::Item> rest_of(JournalReader& reader) {
    std::vector<JournalReader::Item> items;
    for (;;) {
      auto item = reader.next();
      EXPECT_TRUE(item.ok());
      if (!item || !*item) return items;
      items.push_back(std::move(**item));
    }
  }

  std::vector<WallTime> sealed_;  // of batch i + 1
};

TEST_F(JournalRemovedTest, TellsALostCursorSinceWhenSomethingIsMissing) {
  open();
  fill(40);
  const std::vector<std::string> early = segment_paths();
  ASSERT_GE(early.size(), 3U);
  const std::uint64_t second = first_seq(early[1]), in_it = second + 2;
  fill(300);
  for (const bool again : {false, true}) {
    SCOPED_TRACE(again ? "in the next run" : "in this run");
    if (again) open();
    const auto items = read_all(at(1, in_it));
    const GapRecord gap = told(items);
    EXPECT_EQ(gap.reason, GapReason::journal_cap);
    EXPECT_EQ(gap.from, sealed_[second - 1]) << "when the segment of the cursor was begun";
    EXPECT_EQ(gap.to, items.at(0).batch->clock.wall);
    EXPECT_FALSE(gap.count) << "nobody knows how many of that segment's the cursor is behind";
    const GapRecord whole = told(read_all(at(1, second)));
    EXPECT_EQ(whole.from, gap.from);
    EXPECT_EQ(whole.count, (items[0].batch->position.seq - second) * kFrames);
    EXPECT_FALSE(read_all().at(0).missing) << "from the oldest nothing is missing";
  }
}

TEST_F(JournalRemovedTest, TellsALostCursorOfAnEarlierRunSinceWhen) {
  open();
  fill(5);
  open();
  fill(300);
  const auto items = read_all(at(1, 3));
  const GapRecord gap = told(items);
  EXPECT_EQ(gap.reason, GapReason::journal_cap);
  EXPECT_EQ(gap.from, sealed_[0]) << "the cap took that run's segment as a whole";
  EXPECT_EQ(gap.to, items.at(0).batch->clock.wall);
}

TEST_F(JournalRemovedTest, TellsWhatSomebodyRemovedAtTheFront) {
  open();
  fill(300);
  const auto paths = segment_paths();
  const std::uint64_t oldest = first_seq(paths[0]);
  ASSERT_GT(oldest, 1U) << "the cap has taken something";
  remove_by_hand({paths[0], paths[1]});
  open();
  // With and without a run in between that the cap makes remove nothing.
  for (int i = 0; i < 2; ++i, open()) {
    const auto items = read_all();
    const GapRecord gap = told(items);
    EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
    EXPECT_EQ(gap.count, (first_seq(paths[2]) - oldest) * kFrames);
    EXPECT_EQ(gap.from, sealed_[oldest - 1]);
    EXPECT_EQ(gap.to, items.at(0).batch->clock.wall);
    EXPECT_EQ(told(read_all(at(1, oldest + 1))).reason, GapReason::journal_corrupt);
    EXPECT_EQ(told(read_all(at(1, oldest + 1))).from, sealed_[oldest - 1]);
    EXPECT_FALSE(read_all(at(1, first_seq(paths[2]))).at(0).missing);
  }
}

TEST_F(JournalRemovedTest, TellsARunThatSomebodyRemovedAtTheFront) {
  open();
  fill(10);
  const auto paths = segment_paths();
  const WallTime began = sealed_[0];
  open();
  fill(10);
  remove_by_hand(paths);
  open();
  const auto items = read_all();
  const GapRecord gap = told(items);
  EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
  EXPECT_EQ(gap.count, 10 * kFrames);
  EXPECT_EQ(items[0].missing_earlier, 10 * kFrames);
  EXPECT_LE(gap.from, began);
  EXPECT_EQ(gap.to, items[0].batch->clock.wall);
}

TEST_F(JournalRemovedTest, CountsARunThatSomebodyRemovedBehindOneThatEndedInOrder) {
  for (const bool in_order : {true, false}) {
    journal_.reset();
    std::filesystem::remove_all(options_.folder);
    open();
    fill(10);
    const WallTime before = sealed_.back();
    if (in_order) {
      ASSERT_TRUE(journal_->close_cleanly().ok());
    }
    open();
    fill(7);
    const std::string gone = segment_paths().back();
    open();
    fill(10);
    remove_by_hand({gone});
    open();
    std::optional<GapRecord> gap;
    for (const auto& item : read_all()) {
      if (item.missing) gap = item.missing;
    }
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->reason, GapReason::journal_corrupt);
    EXPECT_EQ(gap->from, before);
    // Without the mark of its end the run before may lack a part as well, for all that is known.
    EXPECT_EQ(gap->count, in_order ? std::optional(7 * kFrames) : std::nullopt);
  }
}

TEST_F(JournalRemovedTest, TellsALostCursorThatStandsBeforeTheFirstBatchOfARun) {
  open();
  const Position start = at(1, 0);  // as a lane has it that begins with the run
  fill(300);
  const GapRecord gap = told(read_all(start));
  EXPECT_EQ(gap.reason, GapReason::journal_cap);
  EXPECT_EQ(gap.from, sealed_[0]);
  EXPECT_TRUE(gap.count);
}

TEST_F(JournalRemovedTest, TellsALostRunOfAReaderThatBeginsInItSinceTheRunBeforeWasBegun) {
  open();
  fill(10);
  open();
  fill(10);
  const auto two = segment_paths();
  open();
  fill(10);
  remove_by_hand({two.back()});
  ASSERT_EQ(std::filesystem::path(two.back()).filename().string().substr(0, 8), "00000002");
  open();
  const GapRecord gap = told(read_all(at(2, 4)));
  EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
  EXPECT_LT(gap.from, gap.to);
  EXPECT_GE(gap.from, sealed_[0]);
}

TEST_F(JournalRemovedTest, SaysSoOfASegmentThatIsRemovedUnderARunningNode) {
  open();
  fill(60);
  const auto paths = segment_paths();
  const std::uint64_t left = first_seq(paths[1]);
  std::filesystem::remove(paths[0]);
  const auto items = read_all();
  EXPECT_EQ(told(items).reason, GapReason::journal_corrupt);
  EXPECT_EQ(told(items).count, (left - 1) * kFrames);
  EXPECT_EQ(told(items).from, sealed_[0]);
}

TEST_F(JournalRemovedTest, TakesWhatIsNotThereForTheCapsWhereAnEarlierBuildHasSaidNothing) {
  open();
  fill(300);
  const auto paths = segment_paths();
  journal_.reset();
  std::filesystem::remove(word());
  open();
  ASSERT_TRUE(std::filesystem::exists(word())) << "from now on it is known";
  EXPECT_FALSE(read_all().at(0).missing);
  EXPECT_EQ(told(read_all(at(1, 5))).reason, GapReason::journal_cap);
  remove_by_hand({paths[0]});
  open();
  EXPECT_EQ(told(read_all()).reason, GapReason::journal_corrupt);
}

TEST_F(JournalRemovedTest, TakesADamagedWordForNone) {
  open();
  fill(300);
  const auto paths = segment_paths();
  journal_.reset();
  std::string text = slurp(word());
  text[text.size() / 2] ^= 1;
  spill(word(), text);
  open();
  EXPECT_FALSE(read_all().at(0).missing);
  EXPECT_NE(slurp(word()), text) << "it is written again";
  EXPECT_EQ(told(read_all(at(1, 5))).reason, GapReason::journal_cap);
}

// The process ends when the word is on the disk, and the segment is there still.
TEST_F(JournalRemovedTest, ReadsASegmentThatTheCapHadOnlySaidItWouldTake) {
  open();
  files_.fail_at(1, only(FileOperation::remove), {EIO, false, FileFault::kForever});
  while (slurp(word()).find("taken") == std::string::npos) fill(1);
  files_.heal();
  journal_.reset();
  const auto kept = segment_paths();
  const std::uint64_t batches = seq_;
  open();
  const auto items = read_all();
  EXPECT_EQ(items.size(), batches);
  for (const auto& item : items) EXPECT_FALSE(item.missing);
  remove_by_hand({kept[0]});  // what the crash has kept the cap from
  open();
  EXPECT_FALSE(read_all().at(0).missing);
  EXPECT_EQ(told(read_all(at(1, 1))).reason, GapReason::journal_cap);
}

TEST_F(JournalRemovedTest, TakesTheOldestAlsoWhereTheWordHasNoRoomBeforeAndWritesItThen) {
  open();
  const std::string oldest = join_path(options_.folder, "00000001-0000000000000001.ctj");
  files_.fail_at(1, only(FileOperation::rename), {ENOSPC, false, 1});
  do fill(1);
  while (std::filesystem::exists(oldest));
  EXPECT_NE(slurp(word()).find("taken"), std::string::npos);
  open();
  EXPECT_FALSE(read_all().at(0).missing);
  EXPECT_EQ(told(read_all(at(1, 1))).reason, GapReason::journal_cap);
}

TEST_F(JournalRemovedTest, WritesTheWordWithTheNextSegmentWhereItCouldNotBeforeAndBehind) {
  open();
  const std::string oldest = join_path(options_.folder, "00000001-0000000000000001.ctj");
  files_.fail_at(1, only(FileOperation::rename), {EIO, false, 2});
  do fill(1);
  while (std::filesystem::exists(oldest));
  const std::string newest = segment_paths().back();
  while (slurp(word()).find("taken") == std::string::npos && segment_paths().back() == newest) fill(1);
  EXPECT_NE(slurp(word()).find("taken"), std::string::npos);
}

TEST_F(JournalRemovedTest, KnowsInAnArchiveWhatTheNodeTakesMeanwhile) {
  open();
  fill(60);
  auto archive = open_archive(options_.folder, real_file_system(), log_);
  ASSERT_TRUE(archive.ok());
  ASSERT_TRUE((*archive->reader->next()).has_value());
  const auto seen = segment_paths();
  while (std::filesystem::exists(seen[seen.size() - 2])) fill(1);
  ASSERT_TRUE(std::filesystem::exists(seen.back()));
  const auto items = rest_of(*archive->reader);
  std::uint64_t stretches = 0;
  for (const auto& item : items) {
    if (!item.missing) continue;
    ++stretches;
    EXPECT_EQ(item.missing->reason, GapReason::journal_cap);
  }
  EXPECT_EQ(stretches, 1U);
}

TEST_F(JournalRemovedTest, TellsInAnArchiveWhatSomebodyRemoved) {
  open();
  fill(60);
  const auto paths = segment_paths();
  ASSERT_GE(paths.size(), 4U);
  remove_by_hand({paths[0], paths[2]});
  auto archive = open_archive(options_.folder, real_file_system(), log_);
  ASSERT_TRUE(archive.ok());
  const auto items = rest_of(*archive->reader);
  std::vector<GapRecord> gaps;
  for (const auto& item : items) {
    if (item.missing) gaps.push_back(*item.missing);
  }
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].count, (first_seq(paths[1]) - 1) * kFrames);
  EXPECT_EQ(gaps[1].count, (first_seq(paths[3]) - first_seq(paths[2])) * kFrames);
  for (const GapRecord& gap : gaps) EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
  EXPECT_EQ(gaps[1].from, sealed_[first_seq(paths[2]) - 2]);
}

// One batch can take the room of all that is there, and then be refused: what is kept begins where no segment
// is yet.
TEST_F(JournalRemovedTest, IsNotMistakenWhicheverOperationFailsWhileTheCapTakesAllThereIs) {
  options_.cap_bytes = 64 * 1024;
  options_.segment_bytes = 4096;
  std::uint64_t emptied = 0;
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("operation " + std::to_string(n));
    journal_.reset();
    std::filesystem::remove_all(options_.folder);
    open();
    fill(10);
    const auto large = make(3'900);
    const std::uint64_t before = files_.changes();
    files_.fail_at(n);
    const bool accepted = journal_->append(*large).ok();
    const bool over = files_.changes() - before < n;
    files_.heal();
    emptied += segment_paths().empty() ? 1 : 0;
    EXPECT_TRUE(accepted || !over);
    fill(3);
    const std::uint64_t oldest = first_seq(segment_paths()[0]);
    for (const bool again : {false, true}) {
      if (again) open();
      for (const auto& item : read_all()) EXPECT_FALSE(item.missing) << again;
      if (oldest > 1) {
        EXPECT_EQ(told(read_all(at(1, 1))).reason, GapReason::journal_cap) << again;
      }
    }
    if (over || HasFailure()) break;
    ASSERT_LT(n, 500U);
  }
  EXPECT_GT(emptied, 0U);
}

TEST_F(JournalRemovedTest, SaysItOnceForManySmallSegments) {
  options_.cap_bytes = 64 * 4096;
  for (int i = 0; i < 60; ++i) {
    open();
    ASSERT_TRUE(append(1).ok());
  }
  options_.segment_bytes = 64 * 1024;
  open();
  const std::uint64_t syncs = files_.count(FileOperation::sync_directory);
  const std::size_t before = segment_paths().size();
  ASSERT_TRUE(append(kFrames).ok());
  while (segment_paths().size() > before - 30) ASSERT_TRUE(append(kFrames).ok());
  EXPECT_LE(files_.count(FileOperation::sync_directory) - syncs, 20U);
  EXPECT_FALSE(read_all().at(0).missing);
  open();
  EXPECT_FALSE(read_all().at(0).missing);
}

}  // namespace
}  // namespace cantrail
