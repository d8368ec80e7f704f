// What `check` says a history file will grow by, against files that were written.
#include "sinks/sqlite/forecast.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "sinks/sqlite/sqlite_sink.hpp"
#include "support/history_growth.hpp"

namespace cantrail::sqlite {
namespace {

using bench::MessageRate;

std::vector<StreamRate> alike(std::size_t streams, std::size_t fields, double rows_per_s) {
  std::vector<MessageRate> messages;
  for (std::size_t i = 0; i < streams; ++i) {
    messages.push_back({"Message", fields, static_cast<std::int64_t>(1e9 / rows_per_s), 0.1});
  }
  return bench::stream_rates(messages);
}

struct Case {
  const char* name;
  std::vector<MessageRate> messages;
  double hours;
  const char* form;
};

class SqliteForecast : public ::testing::TestWithParam<Case> {};

TEST_P(SqliteForecast, IsNearWhatTheFileGrowsBy) {
  const Case& one = GetParam();
  std::string folder = (std::filesystem::temp_directory_path() / "cantrail-growth-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  SqliteConfig config;
  config.rows = one.form;
  const auto measured = bench::measure_growth(folder, config, one.messages, one.hours);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(measured.problem, "");
  const auto forecast = config.forecast(bench::stream_rates(one.messages));
  ASSERT_TRUE(forecast);
  EXPECT_GT(forecast->bytes_per_day, measured.bytes_per_day / 1.35);
  EXPECT_LT(forecast->bytes_per_day, measured.bytes_per_day * 1.35);
}

INSTANTIATE_TEST_SUITE_P(
    Traffic, SqliteForecast,
    ::testing::Values(Case{"grow_room_packed", bench::grow_room(), 1, "packed"},
                      Case{"grow_room_plain", bench::grow_room(), 0.5, "plain"},
                      Case{"leaf_packed", bench::leaf(), 0.05, "packed"},
                      Case{"leaf_plain", bench::leaf(), 0.05, "plain"},
                      Case{"slow_packed",
                           {{"Slow", 2, 10'000'000'000, 0.1}, {"Slower", 8, 30'000'000'000, 1}},
                           12,
                           "packed"}),
    [](const ::testing::TestParamInfo<Case>& test) { return std::string(test.param.name); });

TEST(SqliteForecast, OfNoRowsIsNothing) {
  SqliteConfig config;
  EXPECT_EQ(config.forecast({})->bytes_per_day, 0);
  EXPECT_EQ(config.forecast(alike(1, 4, 1e-12))->holds, std::chrono::hours(24 * 30));
}

TEST(SqliteForecast, HoldsAsLongAsItsFirstLimit) {
  SqliteConfig config;
  const auto slow = alike(1, 2, 1);
  EXPECT_EQ(config.forecast(slow)->holds, std::chrono::hours(24 * 30));
  EXPECT_EQ(config.forecast(slow)->limit, "30d");
  config.keep = {std::nullopt, std::nullopt, std::uint64_t{864'000}};
  EXPECT_EQ(config.forecast(slow)->holds, std::chrono::hours(240));
  EXPECT_EQ(config.forecast(slow)->limit, "864000 rows");
  config.keep = {};
  EXPECT_FALSE(config.forecast(slow)->holds);
  EXPECT_EQ(config.forecast(slow)->limit, "");
}

TEST(SqliteForecast, RowsHaveTheRoomThatRollupsLeave) {
  SqliteConfig config;
  config.keep = {std::nullopt, std::uint64_t{1} << 30, std::nullopt};
  const auto fast = alike(10, 4, 100);
  const Growth growth = growth_of(fast, RowForm::packed, config.delay);
  const double file = static_cast<double>(plan_sizes(config.keep).file_bytes);
  // Hours are kept for ever, so rollups have half of the file in the end.
  const double half_s = file / 2 / growth.rows;
  EXPECT_NEAR(std::chrono::duration<double>(*config.forecast(fast)->holds).count(), half_s, 1);
  EXPECT_EQ(config.forecast(fast)->limit, "1GiB");
  for (Keep* level : {&config.keep_1s, &config.keep_1m, &config.keep_1h}) {
    *level = {std::chrono::minutes(1), std::nullopt, std::nullopt};
  }
  EXPECT_GT(std::chrono::duration<double>(*config.forecast(fast)->holds).count(), 1.9 * half_s);
}

TEST(SqliteForecast, PlainRowsTakeManyTimesAsMuch) {
  SqliteConfig packed, plain;
  plain.rows = "plain";
  const auto streams = alike(10, 4, 10);
  EXPECT_GT(plain.forecast(streams)->bytes_per_day, 5 * packed.forecast(streams)->bytes_per_day);
}

}  // namespace
}  // namespace cantrail::sqlite
