// The log's file: within its bound, through every trouble of a disk.
#include "cli/log/log_file.hpp"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file_fault.hpp"
#include "cli/log/test_folder.hpp"

namespace cantrail::cli {
namespace {

using namespace std::chrono_literals;
using testing::content;
using testing::Folder;

TEST(BoundedFile, KeepsTheNewestLinesInTwoHalves) {
  const Folder folder;
  const std::string path = folder.file("sub/x.log");
  BoundedFile file(real_file_system(), path, 100);
  std::string all;
  for (int i = 10; i < 60; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";  // of 8 bytes, 6 a half
    all += line;
    ASSERT_TRUE(file.append(line).ok());
    const std::string kept = content(path + ".1") + content(path);
    EXPECT_LE(kept.size(), 100U);
    EXPECT_GE(kept.size(), std::min<std::size_t>(all.size(), 50));
    EXPECT_TRUE(all.ends_with(kept));
  }
}

TEST(BoundedFile, GoesOnBehindWhatIsThereAndEndsATornLine) {
  const Folder folder;
  std::ofstream(folder.file("x.log")) << "one\ntwo, cut sho";
  BoundedFile file(real_file_system(), folder.file("x.log"), 1000);
  ASSERT_TRUE(file.append("three\n").ok());
  EXPECT_EQ(content(folder.file("x.log")), "one\ntwo, cut sho\nthree\n");
}

TEST(BoundedFile, LeavesNoHalfOfALineAndTriesAgain) {
  const Folder folder;
  FaultFileSystem disk;
  BoundedFile file(disk, folder.file("x.log"), 1000);
  ASSERT_TRUE(file.append("one\n").ok());
  disk.fail_at(1, only(FileOperation::append), {ENOSPC, true, 1});
  EXPECT_FALSE(file.append("two\n").ok());
  EXPECT_EQ(content(folder.file("x.log")), "one\n");
  EXPECT_TRUE(file.append("three\n").ok());
  EXPECT_EQ(content(folder.file("x.log")), "one\nthree\n");
}

TEST(BoundedFile, FailsAtEveryOperationAsAValueAndRecovers) {
  for (std::uint64_t n = 1; n < 12; ++n) {
    const Folder folder;
    FaultFileSystem disk;
    BoundedFile file(disk, folder.file("x.log"), 40);
    disk.fail_at(n, kEveryChange, {EIO, true, 1});
    std::size_t written = 0;
    for (int i = 0; i < 9; ++i) written += file.append("0123456\n").ok() ? 1 : 0;
    EXPECT_GE(written, 8U) << n;
    const std::string kept = content(folder.file("x.log.1")) + content(folder.file("x.log"));
    EXPECT_LE(kept.size(), 48U) << n;  // one line more where a half could be cut no more
    EXPECT_TRUE(kept.ends_with("0123456\n")) << n;
  }
}

TEST(BoundedFile, BeginsAnewWhereItCannotBeRenamed) {
  const Folder folder;
  FaultFileSystem disk;
  BoundedFile file(disk, folder.file("x.log"), 20);
  disk.fail_at(1, only(FileOperation::rename), {EACCES, false, FileFault::kForever});
  for (const char* line : {"first\n", "second\n"}) ASSERT_TRUE(file.append(line).ok());
  EXPECT_EQ(content(folder.file("x.log")), "second\n");
}

TEST(BoundedFile, TouchesNothingButRegularFilesAndFollowsLinks) {
  const Folder folder;
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  BoundedFile pipe(real_file_system(), folder.file("pipe"), 20);
  EXPECT_FALSE(pipe.append("x\n").ok());
  std::filesystem::create_directory(folder.file("card"));
  std::ofstream(folder.file("card/real.log"));
  std::filesystem::create_symlink("card/real.log", folder.file("x.log"));
  BoundedFile linked(real_file_system(), folder.file("x.log"), 20);
  for (const char* line : {"first\n", "second\n"}) ASSERT_TRUE(linked.append(line).ok());
  EXPECT_EQ(content(folder.file("card/real.log")), "second\n");
  EXPECT_EQ(content(folder.file("card/real.log.1")), "first\n");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("x.log")));
}

// --- the file's thread ---

class LogFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<LogFile> open(std::uint64_t most_bytes = 1 << 20) {
    const auto tell = [this](Severity, const std::string& text) {
      const std::lock_guard lock(mutex_);
      told_.push_back(text);
    };
    const auto line = [](Severity, const std::string& text) { return "log: " + text; };
    return std::make_unique<LogFile>(disk_, path(), most_bytes, clock_, LogFile::Voice{tell, line});
  }
  [[nodiscard]] std::string path() const { return folder_.file("x.log"); }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  // The file's thread has come so far.
  template <class Condition>
  void wait_for(Condition condition) {
    for (int i = 0; i < 9000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(condition());
  }

  const Folder folder_;
  FaultFileSystem disk_;
  ManualClock clock_{WallTime{}, MonoTime{1'000'000'000'000}};
  std::mutex mutex_;
  std::vector<std::string> told_;
};

