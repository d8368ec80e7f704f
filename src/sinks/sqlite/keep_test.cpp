#include "sinks/sqlite/keep.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail::sqlite {
namespace {

using Words = std::vector<std::string>;

TEST(Keep, ReadsTimesSizesAndRowsTogether) {
  const Result<Keep> keep = parse_keep(Words{"30d", "8GB", "1,000,000 rows"});
  ASSERT_TRUE(keep);
  EXPECT_EQ(keep->age, std::chrono::hours(24 * 30));
  EXPECT_EQ(keep->bytes, 8'000'000'000U);
  EXPECT_EQ(keep->rows, 1'000'000U);
}

TEST(Keep, ForeverIsNoLimitAndStandsAlone) {
  const Result<Keep> keep = parse_keep(Words{"forever"});
  ASSERT_TRUE(keep);
  EXPECT_EQ(*keep, Keep{});
  EXPECT_FALSE(parse_keep(Words{"forever", "30d"}));
}

TEST(Keep, RefusesWhatIsNoLimitTooSmallOrTwiceTheSame) {
  for (const Words& words : {Words{}, Words{"much"}, Words{"30"}, Words{"-1 rows"}, Words{"rows"},
                             Words{"10s"}, Words{"1MB"}, Words{"100 rows"}, Words{"1d", "2d"}}) {
    const Result<Keep> keep = parse_keep(words);
    ASSERT_FALSE(keep) << (words.empty() ? "" : words.front());
    EXPECT_EQ(keep.fault().kind, FaultKind::config);
  }
}

TEST(Keep, SaysThatALimitIsTooLarge) {
  for (const char* word : {"99999999999999999999TB", "999999999d"}) {
    const Result<Keep> keep = parse_keep(Words{word});
    ASSERT_FALSE(keep) << word;
    EXPECT_NE(keep.fault().message.find("is too large"), std::string::npos) << keep.fault().message;
  }
}

TEST(SqliteConfig, FindsProblemsBeforeAnythingIsOpened) {
  SqliteConfig config;
  EXPECT_TRUE(config.problems().empty());
  config.keep = {"much"};
  config.path.value.clear();
  EXPECT_EQ(config.problems().size(), 2U);
}

TEST(SqliteConfig, NamesTheFilesThatAreItsOwn) {
  SqliteConfig config;
  config.path.value = "/data/x.db";
  EXPECT_EQ(config.writes(), (Words{"/data/x.db", "/data/x.db-wal", "/data/x.db-shm"}));
  config.path.value.clear();
  EXPECT_TRUE(config.writes().empty());
}

TEST(SqliteConfig, DescribesItsOptions) {
  struct Names final : OptionVisitor {
    void option(const OptionSpec& spec) override { names.push_back(spec.name); }
    Words names;
  } names;
  SqliteConfig config;
  config.describe(names);
  EXPECT_EQ(names.names, (Words{"path", "keep", "keep_1s", "keep_1m", "keep_1h", "rows", "delay"}));
  EXPECT_EQ(sqlite_sink_info().type, "sqlite");
  EXPECT_NE(sqlite_sink_info().make_sink()->make(), nullptr);
}

}  // namespace
}  // namespace cantrail::sqlite
