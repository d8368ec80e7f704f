#include <sys/stat.h>
#include <unistd.h>

#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

TEST_F(JournalTest, BeginsWithEpochOneAndNoPast) {
  open();
  EXPECT_EQ(journal_->epoch(), 1U);
  EXPECT_FALSE(journal_->past().existed);
  EXPECT_FALSE(journal_->past().clean);
  EXPECT_FALSE(journal_->past().last);
  EXPECT_EQ(journal_->stats().head, (Position{journal_->id(), 1, 1, 0}));
}

TEST_F(JournalTest, KnowsAfterACrashWhatItHad) {
  const CatalogPtr catalog = make_catalog("{}");
  open();
  const JournalId id = journal_->id();
  for (int i = 0; i < 3; ++i) {
    auto batch = make(5, catalog);
    batch->source = static_cast<SourceId>(i % 2);
    batch->source_position = "at " + std::to_string(i);
    ASSERT_TRUE(journal_->append(*batch).ok());
  }
  const WallTime last = clock_.wall();
  open();
  EXPECT_EQ(journal_->id(), id);
  EXPECT_EQ(journal_->epoch(), 2U);
  EXPECT_TRUE(journal_->past().existed);
  EXPECT_FALSE(journal_->past().clean);
  EXPECT_EQ(journal_->past().last, last);
  EXPECT_EQ(journal_->past().torn_bytes, 0U);
  EXPECT_EQ(journal_->past().source_positions,
            (std::map<std::string, SourcePosition>{{"can0", "at 2"}, {"sensor", "at 1"}}));
}

// Two threads read the clock and get their places the other way round.
TEST_F(JournalTest, KnowsTheLatestClockOfBatchesThatChangedPlaces) {
  const CatalogPtr catalog = make_catalog("{}");
  open();
  auto late = make(5, catalog);
  auto early = make(5, catalog);
  const WallTime latest = late->clock.wall + std::chrono::milliseconds(5);
  late->clock.wall = latest;
  ASSERT_TRUE(journal_->append(*late).ok());
  early->clock.wall = latest - std::chrono::milliseconds(3);
  ASSERT_TRUE(journal_->append(*early).ok());
  open();
  EXPECT_EQ(journal_->past().last, latest);
  auto set_back = make(5, catalog);
  set_back->clock.wall = latest - std::chrono::hours(1);
  ASSERT_TRUE(journal_->append(*set_back).ok());
  open();
  EXPECT_EQ(journal_->past().last, set_back->clock.wall);
}

TEST_F(JournalTest, CarriesSourcePositionsThroughEpochsThatHaveNone) {
  const CatalogPtr catalog = make_catalog("{}");
  open();
  auto batch = make(5, catalog);
  batch->source_position = "here";
  ASSERT_TRUE(journal_->append(*batch).ok());
  const WallTime last = clock_.wall();
  for (int i = 0; i < 3; ++i) {
    open();
    ASSERT_TRUE(journal_->close_cleanly().ok());
  }
  open();
  EXPECT_EQ(journal_->past().source_positions.at("can0"), "here");
  EXPECT_EQ(journal_->past().last, last);
  EXPECT_TRUE(journal_->past().clean);
}

TEST_F(JournalTest, TellsAnOrderlyStopFromACrash) {
  open();
  ASSERT_TRUE(append(5).ok());
  ASSERT_TRUE(journal_->close_cleanly().ok());
  EXPECT_FALSE(journal_->dirty());
  EXPECT_EQ(append(1).fault().kind, FaultKind::bug);
  open();
  EXPECT_TRUE(journal_->past().clean);
  open();  // the epoch between crashed before it wrote anything
  EXPECT_FALSE(journal_->past().clean);
  EXPECT_EQ(journal_->epoch(), 3U);
}

