#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/rollup_levels.hpp"
#include "sinks/sqlite/series.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

struct Sample {
  std::int64_t time_ns = 0;
  double value = 0;
};

// What the answer must be, by the simplest means: samples in the order of their positions.
std::vector<SeriesPoint> expected(const std::vector<Sample>& samples, std::int64_t width_ns) {
  std::map<std::int64_t, std::vector<Sample>> buckets;
  for (const Sample& sample : samples) buckets[floor_div(sample.time_ns, width_ns)].push_back(sample);
  std::vector<SeriesPoint> points;
  for (const auto& [number, all] : buckets) {
    SeriesPoint point{{number * width_ns}, all[0].value, all[0].value, 0, all[0].value, all.size()};
    std::int64_t last_ns = all[0].time_ns;
    for (const Sample& sample : all) {
      point.min = std::min(point.min, sample.value);
      point.max = std::max(point.max, sample.value);
      point.mean += sample.value / static_cast<double>(all.size());
      if (sample.time_ns >= last_ns) point.last = sample.value;
      last_ns = std::max(last_ns, sample.time_ns);
    }
    points.push_back(point);
  }
  return points;
}

void expect_equal(const std::vector<SeriesPoint>& found, const std::vector<SeriesPoint>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].time, wanted[i].time) << i;
    EXPECT_EQ(found[i].min, wanted[i].min) << i;
    EXPECT_EQ(found[i].max, wanted[i].max) << i;
    EXPECT_NEAR(found[i].mean, wanted[i].mean, 1e-9 * std::fabs(wanted[i].mean) + 1e-12) << i;
    EXPECT_EQ(found[i].last, wanted[i].last) << i;
    EXPECT_EQ(found[i].count, wanted[i].count) << i;
  }
}

// Rows of stream Air (Temp) with these samples.
std::shared_ptr<Batch> air(const CatalogPtr& catalog, std::uint64_t seq, const std::vector<Sample>& samples) {
  std::shared_ptr<Batch> batch = make_air_batch(catalog, seq, std::vector<std::string>(samples.size()));
  StreamBlock& block = const_cast<RawBatch&>(*batch->raw).rows[0];
  for (std::size_t i = 0; i < samples.size(); ++i) {
    block.time_ns()[i] = samples[i].time_ns;
    block.f64(0)[i] = samples[i].value;
  }
  return batch;
}

struct Asked {
  std::int64_t from_ns = 0, to_ns = 0;
  std::size_t points = 500;
};

Series ask(World& world, const Asked& asked, const char* message = "Air", const char* signal = "Temp",
           const char* channel = "air") {
  const auto series =
      world.sink->history()->series({channel, message, signal, {asked.from_ns}, {asked.to_ns}, asked.points});
  EXPECT_TRUE(series) << (series ? "" : series.fault().message);
  return series ? *series : Series{};
}

constexpr std::int64_t kBegin = 1'700'002'800'000'000'000;  // a whole hour
static_assert(kBegin % kHourNs == 0);

class Rollup : public testing::TestWithParam<const char*> {
 protected:
  Rollup() {
    world.form = GetParam();
    world.remake();
  }
  void write(const std::vector<Sample>& samples) {
    ASSERT_TRUE(world.write(air(world.catalog, next_++, samples)));
    all.insert(all.end(), samples.begin(), samples.end());
  }
  [[nodiscard]] std::vector<SeriesPoint> wanted(std::int64_t width_ns) const {
    return expected(all, width_ns);
  }

  World world;
  std::vector<Sample> all;

 private:
  std::uint64_t next_ = 1;
};
INSTANTIATE_TEST_SUITE_P(Forms, Rollup, testing::Values("packed", "plain"));

