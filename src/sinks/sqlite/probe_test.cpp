// What `check --connect` says of a history file, and that it leaves everything as it was.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/schema.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

// Every file below with its content.
std::map<std::string, std::string> all_of(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all[entry.path()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return all;
}

struct ProbeTest : testing::Test {
  // The findings on `world`'s file, one a line, with its folder taken out; nothing may have changed.
  std::string probe(const std::string& path, const Keep& keep = {}) {
    SqliteConfig config;
    config.path.value = path;
    config.keep = keep;
    const auto before = all_of(world.folder);
    const auto found = config.probe({"history", world.clock, real_file_system()});
    EXPECT_EQ(all_of(world.folder), before);
    std::string text;
    if (!found) return "nothing to look at";
    for (const Finding& finding : *found) {
      text += (finding.severity == Severity::error ? "error: " : "warning: ") + finding.message + "\n";
    }
    for (auto at = text.find(world.folder + "/"); at != std::string::npos;
         at = text.find(world.folder + "/")) {
      text.erase(at, world.folder.size() + 1);
    }
    return text;
  }

  World world;
};

TEST_F(ProbeTest, AFileThatIsNotThereIsNotMade) {
  EXPECT_EQ(probe(world.folder + "/new/history.db"), "");
}

TEST_F(ProbeTest, AHistoryIsGoodWhileItIsOpenAndAfterwards) {
  ASSERT_TRUE(world.open().ok());
  EXPECT_EQ(probe(world.path), "") << "everything may be in the log still";
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 100)).ok());
  EXPECT_EQ(probe(world.path), "");
  world.close();
  world.sink.reset();
  EXPECT_EQ(probe(world.path), "");
}

TEST_F(ProbeTest, ADatabaseOfAnotherProgramIsAnError) {
  {
    auto other = Database::open(world.folder + "/other.db", Access::write);
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE(other->run("CREATE TABLE x(y)").ok());
  }
  EXPECT_EQ(probe(world.folder + "/other.db"),
            "error: path: other.db is a database of another program; name another file in `path`\n");
}

TEST_F(ProbeTest, AFileOfANewerCantrailIsAnError) {
  ASSERT_TRUE(world.open().ok());
  world.close();
  world.sink.reset();
  {
    auto file = Database::open(world.path, Access::write);
    ASSERT_TRUE(file->run("PRAGMA user_version=99; PRAGMA wal_checkpoint(TRUNCATE)").ok());
  }
  EXPECT_NE(probe(world.path)
                .find("was written by a newer cantrail (schema 99, this one knows " +
                      std::to_string(kSchemaVersion) + ")"),
            std::string::npos);
}

TEST_F(ProbeTest, WhatIsNoDatabaseIsToldBeforeItIsSetAside) {
  std::ofstream(world.folder + "/notes.txt") << "shopping: bread";
  EXPECT_EQ(
      probe(world.folder + "/notes.txt"),
      "warning: path: notes.txt is no SQLite database: it would be kept as notes.txt.corrupt-TIME, and a "
      "new history begun; name another file if it is something else\n");
  std::ofstream(world.folder + "/empty.db").close();
  EXPECT_EQ(probe(world.folder + "/empty.db"), "");
}

TEST_F(ProbeTest, AFolderThatCannotBeIsAnError) {
  std::ofstream(world.folder + "/plain").close();
  EXPECT_EQ(probe(world.folder + "/plain/history.db"),
            "error: path: plain is no folder, so plain/history.db cannot be made\n");
}

TEST_F(ProbeTest, MoreThanTheDiskHasIsAWarning) {
  const std::string found = probe(world.folder + "/history.db", {{}, std::uint64_t{1} << 60, {}});
  EXPECT_EQ(found.find("warning: keep: it may take "), 0U) << found;
}

}  // namespace
}  // namespace cantrail::sqlite
