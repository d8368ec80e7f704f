#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/schema.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::int64_t kFirst = 1795262872236639829, kLast = 1795262872430639829;  // of the old rows

class Upgrade : public testing::TestWithParam<const char*> {
 protected:
  Upgrade() {
    std::ifstream file(CANTRAIL_SOURCE_DIR "/src/sinks/sqlite/testdata/schema-1.sql");
    std::stringstream sql;
    sql << file.rdbuf();
    Result<Database> old = Database::open(world.path, Access::write);
    EXPECT_TRUE(old);
    EXPECT_TRUE(old->run("PRAGMA journal_mode=WAL; " + sql.str()));
    world.form = GetParam();
    world.clock.advance(Duration(kLast - kStart));
    world.remake();
  }
  [[nodiscard]] Result<Series> series(const char* message, const char* signal, std::int64_t from,
                                      std::int64_t to) const {
    return world.sink->history()->series({"can0", message, signal, {from}, {to}, 500});
  }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Forms, Upgrade, testing::Values("packed", "plain"));

TEST_P(Upgrade, KeepsTheRowsOfTheFirstSchema) {
  ASSERT_EQ(world.number("PRAGMA user_version"), 1);
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.number("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(world.rows().size(), 57U);
  EXPECT_EQ(world.rows().back().message, "Motor");
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 57);
  const auto latest = world.sink->history()->latest();
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->size(), 7U);
  // The lane goes on where it was.
  EXPECT_EQ(world.number("SELECT count(*) FROM cursor WHERE lane = 'history'"), 1);
}

// Whose tables are the same.
TEST(UpgradeOfTheSecondSchema, IsANumberAlone) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  {
    Result<Database> old = Database::open(world.path, Access::write);
    ASSERT_TRUE(old);
    ASSERT_TRUE(old->run("PRAGMA user_version=2"));
  }
  world.remake();
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.number("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(world.rows().size(), 9U);
}

TEST_P(Upgrade, RollupsBeginWithTheNextRow) {
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 100, kLast + kSecondNs, 10'000'000)));
  EXPECT_EQ(world.number("SELECT count(*) FROM partition WHERE closed = 1"), 1);
  const auto before = series("Inverter", "voltage", kFirst, kLast);
  ASSERT_TRUE(before) << before.fault().message;
  EXPECT_EQ(before->resolution, "raw");
  EXPECT_EQ(before->points.size(), 20U);
  EXPECT_EQ(before->unit, "V");
  const auto after = series("Motor", "Rpm", kLast - kHourNs, kLast + kHourNs);
  ASSERT_TRUE(after);
  std::uint64_t count = 0;
  for (const SeriesPoint& point : after->points) count += point.count;
  EXPECT_EQ(count, 40U);
  EXPECT_EQ(world.rows().size(), 57U + 90U);
  world.close();
  world.remake();
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.rows().size(), 57U + 90U);
}

}  // namespace
}  // namespace cantrail::sqlite
