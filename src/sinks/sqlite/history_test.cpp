#include "sinks/sqlite/history.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

HistoryQuery query() {
  return {};
}

class HistoryOfFourBatches : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(world.open());
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
      ASSERT_TRUE(world.write(
          make_batch(world.catalog, seq, 100, kStart + static_cast<std::int64_t>(seq) * 1'000'000)));
    }
  }
  World world;
};

TEST_F(HistoryOfFourBatches, GivesTheNewestRowsAscending) {
  HistoryQuery newest = query();
  newest.limit = 3;
  const std::vector<HistoryRow> rows = world.rows(newest);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].position, "1/4/96");
  EXPECT_EQ(rows[1].position, "1/4/97");
  EXPECT_EQ(rows[2].position, "1/4/98");
  EXPECT_EQ(rows[2].data, (std::vector<std::uint8_t>{98, 4}));
  EXPECT_EQ(rows[2].channel, "can0");
  EXPECT_EQ(rows[2].id, 0x1DBU);
  EXPECT_EQ(rows[2].time.ns, kStart + 4'000'000 + 98'000);
}

TEST_F(HistoryOfFourBatches, TakesTheBeginningOfARangeAndLeavesOutItsEnd) {
  HistoryQuery range = query();
  range.since = WallTime{kStart + 2'000'000 + 10'000};
  range.until = WallTime{kStart + 2'000'000 + 13'000};
  const std::vector<HistoryRow> rows = world.rows(range);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.front().position, "1/2/10");
  EXPECT_EQ(rows.back().position, "1/2/12");
  range.until = range.since;
  EXPECT_TRUE(world.rows(range).empty());
  EXPECT_TRUE(world.sink->history()->rows(range).ok());
}

TEST_F(HistoryOfFourBatches, FiltersByMessageWithAndWithoutChannel) {
  for (const char* pattern : {"Motor", "can0:Motor", "M*", "can?:Mot*"}) {
    HistoryQuery one = query();
    one.message = pattern;
    const std::vector<HistoryRow> rows = world.rows(one);
    ASSERT_EQ(rows.size(), 160U) << pattern;
    EXPECT_EQ(rows.front().message, "Motor");
  }
  HistoryQuery none = query();
  none.message = "can1:*";
  EXPECT_TRUE(world.rows(none).empty());
}

TEST_F(HistoryOfFourBatches, CutsRowsToTheSignalsAskedFor) {
  HistoryQuery gear = query();
  gear.signal = "G*";
  gear.limit = 2;
  std::vector<HistoryRow> rows = world.rows(gear);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].signals, R"({"Gear":1})");
  EXPECT_EQ(rows[0].labels, R"({"Gear":"DRIVE"})");
  EXPECT_EQ(rows[1].signals, R"({"Gear":7})");
  gear.signal = "Count";
  rows = world.rows(gear);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].labels, "{}");
}

TEST_F(HistoryOfFourBatches, TellsWhatItHolds) {
  const Result<HistoryStats> stats = world.sink->history()->stats();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->rows, 360U);
  EXPECT_EQ(stats->bytes, world.bytes_on_disk());
  EXPECT_EQ(stats->oldest, WallTime{kStart + 1'000'000});
  EXPECT_EQ(stats->newest, WallTime{kStart + 4'000'000 + 98'000});
}

TEST_F(HistoryOfFourBatches, CanBeReadAfterTheSinkIsGone) {
  const std::shared_ptr<HistoryReader> history = world.sink->history();
  world.close();
  EXPECT_EQ(history->rows(query())->size(), 360U);
  world.sink.reset();
  EXPECT_EQ(history->rows(query())->size(), 360U);
}

TEST(History, SaysSoWhereThereIsNoFileYet) {
  World world;
  const auto rows = world.sink->history()->rows({});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.fault().kind, FaultKind::unavailable);
}

