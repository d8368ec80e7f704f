#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

// Files of this process may not grow over `bytes` while it lives: writes fail in the middle.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

// No file can be opened while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(STDIN_FILENO);
    ::close(next);
    const rlimit limit{static_cast<rlim_t>(next), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

void run_sql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

std::vector<std::string> corrupt_files(const World& world) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(world.folder)) {
    if (entry.path().string().find(".corrupt-") != std::string::npos) names.push_back(entry.path());
  }
  return names;
}

TEST(Trouble, TooManyOpenFilesAreNoMistakeOfTheConfiguration) {
  World world;
  {
    const NoDescriptors none;
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.fault().kind, FaultKind::exhausted);
    EXPECT_NE(opened.fault().message.find("Too many open files (ulimit -n)"), std::string::npos)
        << opened.fault().message;
  }
  EXPECT_TRUE(world.open());
}

TEST(Trouble, AWriteThatFailsIsSaidAndNothingIsHalfWritten) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 1000)));
  std::uint64_t seq = 2;
  {
    const SmallDisk small(1'000'000);
    for (;; ++seq) {
      ASSERT_LT(seq, 100U);
      const auto written = world.write(
          make_batch(world.catalog, seq, 1000, kStart + static_cast<std::int64_t>(seq) * 10'000'000));
      if (written) continue;
      EXPECT_TRUE(written.fault().kind == FaultKind::exhausted ||
                  written.fault().kind == FaultKind::unavailable);
      EXPECT_NE(written.fault().message.find(world.path), std::string::npos);
      break;
    }
    EXPECT_FALSE(world.write(make_batch(world.catalog, seq, 10)));  // closed until it is opened again
  }
  const auto cursor = world.open();
  ASSERT_TRUE(cursor) << cursor.fault().message;
  EXPECT_EQ(*cursor, at(seq));
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), static_cast<std::int64_t>(seq - 1) * 900);
  EXPECT_TRUE(world.write(
      make_batch(world.catalog, seq, 1000, kStart + static_cast<std::int64_t>(seq) * 10'000'000)));
}

TEST(Trouble, AFullDiskIsSaidAndWorkResumesWhenThereIsRoom) {
  World world;
  if (::mount("tmpfs", world.folder.c_str(), "tmpfs", 0, "size=2m") != 0) {
    GTEST_SKIP() << "this user cannot mount a small disk";
  }
  EXPECT_TRUE(world.open());
  Result<WriteOutcome> written = WriteOutcome{};
  std::uint64_t seq = 0;
  const auto write_next = [&] {
    ++seq;
    return world.write(
        make_batch(world.catalog, seq, 1000, kStart + static_cast<std::int64_t>(seq) * 10'000'000));
  };
  while (written && seq < 200) written = write_next();
  EXPECT_FALSE(written);
  if (!written) {
    EXPECT_EQ(written.fault().kind, FaultKind::exhausted) << written.fault().message;
  }
  EXPECT_EQ(::mount("tmpfs", world.folder.c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  const auto cursor = world.open();
  EXPECT_TRUE(cursor && *cursor == at(seq));
  --seq;
  written = write_next();
  EXPECT_TRUE(written);
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), static_cast<std::int64_t>(seq) * 900);
  world.sink.reset();
  EXPECT_EQ(::umount2(world.folder.c_str(), MNT_DETACH), 0);
}

TEST(Trouble, AFolderThatCannotBeWrittenIsAMistakeOfTheConfiguration) {
  World world;
  world.path = "/proc/no-such-folder/history.db";
  world.remake();
  auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().kind, FaultKind::config);
  EXPECT_NE(opened.fault().message.find(world.path), std::string::npos);
  EXPECT_NE(opened.fault().message.find("write"), std::string::npos);
  world.path = world.folder;  // a folder is no file
  world.remake();
  opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().kind, FaultKind::config);
}

TEST(Trouble, AReadOnlyFolderIsAMistakeOfTheConfiguration) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  World world;
  ::chmod(world.folder.c_str(), 0500);
  const auto opened = world.open();
  ::chmod(world.folder.c_str(), 0700);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().kind, FaultKind::config);
}

TEST(Trouble, FoldersOnTheWayAreMade) {
  World world;
  world.path = world.folder + "/a/b/history.db";
  world.remake();
  EXPECT_TRUE(world.open());
}