TEST_F(JournalTest, FindsItsIdAndEpochAgainInSegmentsWhenTheIdentityIsGoneOrDamaged) {
  open();
  const JournalId id = journal_->id();
  ASSERT_TRUE(append(5).ok());
  open();
  ASSERT_TRUE(append(6).ok());
  const std::string path = join_path(options_.folder, "identity");
  journal_.reset();
  std::filesystem::remove(path);
  open();
  EXPECT_EQ(journal_->id(), id);
  EXPECT_EQ(journal_->epoch(), 3U);
  EXPECT_EQ(log_.lines.size(), 1U);
  const std::string whole = slurp(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    journal_.reset();
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    spill(path, damaged);
    open();
    EXPECT_EQ(journal_->id(), id);
    EXPECT_EQ(journal_->epoch(), 3U);
  }
  EXPECT_EQ(read_all().size(), 2U);
}

TEST_F(JournalTest, GetsANewIdWhenNothingReadableIsLeft) {
  open();
  const JournalId id = journal_->id();
  ASSERT_TRUE(append(5).ok());
  journal_.reset();
  spill(join_path(options_.folder, "identity"), "");
  spill(segment_paths().at(0), "rubbish");
  open();
  EXPECT_NE(journal_->id(), id);
  EXPECT_EQ(journal_->epoch(), 2U);
  ASSERT_TRUE(append(5).ok());
  EXPECT_EQ(read_all().size(), 1U);
}

TEST_F(JournalTest, RefusesAFolderThatAnotherNodeUses) {
  open();
  auto second = Journal::open(options_, "{}", files_, clock_, log_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.fault().kind, FaultKind::config);
  EXPECT_NE(second.fault().message.find(options_.folder), std::string::npos);
  EXPECT_NE(second.fault().message.find("in use by another running node (process " +
                                        std::to_string(::getpid()) + ")"),
            std::string::npos);
  EXPECT_EQ(journal_->epoch(), 1U);
  open();
  EXPECT_EQ(journal_->epoch(), 2U);
}

TEST_F(JournalTest, SaysThatAFolderCannotBeMade) {
  options_.folder = "/proc/cantrail-journal";
  const Status opened = try_open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.fault().kind, FaultKind::config);
  EXPECT_NE(opened.fault().message.find("set [journal] folder"), std::string::npos);
}

TEST_F(JournalTest, SaysThatAFolderCannotBeWritten) {
  // For root no permission counts; a folder of the kernel's is read-only for everyone.
  options_.folder = ::geteuid() == 0 ? "/proc/self/task" : options_.folder;
  if (::geteuid() != 0) {
    std::filesystem::create_directory(options_.folder);
    ::chmod(options_.folder.c_str(), 0555);
  }
  const Status opened = try_open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.fault().kind, FaultKind::config) << opened.fault().message;
  EXPECT_NE(opened.fault().message.find(options_.folder + " cannot be written"), std::string::npos);
}

TEST_F(JournalTest, MakesTheEpochDurableBeforeItReturns) {
  open();  // a new journal has two texts to write: who it is, and that the cap has taken nothing yet
  const std::uint64_t syncs = files_.count(FileOperation::sync);
  const std::uint64_t of_folder = files_.count(FileOperation::sync_directory);
  EXPECT_EQ(syncs, 2U);
  EXPECT_EQ(of_folder, 2U);
  open();
  EXPECT_EQ(files_.count(FileOperation::sync), syncs + 1);
  EXPECT_EQ(files_.count(FileOperation::sync_directory), of_folder + 1);
  EXPECT_TRUE(segment_paths().empty());
}

TEST_F(JournalTest, UsesAnEpochUpEvenWhenTheOpenFails) {
  for (std::uint64_t n = 1;; ++n) {
    files_.fail_at(n);
    if (try_open().ok()) break;
    files_.heal();
  }
  files_.heal();
  const std::uint32_t epoch = journal_->epoch();
  ASSERT_TRUE(append(1).ok());
  open();
  EXPECT_GT(journal_->epoch(), epoch);
}

}  // namespace
}  // namespace cantrail