TEST_F(LogFileTest, WritesWhatWaitsBeforeItEnds) {
  std::string all;
  {
    const auto file = open();
    for (int i = 0; i < 1000; ++i) {
      file->write("line " + std::to_string(i));
      all += "line " + std::to_string(i) + "\n";
    }
  }
  EXPECT_EQ(content(path()), all);
}

TEST_F(LogFileTest, TellsOfATroubleOnceAndThenWhatIsMissing) {
  const auto file = open();
  file->write("one");
  wait_for([&] { return content(path()) == "one\n"; });
  disk_.fail_at(1, only(FileOperation::append), {ENOSPC, true, FileFault::kForever});
  file->write("two");
  wait_for([&] { return told().size() == 1; });
  EXPECT_NE(told()[0].find("No space left on device; the log goes on without its file"), std::string::npos);
  for (const char* line : {"three", "four"}) file->write(line);
  clock_.advance(11s);
  const std::uint64_t tries = disk_.count(FileOperation::append);
  file->write("five");
  wait_for([&] { return disk_.count(FileOperation::append) > tries; });
  disk_.heal();
  clock_.advance(11s);
  file->write("six");
  wait_for([&] { return content(path()).ends_with("six\n"); });
  EXPECT_EQ(content(path()),
            "one\nlog: missing here: 4 lines of the log, injected: No space left on device\nsix\n");
  EXPECT_EQ(told().size(), 2U);
  EXPECT_EQ(told()[1], path() + ": writing works again; missing: 4 lines");
}

// A file system whose appends wait to be let go.
class StalledFiles final : public FileSystem {
 public:
  class Stalled final : public File {
   public:
    Stalled(std::unique_ptr<File> real, StalledFiles& owner) : real_(std::move(real)), owner_(owner) {}
    Status append(std::span<const std::span<const std::byte>> pieces) override {
      std::unique_lock lock(owner_.mutex);
      ++owner_.appends;
      owner_.changed.wait(lock, [&] { return !owner_.stalled; });
      return real_->append(pieces);
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
      return real_->read_at(offset, out);
    }
    Status sync() override { return real_->sync(); }
    Status truncate(std::uint64_t size) override { return real_->truncate(size); }
    [[nodiscard]] Result<std::uint64_t> size() const override { return real_->size(); }

   private:
    std::unique_ptr<File> real_;
    StalledFiles& owner_;
  };
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    auto opened = real.open(path, mode);
    if (!opened) return opened;
    return std::unique_ptr<File>(std::make_unique<Stalled>(std::move(*opened), *this));
  }
  Status rename(const std::string& from, const std::string& to) override { return real.rename(from, to); }
  Status remove(const std::string& path) override { return real.remove(path); }
  Status make_directories(const std::string& path) override { return real.make_directories(path); }
  Status sync_directory(const std::string& path) override { return real.sync_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return real.list(path); }
  bool exists(const std::string& path) override { return real.exists(path); }
  Result<FileType> type(const std::string& path) override { return real.type(path); }
  std::string canonical(const std::string& path) override { return real.canonical(path); }
  Result<DiskSpace> space(const std::string& path) override { return real.space(path); }

  FileSystem& real = real_file_system();
  std::mutex mutex;
  std::condition_variable changed;
  bool stalled = true;
  int appends = 0;
};

TEST_F(LogFileTest, ADiskThatStallsKeepsNobodyWaitingAndNoMoreThanAMebibyteInMemory) {
  StalledFiles disk;
  constexpr int kLines = 5000;
  {
    LogFile file(
        disk, path(), 16 << 20, clock_,
        {[](Severity, const std::string&) {}, [](Severity, const std::string& text) { return text; }});
    const std::string kilobyte(1000, 'x');
    file.write("first");
    wait_for([&] {
      const std::lock_guard lock(disk.mutex);
      return disk.appends == 1;
    });
    for (int i = 0; i < kLines; ++i) file.write(kilobyte);  // would never return if it waited
    const std::lock_guard lock(disk.mutex);
    disk.stalled = false;
    disk.changed.notify_all();
  }
  LogFile again(disk, path(), 16 << 20, clock_, {});
  const std::string text = content(path());
  const auto kept = static_cast<int>(std::count(text.begin(), text.end(), '\n')) - 1;
  EXPECT_EQ(kept, (1 << 20) / 1000);
}

}  // namespace
}  // namespace cantrail::cli