TEST(History, FindsTheNewestAcrossPartitionsAndOutOfOrder) {
  World world({"10,000 rows"});  // partitions of 500 rows
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 8; ++seq) {  // each batch lies before the one written last
    ASSERT_TRUE(world.write(
        make_batch(world.catalog, seq, 1000, kStart - static_cast<std::int64_t>(seq) * 1'000'000)));
  }
  EXPECT_GT(world.number("SELECT count(*) FROM partition"), 10);
  HistoryQuery newest;
  newest.limit = 1500;
  const std::vector<HistoryRow> rows = world.rows(newest);
  ASSERT_EQ(rows.size(), 1500U);
  for (std::size_t i = 1; i < rows.size(); ++i) ASSERT_LT(rows[i - 1].time.ns, rows[i].time.ns);
  EXPECT_EQ(rows.back().position, "1/1/998");
  HistoryQuery motor;
  motor.message = "Motor";
  motor.limit = 900;
  const std::vector<HistoryRow> motors = world.rows(motor);
  ASSERT_EQ(motors.size(), 900U);
  EXPECT_EQ(motors.front().position.substr(0, 4), "1/3/");
}

TEST(History, EndsAQuestionThatTakesTooLong) {
  World world;
  ASSERT_TRUE(world.open());
  ReadPool pool(world.path, std::chrono::milliseconds(50));
  Result<ReadPool::Lease> lease = pool.lease();
  ASSERT_TRUE(lease);
  const auto endless = lease->database().number(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.fault().kind, FaultKind::unavailable);
}

TEST(History, AnswersManyThreadsWhileTheSinkWrites) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 100)));
  const std::shared_ptr<HistoryReader> history = world.sink->history();
  std::atomic<bool> stop{false};
  std::atomic<int> answers{0}, wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        HistoryQuery newest;
        newest.limit = 200;
        const auto rows = history->rows(newest);
        const auto stats = history->stats();
        // Transactions are seen whole: 90 rows of each batch.
        if (!rows || !stats || stats->rows % 90 != 0 || rows->empty() ||
            !rows->back().position.ends_with("/98")) {
          ++wrong;
        }
        ++answers;
      }
    });
  }
  for (std::uint64_t seq = 2; seq <= 150; ++seq) {
    const auto written =
        world.write(make_batch(world.catalog, seq, 100, kStart + static_cast<std::int64_t>(seq) * 1'000'000));
    ASSERT_TRUE(written) << written.fault().message;
  }
  while (answers < 50) std::this_thread::yield();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(History, TellsWhyASignalIsAbsentPackedAndPlain) {
  for (const char* form : {"plain", "packed"}) {
    World world;
    world.form = form;
    world.remake();
    ASSERT_TRUE(world.open());
    auto batch = make_air_batch(world.catalog, 1, {"first", "second"});
    auto raw = std::make_shared<RawBatch>();
    raw->position = batch->raw->position;
    raw->catalog = world.catalog;
    raw->clock = batch->raw->clock;
    StreamBlock& block = raw->rows.emplace_back();
    const std::vector<std::uint32_t> both{0, 1};
    block.take(batch->raw->rows[0], both);
    block.set_absent(0, 1, Quality::not_available);
    batch->raw = raw;
    ASSERT_TRUE(world.write(batch));
    const auto rows = world.rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].quality, "") << form;
    EXPECT_EQ(rows[1].quality, R"({"Temp":"not_available"})") << form;
    EXPECT_EQ(rows[1].signals, R"({"Note":"second"})") << form;
    EXPECT_EQ(rows[1].labels, "{}") << form;
    HistoryQuery temperature;
    temperature.signal = "Temp";
    EXPECT_EQ(world.rows(temperature).size(), 2U) << form;
    const auto latest = world.sink->history()->latest();
    ASSERT_TRUE(latest.ok());
    ASSERT_EQ(latest->size(), 1U);
    EXPECT_EQ(latest->front().quality, R"({"Temp":"not_available"})") << form;
  }
}

}  // namespace
}  // namespace cantrail::sqlite
