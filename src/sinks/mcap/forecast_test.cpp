#include "sinks/mcap/forecast.hpp"

#include <gtest/gtest.h>

#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

using namespace std::chrono_literals;

constexpr Packing kPacking{mcap::Compression::zstd, 1 << 20, 10s};

std::vector<StreamRate> streams(double rows_per_s) {
  std::vector<StreamRate> all;
  const CatalogPtr catalog = make_catalog();
  for (const StreamInfo& stream : catalog->streams) all.push_back({stream.row, rows_per_s});
  return all;
}

TEST(Forecast, CountsWhatIsRecorded) {
  const auto all = streams(100);
  const double both = growth_of(all, {true, true}, kPacking);
  const double raw = growth_of(all, {true, false}, kPacking);
  const double decoded = growth_of(all, {false, true}, kPacking);
  EXPECT_GT(both, raw);
  EXPECT_GT(both, decoded);
  EXPECT_GT(growth_of(all, {true, true}, {mcap::Compression::none, 1 << 20, 10s}), 2 * both);
  EXPECT_EQ(growth_of({}, {true, true}, kPacking), 0);
  const std::vector<StreamRate> of_source{all[kAir]};
  EXPECT_GT(growth_of(of_source, {true, false}, kPacking), 1600) << "rows of a source are recorded always";
}

TEST(Forecast, SmallGroupsTakeMore) {
  const auto few = streams(1);
  EXPECT_GT(growth_of(few, {true, true}, {mcap::Compression::zstd, 1 << 20, 100ms}),
            3 * growth_of(few, {true, true}, kPacking));
}

TEST(Forecast, TellsWhichLimitComesFirst) {
  const Keep keep{std::chrono::hours(24), 864'000'000, std::nullopt};
  const SinkForecast fast = holding(100'000, keep);
  EXPECT_EQ(fast.holds, Duration(8640s));
  EXPECT_EQ(fast.limit, "864MB");
  const SinkForecast slow = holding(1, keep);
  EXPECT_EQ(slow.holds, Duration(std::chrono::hours(24)));
  EXPECT_FALSE(slow.limit.empty());
  EXPECT_EQ(holding(1, {}).holds, std::nullopt);
  EXPECT_TRUE(holding(1, {}).limit.empty());
}

TEST(Forecast, NobodyKnowsWhenTriggersPull) {
  McapConfig config;
  EXPECT_TRUE(config.forecast(streams(1)));
  config.trigger = {"api"};
  EXPECT_FALSE(config.forecast(streams(1)));
}

}  // namespace
}  // namespace cantrail::mcap_sink
