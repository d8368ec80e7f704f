#include <vector>

#include <gtest/gtest.h>

#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail::sqlite {
namespace {

TEST(SqliteConfig, FindsProblemsBeforeAnythingIsOpened) {
  SqliteConfig config;
  EXPECT_TRUE(config.problems().empty());
  config.keep.age = std::chrono::seconds(1);
  config.path.value.clear();
  EXPECT_EQ(config.problems().size(), 2U);
}

TEST(SqliteConfig, NamesTheFilesThatAreItsOwn) {
  SqliteConfig config;
  config.path.value = "/data/x.db";
  EXPECT_EQ(config.writes(), (std::vector<std::string>{"/data/x.db", "/data/x.db-wal", "/data/x.db-shm"}));
  config.path.value.clear();
  EXPECT_TRUE(config.writes().empty());
}

TEST(SqliteConfig, DescribesItsOptions) {
  struct Names final : OptionVisitor {
    void option(const OptionSpec& spec) override { names.push_back(spec.name); }
    std::vector<std::string> names;
  } names;
  SqliteConfig config;
  config.describe(names);
  EXPECT_EQ(names.names, (std::vector<std::string>{"path", "keep", "keep_1s", "keep_1m", "keep_1h", "rows",
                                                   "delay", "check"}));
  EXPECT_EQ(sqlite_sink_info().type, "sqlite");
  EXPECT_NE(sqlite_sink_info().make_sink()->make(), nullptr);
}

}  // namespace
}  // namespace cantrail::sqlite