TEST(Trouble, AFileThatIsNoDatabaseIsMovedAsideAndSaid) {
  World world;
  std::ofstream(world.path) << std::string(10'000, 'x');
  const auto opened = world.open();
  ASSERT_TRUE(opened) << opened.fault().message;
  EXPECT_FALSE(opened->has_value());
  EXPECT_EQ(corrupt_files(world).size(), 1U);
  ASSERT_EQ(world.log.lines.size(), 1U);
  EXPECT_NE(world.log.lines[0].find(".corrupt-"), std::string::npos);
  EXPECT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
}

TEST(Trouble, ADamagedPageIsNoticedWhileWritingAndReadersGoOnInTheNewFile) {
  World world;
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    ASSERT_TRUE(world.write(
        make_batch(world.catalog, seq, 1000, kStart + static_cast<std::int64_t>(seq) * 10'000'000)));
  }
  EXPECT_EQ(world.rows({.since = {}, .until = {}, .limit = 10, .message = {}, .signal = {}}).size(), 10U);
  world.close();
  {
    // Everything but the first pages (header and schema).
    std::fstream file(world.path, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(world.path));
    file.seekp(16 * 4096);
    file << std::string(static_cast<std::size_t>(size) - 16 * 4096, '\x55');
  }
  Result<std::optional<Position>> opened = world.open();
  ASSERT_TRUE(opened);
  if (*opened) {
    Result<WriteOutcome> written = WriteOutcome{};
    for (std::uint64_t seq = 6; seq <= 40 && written; ++seq) {
      written = world.write(
          make_batch(world.catalog, seq, 1000, kStart + static_cast<std::int64_t>(seq) * 10'000'000));
    }
    ASSERT_FALSE(written);
    EXPECT_EQ(written.fault().kind, FaultKind::corrupt) << written.fault().message;
    opened = world.open();
    ASSERT_TRUE(opened);
  }
  EXPECT_FALSE(opened->has_value());
  EXPECT_FALSE(corrupt_files(world).empty());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 50, 10)));
  EXPECT_EQ(world.rows().size(), 9U);
}

TEST(Trouble, AFileThatSomebodyRemovesIsNoticedAndANewOneGetsEverything) {
  for (const bool with_its_log : {true, false}) {
    World world;
    ASSERT_TRUE(world.open());
    ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
    EXPECT_EQ(world.rows().size(), 9U);
    std::filesystem::remove(world.path);
    if (with_its_log) {
      std::filesystem::remove(world.path + "-wal");
      std::filesystem::remove(world.path + "-shm");
    }
    const auto refused = world.write(make_batch(world.catalog, 2, 10));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.fault().kind, FaultKind::unavailable);
    EXPECT_NE(refused.fault().message.find("was removed"), std::string::npos) << refused.fault().message;
    const auto opened = world.open();
    ASSERT_TRUE(opened) << opened.fault().message;
    EXPECT_FALSE(opened->has_value()) << "it asks for everything again";
    ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
    EXPECT_EQ(world.rows().size(), 9U) << "readers see the new one";
    world.close();
    EXPECT_TRUE(std::filesystem::exists(world.path));
  }
}

TEST(Trouble, AFileOfANewerVersionIsLeftAlone) {
  World world;
  ASSERT_TRUE(world.open());
  world.close();
  run_sql(world.path, "PRAGMA user_version=99");
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.fault().message.find("newer"), std::string::npos);
  world.remake();
  EXPECT_EQ(world.open().fault().kind, FaultKind::config);
  EXPECT_TRUE(corrupt_files(world).empty());
}

TEST(Trouble, ADatabaseOfAnotherProgramIsLeftAsItIs) {
  World world;
  run_sql(world.path, "CREATE TABLE mine(a)");
  const auto before = std::filesystem::file_size(world.path);
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().kind, FaultKind::config);
  EXPECT_EQ(std::filesystem::file_size(world.path), before);
  EXPECT_EQ(world.number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(Trouble, AnotherWriterMakesItUnavailableAndNothingIsLost) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(world.path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto written = world.write(make_batch(world.catalog, 2, 10));
  sqlite3_close(other);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.fault().kind, FaultKind::unavailable);
  ASSERT_EQ(*world.open(), at(2));
  EXPECT_TRUE(world.write(make_batch(world.catalog, 2, 10)));
}

}  // namespace
}  // namespace cantrail::sqlite
