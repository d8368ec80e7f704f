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

// A file system whose fdatasync waits until it is let go.
class SlowSyncFile final : public File {
 public:
  SlowSyncFile(std::unique_ptr<File> real, std::atomic<bool>& in_sync, std::atomic<bool>& go)
      : real_(std::move(real)), in_sync_(in_sync), go_(go) {}
  Status append(std::span<const std::span<const std::byte>> pieces) override { return real_->append(pieces); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    return real_->read_at(offset, out);
  }
  Status sync() override {
    in_sync_ = true;
    while (!go_) std::this_thread::yield();
    return real_->sync();
  }
  Status truncate(std::uint64_t size) override { return real_->truncate(size); }
  [[nodiscard]] Result<std::uint64_t> size() const override { return real_->size(); }

 private:
  std::unique_ptr<File> real_;
  std::atomic<bool>& in_sync_;
  std::atomic<bool>& go_;
};

class SlowSyncFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    auto file = real_file_system().open(path, mode);
    if (!file || !path.ends_with(".ctj")) return file;
    return std::unique_ptr<File>(std::make_unique<SlowSyncFile>(std::move(file).value(), in_sync, go));
  }
  Status rename(const std::string& a, const std::string& b) override {
    return real_file_system().rename(a, b);
  }
  Status remove(const std::string& path) override { return real_file_system().remove(path); }
  Status make_directories(const std::string& path) override {
    return real_file_system().make_directories(path);
  }
  Status sync_directory(const std::string& path) override { return real_file_system().sync_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return real_file_system().list(path);
  }
  bool exists(const std::string& path) override { return real_file_system().exists(path); }
  Result<FileType> type(const std::string& path) override { return real_file_system().type(path); }
  std::string canonical(const std::string& path) override { return real_file_system().canonical(path); }
  Result<DiskSpace> space(const std::string& path) override { return real_file_system().space(path); }

  std::atomic<bool> in_sync{false}, go{false};
};

TEST_F(JournalFollowTest, AppendsAndReadsWhileASyncTakesLong) {
  SlowSyncFileSystem slow;
  auto opened = Journal::open(options_, "{}", slow, clock_, log_);
  ASSERT_TRUE(opened.ok());
  journal_ = std::move(opened).value();
  ASSERT_TRUE(append(10).ok());
  std::thread syncer([&] { EXPECT_TRUE(journal_->sync().ok()); });
  while (!slow.in_sync) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(append(10).ok());  // would wait for ever behind a lock
  EXPECT_EQ(read_all().size(), 21U);
  EXPECT_EQ(journal_->stats().appended_batches, 21U);
  EXPECT_TRUE(journal_->dirty());
  slow.go = true;
  syncer.join();
  EXPECT_TRUE(journal_->dirty()) << "what came during the sync is not synced";
  journal_.reset();
}

}  // namespace
}  // namespace cantrail
