#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

TEST(SqliteSink, StoresEveryDecodedFrameAndCountsTheOthers) {
  World world;
  const Result<std::optional<Position>> cursor = world.open();
  ASSERT_TRUE(cursor) << cursor.fault().message;
  EXPECT_FALSE(cursor->has_value());
  const Result<WriteOutcome> outcome = world.write(make_batch(world.catalog, 1, 100));
  ASSERT_TRUE(outcome) << outcome.fault().message;
  EXPECT_EQ(outcome->delivered, 90U);
  EXPECT_EQ(outcome->undecoded, 10U);
  EXPECT_EQ(outcome->durable, at(2));
  EXPECT_TRUE(outcome->rejected.empty());
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 90);
  EXPECT_EQ(
      world.number("SELECT count(*) FROM frames WHERE channel='can0' AND message='Motor' AND id=0x18FF50E5"),
      40);
}

TEST(SqliteSink, FindsItsCursorAndLatestRowsAfterARestart) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 20)));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 2, 20, kStart + 1'000'000)));
  world.close();
  world.remake();
  const Result<std::optional<Position>> cursor = world.open();
  ASSERT_TRUE(cursor);
  EXPECT_EQ(*cursor, at(3));
  const Result<std::vector<HistoryRow>> latest = world.sink->history()->latest();
  ASSERT_TRUE(latest);
  ASSERT_EQ(latest->size(), 2U);
  EXPECT_EQ((*latest)[0].message, "Motor");
  EXPECT_EQ((*latest)[0].position, "1/2/17");
  EXPECT_EQ((*latest)[0].id, 0x18FF50E5U | kIdExtended);
  EXPECT_EQ((*latest)[1].message, "Battery");
  EXPECT_EQ((*latest)[1].signals, R"({"Voltage":9.0,"Count":18,"Big":18446744073709551615,"Gear":7})");
  ASSERT_TRUE(world.write(make_batch(world.catalog, 3, 20, kStart + 2'000'000)));
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 54);
}

TEST(SqliteSink, WritesNothingWhereTheCursorIsNotAsExpected) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 5, 20)));  // no cursor yet: any beginning is right
  for (const std::uint64_t seq : {std::uint64_t{5}, std::uint64_t{9}}) {
    const Result<WriteOutcome> outcome = world.write(make_batch(world.catalog, seq, 20));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->durable, at(6));
    EXPECT_EQ(outcome->delivered + outcome->undecoded, 0U);
  }
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 18);
}

TEST(SqliteSink, LeavesTheCursorOfAnotherJournalAlone) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  JournalId other;
  other.bytes.fill(1);
  const auto cursor =
      world.sink->open({"history", "node", other, world.clock, real_file_system(), world.log});
  ASSERT_TRUE(cursor);
  EXPECT_FALSE(cursor->has_value());
  world.close();
  EXPECT_EQ(*world.open(), at(2));
}

TEST(SqliteSink, BeginsAndEndsWithinABatch) {
  World world;
  ASSERT_TRUE(world.open());
  const std::shared_ptr<Batch> batch = make_batch(world.catalog, 1, 100);
  const_cast<RawBatch&>(*batch->raw).gaps = {{WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", {}, 10},
                                             {WallTime{3}, WallTime{4}, GapReason::bus_off, "can0", {}, 100}};
  const BatchPtr shared = batch;
  std::uint64_t delivered = 0, undecoded = 0;
  std::uint32_t from = 0;
  for (const std::uint32_t to : {0U + 10, 55U, 100U}) {
    const auto outcome = world.sink->write({&shared, 1}, at(1, from), to == 100 ? at(2) : at(1, to));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->delivered + outcome->undecoded, to - from);
    delivered += outcome->delivered;
    undecoded += outcome->undecoded;
    from = to;
    EXPECT_EQ(world.number("SELECT max(idx) < " + std::to_string(to) + " FROM frames"), 1);
  }
  EXPECT_EQ(delivered, 90U);
  EXPECT_EQ(undecoded, 10U);
  EXPECT_EQ(world.number("SELECT count(DISTINCT idx) FROM frames"), 90);
  EXPECT_EQ(world.number("SELECT count(*) FROM gap"), 2);
}

TEST(SqliteSink, WritesSeveralBatchesInOneTransaction) {
  World world;
  ASSERT_TRUE(world.open());
  const std::vector<BatchPtr> batches = {make_batch(world.catalog, 1, 10),
                                         make_batch(world.catalog, 2, 10, kStart + 100'000),
                                         make_air_batch(world.catalog, 3, {"a", "b"})};
  const auto outcome = world.sink->write(batches, at(1), at(4));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->delivered, 20U);
  EXPECT_EQ(outcome->undecoded, 2U);
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 20);
  const auto nothing = world.sink->write({}, at(4), at(7));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->durable, at(7));
}

