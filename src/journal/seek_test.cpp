#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

using namespace std::chrono_literals;

class JournalSeekTest : public JournalTest {
 protected:
  // What a reader from `time` on gets first.
  Position first_since(WallTime time) {
    const auto reader = journal_->read_from_time(time);
    EXPECT_TRUE(reader.ok());
    const auto item = (*reader)->next();
    EXPECT_TRUE(item.ok());
    if (!item || !*item) return {};
    EXPECT_FALSE((*item)->missing);
    return (*item)->batch->position;
  }
};

TEST_F(JournalSeekTest, BeginsAtTheFirstBatchThatWasSealedAtOrBehindAMoment) {
  options_.segment_bytes = 4096;
  std::vector<std::pair<WallTime, Position>> all;
  for (int epoch = 0; epoch < 3; ++epoch) {
    open();
    for (int i = 0; i < 20; ++i) {
      const auto batch = make(60);
      ASSERT_TRUE(journal_->append(*batch).ok());
      all.emplace_back(batch->clock.wall, batch->position);
      clock_.advance(7ms);
    }
    clock_.advance(1h);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(first_since(all[i].first), all[i].second);
    EXPECT_EQ(first_since(all[i].first - 1ns), all[i].second);
    if (i + 1 < all.size()) {
      EXPECT_EQ(first_since(all[i].first + 1ns), all[i + 1].second);
    }
  }
  EXPECT_EQ(first_since({}), all[0].second);
  // Behind the end it waits for what comes.
  const auto reader = journal_->read_from_time(all.back().first + 1ns);
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE((*reader)->next()->has_value());
  ASSERT_TRUE(append(5).ok());
  EXPECT_EQ((*(*reader)->next())->batch->position.seq, 21U);
}

TEST_F(JournalSeekTest, OverlooksNothingWhereTheClockWasSetBackBetweenRuns) {
  options_.segment_bytes = 4096;
  const WallTime start = clock_.wall();
  for (int epoch = 0; epoch < 2; ++epoch) {
    open();
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(append(60).ok());
      clock_.advance(1min);
    }
    if (epoch == 0)
      clock_.step_wall(-15min);  // without a clock of its own a machine begins where it ended, or before
  }
  EXPECT_EQ(first_since(start + 8min), (Position{journal_->id(), 1, 9, 0}));
  EXPECT_EQ(first_since(start + 19min), (Position{journal_->id(), 1, 20, 0}));
  EXPECT_EQ(first_since(start + 21min), (Position{journal_->id(), 2, 17, 0}));
}

TEST_F(JournalSeekTest, IsNotMisledByADamagedHeader) {
  options_.segment_bytes = 4096;
  open();
  std::vector<WallTime> times;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(append(60).ok());
    times.push_back(clock_.wall());
    clock_.advance(1min);
  }
  const auto paths = segment_paths();
  journal_.reset();
  for (const std::size_t hit : {0U, 3U, 4U}) {
    std::string content = slurp(paths[hit]);
    content[50] ^= 1;
    spill(paths[hit], content);
  }
  open();
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(first_since(times[i]), (Position{journal_->id(), 1, i + 1, 0}));
  }
}

// 100 GiB, as far as names and sizes go: each segment has one batch, and a hole behind it.
TEST_F(JournalSeekTest, ReadsLittleWhateverTheBacklog) {
  constexpr std::uint64_t kSegmentBytes = 64U << 20;
  constexpr int kSegments = 1600;
  options_.segment_bytes = 4096;
  open();
  std::vector<WallTime> times;
  for (int i = 0; i < kSegments; ++i) {
    ASSERT_TRUE(append(240).ok());
    times.push_back(clock_.wall());
    clock_.advance(10min);
  }
  const auto paths = segment_paths();
  ASSERT_EQ(paths.size(), std::size_t{kSegments});
  ASSERT_TRUE(journal_->close_cleanly().ok());
  journal_.reset();
  for (const std::string& path : paths) std::filesystem::resize_file(path, kSegmentBytes);
  options_.cap_bytes = 200ULL << 30;
  options_.segment_bytes = kSegmentBytes;

  std::uint64_t read = files_.bytes_read(), opened = files_.count(FileOperation::open_read);
  const auto cost = [&] {
    const std::pair since(files_.bytes_read() - read, files_.count(FileOperation::open_read) - opened);
    read += since.first;
    opened += since.second;
    return since;
  };
  open();
  EXPECT_EQ(journal_->stats().bytes, kSegments * kSegmentBytes);
  EXPECT_LE(cost().first, kSegmentBytes + 5 * 4096)
      << "at the start only the last segment is read, and where the oldest begins";
  EXPECT_EQ(first_since(times[1234]), (Position{journal_->id(), 1, 1235, 0}));
  const auto first = cost();
  EXPECT_LE(first.first, 2 * kSegmentBytes);
  EXPECT_LE(first.second, kSegments + 10U);
  EXPECT_EQ(first_since(times[777]), (Position{journal_->id(), 1, 778, 0}));
  const auto later = cost();
  EXPECT_LE(later.first, 2 * kSegmentBytes);
  EXPECT_LE(later.second, 8U) << "by now the headers are known";
  const auto reader = journal_->read({journal_->id(), 1, 500, 0});
  EXPECT_EQ((*(*reader)->next())->batch->position.seq, 500U);
  const auto by_position = cost();
  EXPECT_LE(by_position.first, kSegmentBytes);
  EXPECT_LE(by_position.second, 3U);
}

}  // namespace
}  // namespace cantrail
