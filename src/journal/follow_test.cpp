#include <atomic>
#include <thread>

#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

// Reads on until `last` was read. What was read and what is missing must be all there was.
void follow(Journal& journal, std::uint64_t last, bool may_miss) {
  auto opened = journal.read({journal.id(), 1, 1, 0});
  const auto reader = std::move(opened).value();
  std::uint64_t next_record = 0, seq = 0;
  while (seq < last) {
    auto item = reader->next();
    ASSERT_TRUE(item.ok());
    if (!*item) {
      std::this_thread::yield();
      continue;
    }
    const RawBatch& batch = *(*item)->batch;
    const std::uint64_t missing = (*item)->missing ? (*item)->missing->count.value() : 0;
    if (!may_miss) {
      ASSERT_FALSE((*item)->missing);
      ASSERT_EQ(batch.position.seq, seq + 1);
    }
    ASSERT_EQ(batch.first_record, next_record + missing);
    ASSERT_EQ(batch.frames.size(), batch.position.seq % 50);
    next_record = batch.first_record + batch.records();
    seq = batch.position.seq;
  }
}

class JournalFollowTest : public JournalTest {
 protected:
  void write_beside(std::uint64_t batches, bool may_miss) {
    open();
    std::atomic<bool> done{false};
    std::thread one([&] { follow(*journal_, batches, may_miss); });
    std::thread two([&] { follow(*journal_, batches, may_miss); });
    std::thread syncer([&] {
      while (!done) {
        EXPECT_TRUE(journal_->sync().ok());
        (void)journal_->stats();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    for (std::uint64_t i = 1; i <= batches; ++i) EXPECT_TRUE(append(i % 50).ok());
    one.join();
    two.join();
    done = true;
    syncer.join();
  }
};

TEST_F(JournalFollowTest, SeesEveryBatchOfAWriterInAnotherThread) {
  options_.segment_bytes = 64 * 1024;
  write_beside(3000, false);
}

TEST_F(JournalFollowTest, AccountsForEverythingWhenTheCapOvertakesIt) {
  options_.cap_bytes = 64 * 1024;
  write_beside(5000, true);
}

TEST_F(JournalFollowTest, AppendsAndReadsWhileASyncTakesLong) {
  open();
  ASSERT_TRUE(append(10).ok());
  files_.stall(only(FileOperation::sync));
  std::thread syncer([&] { EXPECT_TRUE(journal_->sync().ok()); });
  while (files_.stalled() == 0) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(append(10).ok());  // would wait for ever behind a lock
  EXPECT_EQ(read_all().size(), 21U);
  EXPECT_EQ(journal_->stats().appended_batches, 21U);
  EXPECT_TRUE(journal_->dirty());
  files_.release();
  syncer.join();
  EXPECT_TRUE(journal_->dirty()) << "what came during the sync is not synced";
}

}  // namespace
}  // namespace cantrail