TEST(SqliteSink, StoresRowsThatComeFromNoBus) {
  World world;
  ASSERT_TRUE(world.open());
  const auto outcome = world.write(make_air_batch(world.catalog, 1, {"hello", "\"},\n\x01\xFF"}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->delivered, 2U);
  const std::vector<HistoryRow> rows = world.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].channel, "air");
  EXPECT_EQ(rows[0].message, "Air");
  EXPECT_EQ(rows[0].signals, R"({"Temp":21.5,"Note":"hello"})");
  EXPECT_EQ(rows[1].signals, "{\"Temp\":21.5,\"Note\":\"\\\"},\\n\\u0001\xEF\xBF\xBD\"}");
  EXPECT_TRUE(rows[1].data.empty());
  EXPECT_EQ(rows[1].position, "1/1/1");
}

TEST(SqliteSink, RejectsOnlyTheRowThatCannotBeStored) {
  World world;
  ASSERT_TRUE(world.open());
  const std::string huge(3'000'000, 'x');
  const auto outcome = world.write(make_air_batch(world.catalog, 1, {"a", huge, "b"}));
  ASSERT_TRUE(outcome) << outcome.fault().message;
  EXPECT_EQ(outcome->delivered, 2U);
  ASSERT_EQ(outcome->rejected.size(), 1U);
  EXPECT_EQ(outcome->rejected[0].row, 1U);
  EXPECT_NE(outcome->rejected[0].reason.find("too big"), std::string::npos);
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 2);
}

class RememberedRows final : public RejectedRows {
 public:
  Status set_aside(std::span<const BatchPtr>, std::span<const RejectedRow> rows) override {
    if (fail) return Status(FaultKind::exhausted, "no room for refused rows");
    count += rows.size();
    return {};
  }
  std::size_t count = 0;
  bool fail = false;
};

TEST(SqliteSink, CommitsOnlyWhenRefusedRowsAreSafeElsewhere) {
  World world;
  RememberedRows refused;
  world.rejected = &refused;
  ASSERT_TRUE(world.open());
  const std::string huge(3'000'000, 'x');
  refused.fail = true;
  EXPECT_FALSE(world.write(make_air_batch(world.catalog, 1, {"a", huge})));
  ASSERT_TRUE(world.open());
  EXPECT_TRUE(world.rows().empty());
  refused.fail = false;
  ASSERT_TRUE(world.write(make_air_batch(world.catalog, 1, {"a", huge})));
  EXPECT_EQ(refused.count, 1U);
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 1);
}

TEST(SqliteSink, KeepsNumbersExactAndWritesWhatIsNoNumberAsNull) {
  World world;
  ASSERT_TRUE(world.open());
  const std::shared_ptr<Batch> batch = make_batch(world.catalog, 1, 5);
  StreamBlock& block = batch->blocks[0];
  block.f64(0)[0] = std::numeric_limits<double>::quiet_NaN();
  block.f64(0)[1] = -std::numeric_limits<double>::infinity();
  block.f64(0)[2] = 0.1;
  block.i64(1)[0] = std::numeric_limits<std::int64_t>::min();
  block.set_absent(2, 1, Quality::inactive);
  ASSERT_TRUE(world.write(batch));
  const std::vector<HistoryRow> rows =
      world.rows({.since = {}, .until = {}, .message = "Battery", .signal = {}});
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].signals,
            R"({"Voltage":null,"Count":-9223372036854775808,"Big":18446744073709551615,"Gear":1})");
  EXPECT_EQ(rows[1].signals, R"({"Voltage":null,"Count":2,"Gear":7})");
  EXPECT_EQ(rows[2].signals, R"({"Voltage":0.1,"Count":4,"Big":18446744073709551615,"Gear":1})");
  EXPECT_EQ(rows[0].labels, R"({"Gear":"DRIVE"})");
  EXPECT_EQ(rows[1].labels, "{}");
}

TEST(SqliteSink, StoresHostileNamesAndUnitsAsTheyAre) {
  World world;
  auto catalog = std::make_shared<Catalog>(*make_catalog());
  auto row = std::make_shared<RowSchema>(*catalog->streams[kMotor].row);
  row->name = "M'); DROP TABLE stream;--\"\n";
  row->fields[0].name = "R\",\"x\":{]\\\xFF";
  row->fields[0].unit = "'\"\\\x01";
  catalog->streams[kMotor].row = row;
  catalog->channels[0].alias = "can'0\0x";
  world.catalog = catalog;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 4)));
  const std::vector<HistoryRow> rows = world.rows({.since = {}, .until = {}, .message = "M'*", .signal = {}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].message, row->name);
  EXPECT_EQ(rows[0].signals, "{\"R\\\",\\\"x\\\":{]\\\\\xEF\xBF\xBD\":1}");
  EXPECT_EQ(world.rows({.since = {}, .until = {}, .message = {}, .signal = "R\"*"}).size(), 2U);
}

