#include "sinks/sqlite/background_check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "sanitized.hpp"
#include "sinks/sqlite/sink.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::uint64_t kPageBytes = 1024;

// Text that no code makes shorter: the values that hold it go over several pages.
std::vector<std::string> notes(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> made(40);
  for (std::string& note : made) {
    while (note.size() < 300) note += static_cast<char>(' ' + random() % 90);
  }
  return made;
}

// A closed file of packed or plain rows with rollups; those of the first three partitions are closed.
void fill(World& world, const std::string& form) {
  world.form = form;
  world.keep = {"10000 rows"};  // so that partitions are closed: 500 rows each
  world.remake();
  ASSERT_TRUE(world.open());
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::int64_t start = kStart + static_cast<std::int64_t>(i) * 10'000'000'000;
    ASSERT_TRUE(world.write(make_batch(world.catalog, 2 * i + 1, 400, start)));
    ASSERT_TRUE(world.write(make_air_batch(world.catalog, 2 * i + 2, notes(i), start)));
  }
  world.close();
  ASSERT_FALSE(std::filesystem::exists(world.path + "-wal"));
}

void damage(const std::string& path, std::uint64_t page) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(page * kPageBytes));
  file << std::string(kPageBytes, '\x55');
}

Database connect(const std::string& path, Access access = Access::write) {
  auto database = Database::open(path, access);
  EXPECT_TRUE(database);
  return std::move(*database);
}

// To the end, in slices of some rows; how many there were.
std::size_t run_through(FileCheck& check, Database& database) {
  for (std::size_t steps = 1; steps < 100'000; ++steps) {
    const Result<bool> ended = check.step(database, {.bytes = 500});
    EXPECT_TRUE(ended) << ended.fault().message;
    if (!ended || *ended) return steps;
  }
  ADD_FAILURE() << "it does not end";
  return 0;
}

// What SQLite's own check says, but for what lies in no table: pages that are free, the map of pages.
bool integrity_check_complains(Database& database) {
  auto check = database.prepare("PRAGMA integrity_check(100)");
  if (!check) return true;
  bool complains = false;
  int code = check->step();
  for (; code == SQLITE_ROW; code = check->step()) {
    const std::string said(check->text(0));
    const bool of_no_table = said == "ok" || said.find("ptr map") != std::string::npos ||
                             said.find("ptrmap") != std::string::npos ||
                             said.find("never used") != std::string::npos ||
                             said.find("reelist") != std::string::npos || said == "*** in database main ***";
    complains = complains || !of_no_table;
  }
  return complains || code != SQLITE_DONE;
}

TEST(FileCheck, ReadsAWholeFileInManySlices) {
  for (const char* form : {"packed", "plain"}) {
    World world;
    fill(world, form);
    Database database = connect(world.path);
    FileCheck check;
    EXPECT_GT(run_through(check, database), 5U);
    EXPECT_TRUE(check.damaged().empty()) << check.damaged().front();
    const std::int64_t rows =
        world.number("SELECT sum(length(data)) FROM " + std::string(form[1] == 'a' ? "packed_1" : "rows_1"));
    EXPECT_GT(check.bytes(), static_cast<std::uint64_t>(rows));
  }
}

TEST(FileCheck, FindsWhateverPageOfATableIsDamaged) {
  for (const char* form : {"packed", "plain"}) {
    World world;
    fill(world, form);
    const std::string copy = world.folder + "/copy.db";
    const std::uint64_t pages = std::filesystem::file_size(world.path) / kPageBytes;
    ASSERT_GT(pages, 40U);
    std::size_t found = 0, missed = 0;
    for (std::uint64_t page = 2; page < pages; page += kOneRoundIn) {
      std::filesystem::copy_file(world.path, copy, std::filesystem::copy_options::overwrite_existing);
      damage(copy, page);
      Database database = connect(copy);
      FileCheck check;
      run_through(check, database);
      found += !check.damaged().empty();
      missed += check.damaged().empty() && integrity_check_complains(database);
    }
    EXPECT_GT(found, pages / kOneRoundIn / 2) << form;
    // The last page of a long value, where text is: what leads on from there nobody follows.
    EXPECT_LE(missed, form[1] == 'a' ? 5U : 0U) << form << ", of " << pages;
  }
}

TEST(FileCheck, KnowsValuesThatCannotBeUnpacked) {
  for (const char* of : {"packed_1", "seconds_1"}) {
    World world;
    fill(world, "packed");
    Database database = connect(world.path);
    ASSERT_TRUE(database.run("UPDATE " + std::string(of) + " SET data = substr(data, 1, length(data) - 3)"));
    FileCheck check;
    run_through(check, database);
    ASSERT_EQ(check.damaged().size(), 1U) << of;
    EXPECT_NE(check.damaged()[0].find(of), std::string::npos) << check.damaged()[0];
  }
}