TEST_P(Rollup, EachLevelEqualsWhatTheRowsSayInWhateverOrderTheyCame) {
  ASSERT_TRUE(world.open());
  std::mt19937_64 random(11);
  // Three hours at some 2 Hz, with jumps back of up to a minute, in transactions of any size.
  std::int64_t time = kBegin;
  for (int t = 0; t < 120; ++t) {
    std::vector<Sample> samples;
    for (std::size_t left = 1 + random() % 300; left > 0; --left) {
      time += static_cast<std::int64_t>(random() % 1'200'000'000);
      if (random() % 400 == 0) time -= static_cast<std::int64_t>(random() % 60'000'000'000);
      samples.push_back({time / 1000 * 1000, static_cast<double>(random() % 4000) * 0.01 - 7});
    }
    write(samples);
  }
  const std::int64_t end = (time / kHourNs + 1) * kHourNs;
  const Series hours = ask(world, {kBegin, end, 3});
  EXPECT_EQ(hours.resolution, "1h");
  expect_equal(hours.points, wanted(hours.bucket.count()));
  const Series minutes = ask(world, {kBegin, end, 400});
  EXPECT_EQ(minutes.resolution, "1m");
  expect_equal(minutes.points, wanted(minutes.bucket.count()));
  const Series seconds = ask(world, {kBegin, end, 5000});
  EXPECT_EQ(seconds.resolution, "1s");
  expect_equal(seconds.points, wanted(seconds.bucket.count()));
  EXPECT_LE(seconds.points.size(), 5000U);
}

TEST_P(Rollup, TimesAtBothEndsOfWhatSixtyFourBitsHoldAreKeptApart) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  ASSERT_TRUE(world.open());
  write({{kMost, 1}, {kLeast, 2}, {kBegin, 3}, {-1, 4}});
  const Series near_now = ask(world, {kBegin - kHourNs, kBegin + kHourNs});
  ASSERT_EQ(near_now.points.size(), 1U);
  EXPECT_EQ(near_now.points[0].last, 3);
  // A question without bounds is about 146 years before and after 1970.
  std::uint64_t counted = 0;
  for (const SeriesPoint& point : ask(world, {kLeast, kMost, 3}).points) counted += point.count;
  EXPECT_EQ(counted, 2U);
}

TEST_P(Rollup, FewRowsAreGivenAsTheyAre) {
  ASSERT_TRUE(world.open());
  write({{kBegin + 5, 1.5}, {kBegin + 2'000'000'000, 2.5}, {kBegin + 90'000'000'001, -3}});
  const Series series = ask(world, {kBegin, kBegin + 10 * kMinuteNs});
  EXPECT_EQ(series.resolution, "raw");
  EXPECT_EQ(series.bucket.count(), 0);
  ASSERT_EQ(series.points.size(), 3U);
  EXPECT_EQ(series.points[0].time.ns, kBegin + 5);
  EXPECT_EQ(series.points[2].min, -3);
  EXPECT_EQ(series.points[2].count, 1U);
  // The range is exact.
  EXPECT_EQ(ask(world, {kBegin + 6, kBegin + 90'000'000'001}).points.size(), 1U);
  EXPECT_EQ(ask(world, {kBegin + 6, kBegin + 90'000'000'002}).points.size(), 2U);
  EXPECT_TRUE(ask(world, {kBegin + kHourNs, kBegin + 2 * kHourNs}).points.empty());
}

TEST_P(Rollup, LateRowsJoinTheBucketsTheyBelongTo) {
  ASSERT_TRUE(world.open());
  std::vector<Sample> samples;
  for (std::int64_t s = 0; s < 7200; ++s) samples.push_back({kBegin + s * kSecondNs, static_cast<double>(s)});
  write(samples);
  // Into the middle of seconds that are written, before and behind their values.
  write({{kBegin + 100 * kSecondNs - 1000, 9000}, {kBegin + 100 * kSecondNs + 500'000'000, -9000}});
  const Series seconds = ask(world, {kBegin, kBegin + 2 * kHourNs, 5000});
  expect_equal(seconds.points, wanted(seconds.bucket.count()));
  const Series hours = ask(world, {kBegin, kBegin + 2 * kHourNs, 2});
  ASSERT_EQ(hours.points.size(), 2U);
  EXPECT_EQ(hours.points[0].count, 3602U);
  EXPECT_EQ(hours.points[0].min, -9000);
  EXPECT_EQ(hours.points[0].last, 3599);
}

TEST_P(Rollup, WhatIsNoNumberDoesNotCount) {
  ASSERT_TRUE(world.open());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(
      world.write(air(world.catalog, 1, {{kBegin, nan}, {kBegin + 1000, 4}, {kBegin + 2000, INFINITY}})));
  const Series series = ask(world, {kBegin, kBegin + 100 * kHourNs, 20});
  ASSERT_EQ(series.points.size(), 1U);
  EXPECT_EQ(series.points[0].count, 1U);
  EXPECT_EQ(series.points[0].max, 4);
}

TEST_P(Rollup, ARowCountsOnceWhateverIsHandedOverAgain) {
  ASSERT_TRUE(world.open());
  const auto batch =
      air(world.catalog, 1, {{kBegin, 1}, {kBegin + kSecondNs, 2}, {kBegin + 2 * kSecondNs, 3}});
  const BatchPtr shared = batch;
  ASSERT_TRUE(world.sink->write({&shared, 1}, at(1), at(1, 2)));  // two records of three
  // The lane does not know that this was stored, and begins anew: refused, and told where to go on.
  const auto again = world.sink->write({&shared, 1}, at(1), at(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->durable, at(1, 2));
  ASSERT_TRUE(world.sink->write({&shared, 1}, at(1, 2), at(2)));
  const Series series = ask(world, {kBegin, kBegin + 100 * kHourNs, 20});
  ASSERT_EQ(series.points.size(), 1U);
  EXPECT_EQ(series.points[0].count, 3U);
  EXPECT_EQ(series.points[0].mean, 2);
}

TEST_P(Rollup, AFailedTransactionLeavesNothing) {
  class Refusing final : public RejectedRows {
   public:
    Status set_aside(std::span<const BatchPtr>, std::span<const RejectedRow>) override {
      return {FaultKind::exhausted, "no room"};
    }
  } refusing;
  world.rejected = &refusing;
  ASSERT_TRUE(world.open());
  const auto batch = air(world.catalog, 1, {{kBegin, 1}, {kBegin + 1, 2}});
  const_cast<RawBatch&>(*batch->raw).rows[0].set_text(1, 1, std::string(3'000'000, 'x'));
  EXPECT_FALSE(world.write(batch));
  ASSERT_TRUE(world.open());
  const_cast<RawBatch&>(*batch->raw).rows[0].set_text(1, 1, "");
  ASSERT_TRUE(world.write(batch));
  EXPECT_EQ(ask(world, {kBegin, kBegin + 100 * kHourNs, 20}).points.at(0).count, 2U);
}

TEST_P(Rollup, SignalsOfFramesRollUpByTheirTypes) {
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 1000, kBegin, 10'000'000)));  // 10 s
  const Series count = ask(world, {kBegin, kBegin + 10 * kSecondNs, 20}, "Battery", "Count", "can0");
  EXPECT_EQ(count.resolution, "1s");
  ASSERT_EQ(count.points.size(), 10U);
  EXPECT_EQ(count.points[1].min, 100);
  EXPECT_EQ(count.points[1].max, 198);
  EXPECT_EQ(count.points[1].count, 50U);
  const Series big = ask(world, {kBegin, kBegin + 10 * kSecondNs, 20}, "Battery", "Big", "can0");
  EXPECT_EQ(big.points.at(0).last, 18446744073709551615.0);
  EXPECT_EQ(ask(world, {kBegin, kBegin + kSecondNs}, "Battery", "Voltage", "can0").unit, "V");
  EXPECT_FALSE(world.sink->history()->series({"can0", "Battery", "Nothing", {kBegin}, {kBegin + 1}, 10}));
}

TEST(RollupKeep, EachLevelGoesByItsOwnAge) {
  World world({"1h"});
  world.levels = {std::vector<std::string>{"2h"}, {"10h"}, {"forever"}};
  world.form = "packed";
  world.remake();
  ASSERT_TRUE(world.open());
  std::uint64_t seq = 1;
  const auto oldest = [&](const std::string& table) {
    return world.number("SELECT min(id) FROM rollup WHERE level=" + table);
  };
  for (int minute = 0; minute < 30 * 60; minute += 2) {
    ASSERT_TRUE(world.write(air(world.catalog, seq++, {{world.clock.wall().ns, 1.0 * minute}})));
    world.clock.advance(std::chrono::minutes(2));
  }
  const std::int64_t now = world.clock.wall().ns;
  const auto count = [&](std::int64_t ago_h, std::int64_t width_h, std::size_t points) {
    const Series s = ask(world, {now - ago_h * kHourNs, now - (ago_h - width_h) * kHourNs, points});
    std::uint64_t sum = 0;
    for (const SeriesPoint& point : s.points) sum += point.count;
    return std::pair(s.resolution, sum);
  };
  EXPECT_GT(oldest("0"), 1);
  EXPECT_GT(oldest("1"), 1);
  EXPECT_EQ(oldest("2"), 1);
  EXPECT_EQ(count(29, 1, 3600).first, "1h");  // seconds and minutes are gone
  EXPECT_GE(count(29, 1, 3600).second, 29U);
  EXPECT_EQ(count(8, 1, 3600).first, "1m");
  EXPECT_EQ(world.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

TEST(RollupKeep, TheFileStaysWithinItsSizeAndRollupsOutliveRows) {
  constexpr std::uint64_t kCap = 9'000'000;
  World world({"9MB"});
  world.form = "packed";
  world.remake();
  ASSERT_TRUE(world.open());
  std::mt19937_64 random(5);
  std::uint64_t most = 0;
  for (std::uint64_t seq = 1; seq <= 1500; ++seq) {
    const auto batch = make_batch(world.catalog, seq, 1000,
                                  kBegin + static_cast<std::int64_t>(seq) * 4 * kSecondNs, 4'000'000);
    for (StreamBlock& block : batch->blocks) {
      for (std::uint64_t& word : block.u64(0)) word = random() >> 12;  // does not pack
    }
    ASSERT_TRUE(world.write(batch));
    most = std::max(most, world.bytes_on_disk());
  }
  EXPECT_LE(most, kCap + kCap / 10);
  EXPECT_GT(most, kCap / 2);
  const auto stats = world.sink->history()->stats();
  ASSERT_TRUE(stats);
  const Series all = ask(world, {kBegin, kBegin + 2 * kHourNs, 60}, "Motor", "Rpm", "can0");
  std::uint64_t counted = 0;
  for (const SeriesPoint& point : all.points) counted += point.count;
  EXPECT_LT(stats->rows, 1500U * 1000 / 2) << "half of all rows or more are gone";
  EXPECT_EQ(counted, 1500U * 400) << "the rollups of one of the streams still count all of its own";
}

TEST(RollupKeep, ALevelStaysWithinASizeOfItsOwn) {
  World world({"forever"});
  world.levels = {std::vector<std::string>{"8MB"}, {"forever"}, {"forever"}};
  world.form = "packed";
  world.remake();
  ASSERT_TRUE(world.open());
  std::mt19937_64 random(6);
  for (std::uint64_t seq = 1; seq <= 500; ++seq) {
    std::vector<Sample> samples;
    for (std::int64_t i = 0; i < 1000; ++i) {
      samples.push_back({kBegin + (static_cast<std::int64_t>(seq) * 1000 + i) * kSecondNs,
                         std::bit_cast<double>(random() >> 12 | 0x3FF0000000000000)});
    }
    ASSERT_TRUE(world.write(air(world.catalog, seq, samples)));
  }
  std::int64_t bytes = 0;
  for (std::int64_t id = world.number("SELECT min(id) FROM rollup WHERE level=0");
       id <= world.number("SELECT max(id) FROM rollup WHERE level=0"); ++id) {
    bytes += world.number("SELECT sum(length(data)) FROM seconds_" + std::to_string(id));
  }
  EXPECT_GT(bytes, 4'000'000);
  EXPECT_LE(bytes, 8'800'000);
  EXPECT_LE(ask(world, {kBegin, kBegin + 600 * kHourNs, 50}).points.front().time.ns, kBegin);
}

TEST(PlanSeries, TakesTheFinestThatGivesNoMoreThanAskedFor) {
  const auto plan = [](std::int64_t seconds, std::size_t points) {
    const SeriesPlan made = plan_series(kBegin, kBegin + seconds * kSecondNs, points);
    return std::pair(std::string(traits_of(made.level).name), made.width_ns / kSecondNs);
  };
  EXPECT_EQ(plan(500, 500), std::pair(std::string("1s"), std::int64_t{1}));
  EXPECT_EQ(plan(600, 500), std::pair(std::string("1s"), std::int64_t{2}));
  EXPECT_EQ(plan(5000, 500), std::pair(std::string("1s"), std::int64_t{10}));
  EXPECT_EQ(plan(5001, 500), std::pair(std::string("1m"), std::int64_t{60}));
  EXPECT_EQ(plan(86400, 500), std::pair(std::string("1m"), std::int64_t{180}));
  EXPECT_EQ(plan(30 * 86400, 500), std::pair(std::string("1h"), std::int64_t{7200}));
  EXPECT_EQ(plan(86400, 24), std::pair(std::string("1h"), std::int64_t{3600}));
  EXPECT_EQ(plan(1, 10), std::pair(std::string("1s"), std::int64_t{1}));
}

TEST(RollupBlock, ComesBackAsItWasPut) {
  RollupBlock block;
  for (const std::uint32_t second : {3U, 4U, 9U, 1U}) block.place(second);
  block.slot(7)[0].add(1.5, 10);
  block.slot(7)[2].add(-1e300, 20);
  block.slot(7)[2].add(3, 19);
  block.slot(200)[3].add(0.1, 999'999);
  std::string bytes;
  ColumnCode code;
  block.put(bytes, code);
  RollupBlock back;
  ASSERT_TRUE(back.get(bytes));
  ASSERT_EQ(back.slots().size(), 2U);
  EXPECT_EQ(back.offsets()[2], 9U);
  EXPECT_EQ(back.slots()[0].buckets, block.slots()[0].buckets);
  EXPECT_EQ(back.slots()[1].buckets, block.slots()[1].buckets);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(back.get(std::string_view(bytes).substr(0, cut))) << cut;
  }
}

// A minute of a sensor whose values wander, one a second but for the seconds that have two.
RollupBlock minute_with(std::set<std::uint32_t> seconds_of_two) {
  RollupBlock block;
  std::mt19937_64 random(5);
  std::int64_t raw = 2'000;
  for (std::uint32_t second = 0; second < 60; ++second) {
    const std::size_t at = block.place(second);
    for (int i = 0; i < (seconds_of_two.contains(second) ? 2 : 1); ++i) {
      raw += static_cast<std::int64_t>(random() % 7) - 3;
      block.slot(0)[at].add(static_cast<double>(raw) / 100, 1000 + i);
    }
  }
  return block;
}

TEST(RollupBlock, AFewSecondsOfTwoValuesCostLittleMore) {
  ColumnCode code;
  std::string regular, some;
  minute_with({}).put(regular, code);
  const RollupBlock block = minute_with({3, 30, 59});
  block.put(some, code);
  EXPECT_LT(some.size(),
            regular.size() + 3 * 25);  // a column each of greatest, last and sum: three places, three numbers
  RollupBlock back;
  ASSERT_TRUE(back.get(some));
  EXPECT_EQ(back.slots()[0].buckets, block.slots()[0].buckets);
  for (std::size_t cut = 0; cut < some.size(); ++cut) {
    EXPECT_FALSE(back.get(std::string_view(some).substr(0, cut))) << cut;
  }
}

TEST(RollupBlock, ReadsTheFirstFormat) {
  std::string bytes;
  ColumnCode code;
  const RollupBlock block =
      minute_with({});  // which has no exceptions: only the number of the format differs
  block.put(bytes, code);
  bytes[0] = 1;
  RollupBlock back;
  ASSERT_TRUE(back.get(bytes));
  EXPECT_EQ(back.slots()[0].buckets, block.slots()[0].buckets);
  bytes[0] = 3;
  EXPECT_FALSE(back.get(bytes));
}

}  // namespace
}  // namespace cantrail::sqlite