TEST(SqliteSink, GivesRowsOfOneTimeTheirOrderByPosition) {
  World world;
  ASSERT_TRUE(world.open());
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    // Two moments in turn, all frames of a batch at one of them.
    ASSERT_TRUE(
        world.write(make_batch(world.catalog, seq, 200, kStart + static_cast<std::int64_t>(seq % 2), 0)));
  }
  EXPECT_EQ(world.number("SELECT count(*) FROM frames"), 3600);
  EXPECT_EQ(world.number("SELECT count(*) FROM frames WHERE time_ns = " + std::to_string(kStart)), 1800);
  const std::vector<HistoryRow> rows = world.rows(
      {.since = WallTime{kStart}, .until = WallTime{kStart + 1}, .limit = 5000, .message = {}, .signal = {}});
  ASSERT_EQ(rows.size(), 1800U);
  EXPECT_EQ(rows.front().position, "1/2/0");
  EXPECT_EQ(rows[1].position, "1/2/1");
  EXPECT_EQ(rows.back().position, "1/20/198");
}

TEST(SqliteSink, StoresGapsWithTheRows) {
  World world;
  ASSERT_TRUE(world.open());
  const std::shared_ptr<Batch> batch = make_batch(world.catalog, 1, 0);
  const_cast<RawBatch&>(*batch->raw).gaps = {
      {WallTime{kStart}, WallTime{kStart + 10}, GapReason::receive_overflow, "can0", 14, 0},
      {WallTime{kStart + 20}, WallTime{kStart + 30}, GapReason::downtime, "node", std::nullopt, 0}};
  ASSERT_TRUE(world.write(batch));
  const auto all = world.sink->history()->gaps({}, {}, 10);
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, batch->raw->gaps);
  const auto some = world.sink->history()->gaps(WallTime{kStart + 11}, WallTime{kStart + 21}, 10);
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 1U);
  EXPECT_EQ(some->front().reason, GapReason::downtime);
  EXPECT_FALSE(some->front().count);
}

TEST(SqliteSink, NumbersGapsOnAlsoWhereNoRowEverCame) {
  World world;
  for (const std::uint64_t seq : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{5}}) {
    world.remake();
    ASSERT_TRUE(world.open());
    const std::shared_ptr<Batch> told = make_batch(world.catalog, seq, 0);
    const_cast<RawBatch&>(*told->raw).clock.wall = world.clock.wall();
    world.clock.advance(std::chrono::seconds(1));
    const_cast<RawBatch&>(*told->raw).gaps = {
        {WallTime{kStart}, WallTime{kStart + 10}, GapReason::downtime, "node", std::nullopt, 0}};
    const std::shared_ptr<Batch> later = make_batch(world.catalog, seq + 1, 0);
    const_cast<RawBatch&>(*later->raw).clock.wall = world.clock.wall();
    const std::vector<BatchPtr> group{told, later};
    const auto outcome = world.sink->write(group, at(seq), at(seq + 2));
    ASSERT_TRUE(outcome) << outcome.fault().message;
  }
  EXPECT_EQ(world.number("SELECT count(*) FROM gap"), 3);
}

// A lane hands over batches from which its keys left something out.
class LeftOut : public ::testing::TestWithParam<const char*> {
 protected:
  LeftOut() {
    world.form = GetParam();
    world.remake();
    EXPECT_TRUE(world.open());
  }
  World world;
};
INSTANTIATE_TEST_SUITE_P(SqliteSink, LeftOut, ::testing::Values("plain", "packed"));

TEST_P(LeftOut, OnlyTheFateOfTheOtherFramesIsTold) {
  const std::shared_ptr<Batch> batch = make_batch(world.catalog, 1, 100);
  for (const std::uint32_t frame : batch->blocks[1].frame()) batch->left_out.push_back(frame);
  const std::size_t left_out = batch->left_out.size();
  batch->blocks.pop_back();
  const auto outcome = world.write(batch);
  ASSERT_TRUE(outcome) << outcome.fault().message;
  EXPECT_EQ(outcome->undecoded, 10U);
  EXPECT_EQ(outcome->delivered, 100U - 10U - left_out);
  EXPECT_EQ(outcome->filtered, 0U);
}

TEST_P(LeftOut, RowsOfASourceAreNotStored) {
  const std::shared_ptr<Batch> batch = make_air_batch(world.catalog, 1, {"kitchen", "bedroom", "cellar"});
  batch->left_out = {1};
  StreamBlock& cut = batch->cut_rows.emplace().emplace_back();
  cut.take(batch->raw->rows.front(), std::vector<std::uint32_t>{0, 1, 2});
  for (const std::size_t field : {0, 1}) cut.set_absent(field, 1, Quality::inactive);
  const auto outcome = world.write(batch);
  ASSERT_TRUE(outcome) << outcome.fault().message;
  EXPECT_EQ(outcome->delivered, 2U);
  EXPECT_EQ(outcome->undecoded, 0U);
  const std::vector<HistoryRow> rows = world.rows();
  ASSERT_EQ(rows.size(), 2U);
  for (const HistoryRow& row : rows) EXPECT_EQ(row.signals.find("bedroom"), std::string::npos);
}

}  // namespace
}  // namespace cantrail::sqlite
