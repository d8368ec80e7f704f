#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "sinks/sqlite/partitions.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::size_t kBatchFrames = 2000;

std::int64_t start_of(std::uint64_t seq) {
  return kStart + static_cast<std::int64_t>(seq * kBatchFrames) * 1000;
}

TEST(Retention, FileAndLogStayWithinTheSize) {
  constexpr std::uint64_t kCap = 12'000'000;
  World world({"12MB"});
  ASSERT_TRUE(world.open());
  std::uint64_t most = 0;
  for (std::uint64_t seq = 1; seq <= 150; ++seq) {  // 33 MB of rows
    const auto written = world.write(make_batch(world.catalog, seq, kBatchFrames, start_of(seq)));
    ASSERT_TRUE(written) << written.fault().message;
    most = std::max(most, world.bytes_on_disk());
  }
  EXPECT_LE(most, kCap + kCap / 10);
  EXPECT_GT(most, kCap / 2);
  const auto stats = world.sink->history()->stats();
  ASSERT_TRUE(stats);
  EXPECT_GT(stats->rows, 30'000U);
  const std::vector<HistoryRow> newest = world.rows();
  ASSERT_FALSE(newest.empty());
  EXPECT_EQ(newest.back().position, "1/150/1998");
  EXPECT_EQ(world.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
  EXPECT_EQ(static_cast<std::uint64_t>(world.number("SELECT count(*) FROM frames")), stats->rows);
}

TEST(Retention, TheSizeHoldsForRowsOutOfOrderToo) {
  constexpr std::uint64_t kCap = 12'000'000;
  World world({"12MB"});
  ASSERT_TRUE(world.open());
  std::uint64_t most = 0;
  for (std::uint64_t seq = 1; seq <= 120; ++seq) {
    const auto start = start_of(seq % 2 == 0 ? 200 - seq : seq);
    const auto written = world.write(
        make_batch(world.catalog, seq, kBatchFrames, start, 1 + static_cast<std::int64_t>(seq % 7) * 500));
    ASSERT_TRUE(written) << written.fault().message;
    most = std::max(most, world.bytes_on_disk());
  }
  EXPECT_LE(most, kCap + kCap / 10);
}

TEST(Retention, RowsAreNeverMoreThanTheLimit) {
  World world({"20000 rows"});
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 40; ++seq) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq, kBatchFrames, start_of(seq))));
    const std::int64_t rows = world.number("SELECT count(*) FROM frames");
    ASSERT_LE(rows, 20'000);
    if (seq > 15) {
      ASSERT_GE(rows, 18'000);
    }
  }
}

TEST(Retention, RowsGoWhenTheyAreOldByMonotonicTime) {
  World world({"100m"});
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 400; ++seq) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq, 10, world.clock.wall().ns)));
    const std::int64_t age = world.clock.wall().ns - world.number("SELECT min(time_ns) FROM frames");
    ASSERT_LE(age, std::chrono::nanoseconds(std::chrono::minutes(110)).count());
    if (seq > 220) {
      ASSERT_GE(age, std::chrono::nanoseconds(std::chrono::minutes(99)).count());
    }
    world.clock.advance(std::chrono::seconds(30));
  }
  const std::int64_t before = world.number("SELECT count(*) FROM frames");
  world.clock.step_wall(std::chrono::hours(1000));  // a wrong clock takes nothing away
  ASSERT_TRUE(world.write(make_batch(world.catalog, 401, 10, kStart)));
  EXPECT_GE(world.number("SELECT count(*) FROM frames"), before);
}

// As a machine without a battery has it, or one whose battery is old.
TEST(Retention, AClockThatIsYearsAheadTakesNothingAwayUntilItIsTrusted) {
  for (const char* form : {"plain", "packed"}) {
    World world({"2h"});
    world.form = form;
    world.levels = {{{"2h"}, {"2h"}, {"2h"}}};
    world.remake();
    ASSERT_TRUE(world.open());
    std::uint64_t seq = 0;
    const auto write = [&] {
      return world.write(make_batch(world.catalog, ++seq, 10, world.clock.wall().ns)).ok();
    };
    const auto again = [&] {
      world.close();
      world.remake();
      return world.open().ok();
    };
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(write());
      world.clock.advance(std::chrono::minutes(5));
    }
    const auto stored = world.rows().size();
    for (int start = 0; start < 3; ++start) {
      world.clock.step_wall(std::chrono::hours(24 * 3000));
      world.log.lines.clear();
      ASSERT_TRUE(again());
      ASSERT_EQ(world.log.lines.size(), 1U);
      EXPECT_NE(world.log.lines.front().find("nothing vouches for it"), std::string::npos);
      ASSERT_TRUE(write());
      ASSERT_TRUE(write());
    }
    EXPECT_EQ(world.rows().size(), stored + 6 * 9);
    EXPECT_GT(world.number("SELECT count(*) FROM rollup WHERE level=0"), 0);
    // Running time counts.
    for (int i = 0; i < 30; ++i) {
      world.clock.advance(std::chrono::minutes(5));
      ASSERT_TRUE(write());
    }
    EXPECT_LE(world.rows().size(), std::size_t{27} * 9);
    // It was right: all that was there is years old, and goes, a few partitions at a time.
    world.clock.vouch(true);
    ASSERT_TRUE(again());
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(write());
    EXPECT_EQ(world.rows().size(), std::size_t{8} * 9);
  }
}