TEST(FileCheck, HoldsUpNeitherTheLogNorWhatIsRemoved) {
  World world;
  fill(world, "packed");
  Database reader = connect(world.path, Access::read), writer = connect(world.path);
  FileCheck check;
  ASSERT_TRUE(check.step(reader, {.bytes = 1}));
  ASSERT_TRUE(writer.run("DROP TABLE packed_1; DROP TABLE seconds_1"));
  const auto busy = writer.number("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(busy) << busy.fault().message;
  EXPECT_EQ(*busy, 0);
  run_through(check, reader);
  EXPECT_TRUE(check.damaged().empty()) << check.damaged().front();
}

TEST(FileCheck, TriesAgainWhereAnotherProgramHasTheFileForItself) {
  World world;
  fill(world, "packed");
  Database reader = connect(world.path, Access::read);
  FileCheck check;
  {
    Database other = connect(world.path);
    ASSERT_TRUE(other.run("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM gap"));
    const Result<bool> refused = check.step(reader, {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.fault().kind, FaultKind::corrupt);
  }
  run_through(check, reader);
  EXPECT_TRUE(check.damaged().empty());
}

// Of a sink that looks as fast as it can.
class CheckedWorld : public World {
 public:
  void remake(std::uint64_t slice_bytes = 500) {
    sink.reset();
    StoreOptions options;
    options.form = form == "plain" ? RowForm::plain : RowForm::packed;
    options.keep.rows = 10'000;
    CheckPace pace;
    pace.slice.bytes = slice_bytes;
    pace.bytes_per_s = 1U << 30;
    sink = std::make_unique<SqliteSink>(path, options, std::chrono::seconds(1), pace);
  }
  // Its end; an empty check if it never comes.
  [[nodiscard]] StoreCheck result() const {
    for (int i = 0; i < 10'000; ++i) {
      if (const auto now = sink->check(); now && now->ended) return *now;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "it does not end";
    return {};
  }
};

// A page of packed rows that are complete, by trying.
std::uint64_t page_of_rows(const World& world) {
  const std::string copy = world.folder + "/copy.db";
  for (std::uint64_t page = std::filesystem::file_size(world.path) / kPageBytes; page-- > 2;) {
    std::filesystem::copy_file(world.path, copy, std::filesystem::copy_options::overwrite_existing);
    damage(copy, page);
    Database database = connect(copy);
    FileCheck check;
    run_through(check, database);
    if (check.damaged().size() != 1) continue;
    const std::string& found = check.damaged()[0];
    if (found.starts_with("rows from") && found.find("(packed_1:") != std::string::npos) return page;
  }
  ADD_FAILURE() << "no such page";
  return 2;
}

TEST(BackgroundCheck, TellsWhatIsDamagedAndRecordingGoesOn) {
  CheckedWorld world;
  fill(world, "packed");
  damage(world.path, page_of_rows(world));
  world.remake();
  world.clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(world.open());
  const StoreCheck check = world.result();
  EXPECT_NE(check.damage.find("rows from 2023-11-14T22:13:"), std::string::npos) << check.damage;
  EXPECT_NE(check.damage.find("move this one away"), std::string::npos) << check.damage;
  EXPECT_EQ(check.found_at, world.clock.wall());
  ASSERT_EQ(world.log.lines.size(), 1U);
  EXPECT_EQ(world.log.lines[0], "history: " + check.damage);
  const auto batch = make_batch(world.catalog, 11, 400, kStart + 3'600'000'000'000);
  EXPECT_TRUE(world.write(batch));
}

TEST(BackgroundCheck, SaysThatAllIsThereAndLooksNoMore) {
  CheckedWorld world;
  fill(world, "packed");
  world.remake();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.open());
    world.close();  // as a lane does that backs off: it goes on where it was
  }
  ASSERT_TRUE(world.open());
  const StoreCheck check = world.result();
  EXPECT_EQ(check.damage, "");
  EXPECT_EQ(check.found_at, std::nullopt);
  EXPECT_GT(check.checked_bytes, 10'000U);
  world.close();
  ASSERT_TRUE(world.open());
  EXPECT_TRUE(world.sink->check()->ended);
  world.close();
  ASSERT_EQ(world.log.lines.size(), 1U);
  EXPECT_NE(world.log.lines[0].find("nothing is damaged"), std::string::npos) << world.log.lines[0];
}

TEST(BackgroundCheck, ANewFileHasNothingToLookThrough) {
  CheckedWorld world;
  world.remake();
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.sink->check(), std::nullopt);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  std::filesystem::remove(world.path);
  world.close();
  ASSERT_TRUE(world.open()) << "a new one";
  EXPECT_EQ(world.sink->check(), std::nullopt);
}

TEST(BackgroundCheck, EndsWithAFileThatIsRemovedUnderIt) {
  CheckedWorld world;
  fill(world, "packed");
  world.remake(1);
  ASSERT_TRUE(world.open());
  EXPECT_NE(world.sink->check(), std::nullopt);
  std::filesystem::remove(world.path);
  EXPECT_FALSE(world.write(make_batch(world.catalog, 11, 10)));
  EXPECT_EQ(world.sink->check(), std::nullopt);
}

TEST(BackgroundCheck, CanBeSwitchedOff) {
  World world;
  fill(world, "packed");
  world.check = false;
  world.remake();
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.sink->check(), std::nullopt);
  world.close();
  world.check = true;
  world.remake();
  ASSERT_TRUE(world.open());
  EXPECT_NE(world.sink->check(), std::nullopt);
}

}  // namespace
}  // namespace cantrail::sqlite
