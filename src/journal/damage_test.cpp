#include "journal/kept_folder.hpp"

namespace cantrail {
namespace {

class JournalDamageTest : public KeptFolderTest {};

std::vector<std::uint64_t> seqs(const std::vector<JournalReader::Item>& items, std::uint32_t epoch) {
  std::vector<std::uint64_t> found;
  for (const auto& item : items) {
    if (item.batch->position.epoch == epoch) found.push_back(item.batch->position.seq);
  }
  return found;
}

TEST_F(JournalDamageTest, CountsWhatIsLostWhenTheEndOfAnEpochRotsAfterTheNextBegan) {
  open();
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(append(i + 1).ok());
  const std::string segment = segment_paths().at(0);
  open();
  ASSERT_TRUE(append(9).ok());
  std::string damaged = slurp(segment);
  damaged[damaged.size() - 20] ^= 1;
  spill(segment, damaged);
  const auto items = read_all();
  ASSERT_EQ(items.size(), 4U);
  ASSERT_TRUE(items[3].missing);
  EXPECT_EQ(items[3].missing->reason, GapReason::journal_corrupt);
  EXPECT_EQ(items[3].missing->count, 4U);
  EXPECT_EQ(items[3].missing->from, items[2].batch->clock.wall);
  EXPECT_EQ(items[3].missing->to, items[3].batch->clock.wall);
}

TEST_F(JournalDamageTest, CountsWhatASegmentHeldThatIsGone) {
  options_.segment_bytes = 8192;
  open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(100).ok());
  const auto paths = segment_paths();
  ASSERT_GE(paths.size(), 4U);
  keep();
  for (const char* how : {"rotten", "empty", "removed"}) {
    put_back();
    spill(paths[1], how == std::string("rotten") ? std::string(3000, 'x') : "");
    if (how == std::string("removed")) std::filesystem::remove(paths[1]);
    open();
    ASSERT_TRUE(append(100).ok());
    const auto items = read_all();
    std::uint64_t missing = 0;
    for (const auto& item : items) {
      if (!item.missing) continue;
      missing += item.missing->count.value_or(1'000'000);
      EXPECT_EQ(item.missing->reason, GapReason::journal_corrupt)
          << "the cap takes the oldest first; " << how;
    }
    EXPECT_LT(items.size(), 20U);
    EXPECT_EQ(missing, (21 - items.size()) * 100) << how;
  }
}

TEST_F(JournalDamageTest, TellsTheNewestSegmentsOfAnEpochThatSomebodyRemovedFromWhatTheCapTook) {
  options_.segment_bytes = 8192;
  open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(100).ok());
  open();
  ASSERT_TRUE(append(100).ok());
  const auto paths = segment_paths();
  keep();
  std::filesystem::remove(paths[paths.size() - 2]);
  open();
  auto items = read_all();
  ASSERT_TRUE(items.back().missing);
  EXPECT_EQ(items.back().missing->reason, GapReason::journal_corrupt);
  EXPECT_EQ(items.back().missing->count, (21 - items.size()) * 100);
  EXPECT_EQ(items.back().missing_earlier, (21 - items.size()) * 100);
  // From a cursor in the segment that is gone, with older ones still there; and with none, which the cap has
  // not taken.
  const Position gone{journal_->id(), 1, 19, 0};
  items = read_all(gone);
  ASSERT_TRUE(items.at(0).missing);
  EXPECT_EQ(items[0].missing->reason, GapReason::journal_corrupt);
  journal_.reset();
  for (std::size_t i = 0; i + 2 < paths.size(); ++i) std::filesystem::remove(paths[i]);
  open();
  items = read_all(gone);
  ASSERT_TRUE(items.at(0).missing);
  EXPECT_EQ(items[0].missing->reason, GapReason::journal_corrupt);
}

TEST_F(JournalDamageTest, IsNotFooledByAPayloadThatLooksLikeARecord) {
  open();
  ASSERT_TRUE(append(3).ok());
  const std::string copy = slurp(segment_paths().at(0));
  // The bytes of a whole segment, recorded as the source position of a batch that is then damaged.
  auto batch = make(1);
  batch->source_position = copy;
  ASSERT_TRUE(journal_->append(*batch).ok());
  ASSERT_TRUE(append(5).ok());
  const std::string path = segment_paths().at(0);
  journal_.reset();
  std::string content = slurp(path);
  content[copy.size() + 20] ^= 1;
  spill(path, content);
  open();
  const auto items = read_all();
  for (const auto& item : items) EXPECT_NE(item.batch->position.seq, 2U);
  EXPECT_EQ(items.back().batch->frames.size(), 5U);
}

TEST_F(JournalDamageTest, IsDoneInTimeWithAFileOfForgedHeaders) {
  open();
  ASSERT_TRUE(append(3).ok());
  const std::string path = segment_paths().at(0);
  journal_.reset();
  std::string forged = slurp(path);
  for (std::size_t i = 0; i < 40'000; ++i) {
    const std::array<std::uint32_t, 2> header{0x52544304U, 300'000};
    forged.append(reinterpret_cast<const char*>(header.data()), 8);
    forged.append(reinterpret_cast<const char*>(header.data()), 8);
  }
  spill(path, forged);
  const auto start = std::chrono::steady_clock::now();
  open();
  EXPECT_EQ(read_all().size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(JournalDamageTest, PassesOverFilesThatAreNotItsOwn) {
  open();
  ASSERT_TRUE(append(3).ok());
  const std::string foreign = slurp(segment_paths().at(0));
  journal_.reset();
  std::filesystem::remove_all(options_.folder);
  open();
  ASSERT_TRUE(append(4).ok());
  journal_.reset();
  spill(join_path(options_.folder, "00000007-0000000000000001.ctj"), foreign);
  spill(join_path(options_.folder, "notes.txt"), "hello");
  spill(join_path(options_.folder, "0000000G-0000000000000001.ctj"), "hello");
  open();
  EXPECT_EQ(journal_->epoch(), 8U);
  ASSERT_TRUE(append(5).ok());
  const auto items = read_all();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(seqs(items, 8), std::vector<std::uint64_t>{1});
}

TEST_F(JournalDamageTest, GoesOnBehindABadSectorAfterSomePatience) {
  open();
  for (std::size_t i = 0; i < 3; ++i) ASSERT_TRUE(append(5).ok());
  auto opened = journal_->read({});
  auto reader = std::move(opened).value();
  FileFault broken;
  broken.times = FileFault::kForever;
  files_.fail_at(2, only(FileOperation::read), broken);  // the first read is that of the header
  EXPECT_FALSE(reader->next().ok());
  EXPECT_FALSE(reader->next().ok());
  const auto end = reader->next();
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->has_value());
  files_.heal();
  ASSERT_TRUE(append(5).ok());
  const auto item = reader->next();
  ASSERT_TRUE(item.ok() && item->has_value());
  EXPECT_EQ((*item)->batch->position.seq, 4U);
  ASSERT_TRUE((*item)->missing);
  EXPECT_EQ((*item)->missing->reason, GapReason::journal_corrupt);
}

}  // namespace
}  // namespace cantrail