TEST(Retention, WhatCameBeforeTheClockWasSetIsNotOld) {
  World world({"2h"});
  world.clock.step_wall(Duration(-kStart) + std::chrono::seconds(20));  // 1970
  ASSERT_TRUE(world.open());
  std::uint64_t seq = 0;
  const auto write = [&] {
    return world.write(make_batch(world.catalog, ++seq, 10, world.clock.wall().ns)).ok();
  };
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(write());
    world.clock.advance(std::chrono::minutes(3));
  }
  world.clock.step_wall(Duration(kStart));
  world.clock.vouch(true);
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(write());
    world.clock.advance(std::chrono::minutes(3));
  }
  EXPECT_EQ(world.rows().size(), std::size_t{35} * 9);
  for (int i = 0; i < 60; ++i) {
    world.clock.advance(std::chrono::minutes(3));
    ASSERT_TRUE(write());
  }
  EXPECT_LE(world.rows().size(), std::size_t{46} * 9);
  EXPECT_GE(world.rows().size(), std::size_t{40} * 9);
}

TEST(Retention, AnIdleNodeForgetsTooAndAnOldRecordingIsKept) {
  World world({"1h"});
  ASSERT_TRUE(world.open());
  const std::int64_t years_ago = kStart - std::chrono::nanoseconds(std::chrono::hours(20'000)).count();
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10, years_ago)));
  world.clock.advance(std::chrono::minutes(50));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 2, 0)));
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 9);
  world.clock.advance(std::chrono::minutes(15));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 3, 0)));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 4, 0)));
  EXPECT_EQ(world.rows().size(), 0U);
  EXPECT_EQ(world.sink->history()->latest()->size(), 2U);
}

TEST(Retention, ABatchThatComesLateAgesFromWhenItWasTaken) {
  World world({"100m"});
  ASSERT_TRUE(world.open());
  const std::shared_ptr<Batch> late = make_batch(world.catalog, 1, 10);
  const_cast<RawBatch&>(*late->raw).clock.wall = world.clock.wall();
  world.clock.advance(std::chrono::minutes(80));
  ASSERT_TRUE(world.write(late));
  world.clock.advance(std::chrono::minutes(25));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 2, 10, world.clock.wall().ns)));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 3, 10, world.clock.wall().ns + 1'000'000)));
  EXPECT_EQ(world.number("SELECT min(seq) FROM frames"), 2);
}

TEST(Retention, GapsGoWithTheRowsOfTheirTime) {
  World world({"10,000 rows"});
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    const std::shared_ptr<Batch> batch = make_batch(world.catalog, seq, 1000, start_of(seq));
    const_cast<RawBatch&>(*batch->raw).gaps = {
        {WallTime{start_of(seq)}, WallTime{start_of(seq)}, GapReason::bus_off, "can0", 1, 0}};
    ASSERT_TRUE(world.write(batch));
  }
  const std::int64_t gaps = world.number("SELECT count(*) FROM gap");
  EXPECT_GE(gaps, 9);
  EXPECT_LE(gaps, 13);
}

TEST(Retention, AFileShrinksWhenKeepIsLowered) {
  World world({"40MB"});
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 220; ++seq) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq, kBatchFrames, start_of(seq))));
  }
  ASSERT_GT(world.bytes_on_disk(), 25'000'000U);
  world.close();
  world.keep = {"10MB"};
  world.remake();
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 221; seq <= 280; ++seq) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq, 100, start_of(seq))));
  }
  EXPECT_LE(world.bytes_on_disk(), 11'000'000U);
  EXPECT_EQ(world.rows().back().position, "1/280/98");
}

}  // namespace
}  // namespace cantrail::sqlite
