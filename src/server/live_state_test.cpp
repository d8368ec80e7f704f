// The sink that keeps the newest row of each stream, and the state it fills.
#include "server/live_state.hpp"

#include <array>

#include <gtest/gtest.h>

#include "encode/sample_catalog.hpp"
#include "server/fake_node.hpp"
#include "server/live_feed.hpp"

namespace cantrail::server {
namespace {

CatalogPtr catalog() {
  static const CatalogPtr shared = std::make_shared<Catalog>(encode::sample_catalog());
  return shared;
}

// Four frames: two of Battery, one hostile, one that nothing decodes; and one row of a sensor.
std::shared_ptr<Batch> sample_batch() {
  auto raw = std::make_shared<RawBatch>();
  raw->catalog = catalog();
  for (std::uint8_t i = 0; i < 4; ++i) {
    const std::array<std::uint8_t, 2> data{i, 0xAB};
    raw->frames.append({.time = {i}, .id = 498, .length = 2, .data = data});
  }
  raw->rows.push_back(encode::climate_rows());
  auto batch = std::make_shared<Batch>();
  batch->blocks.push_back(encode::battery_rows());
  batch->blocks.push_back(encode::hostile_rows());
  batch->undecoded = 1;
  batch->raw = std::move(raw);
  return batch;
}

struct LiveSinkTest : testing::Test {
  LiveSinkTest() { EXPECT_TRUE(sink->catalog(nullptr, catalog()).ok()); }
  WriteOutcome write(const std::vector<BatchPtr>& batches) {
    auto outcome = sink->write(batches, {}, {});
    EXPECT_TRUE(outcome.ok());
    return *outcome;
  }
  std::shared_ptr<LiveState> state = std::make_shared<LiveState>();
  std::unique_ptr<Sink> sink = make_live_state_sink(state);
};

TEST_F(LiveSinkTest, KeepsTheLastRowOfEachStreamAndAccountsForEveryRecord) {
  const WriteOutcome outcome = write({sample_batch(), sample_batch()});
  EXPECT_EQ(outcome.delivered, 3U) << "Battery, hostile, climate";
  EXPECT_EQ(outcome.undecoded, 2U);
  EXPECT_EQ(outcome.superseded, 5U);
  EXPECT_EQ(outcome.delivered + outcome.undecoded + outcome.superseded, 10U);
  const auto rows = state->all();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].message, "Battery");
  EXPECT_EQ(rows[1].rows, 4U);
}

TEST_F(LiveSinkTest, ShowsValuesLabelsUnitsAndTheFrame) {
  write({sample_batch()});
  const LatestRow battery = state->all()[1];
  EXPECT_EQ(battery.channel, "can0");
  EXPECT_EQ(battery.id, 498U);
  EXPECT_EQ(battery.time.ns, -1);
  EXPECT_EQ(battery.signals, R"({"Voltage":360.0,"Counter":"18446744073709551615"})") << "Gear is absent";
  EXPECT_EQ(battery.labels, "{}");
  EXPECT_EQ(*battery.units, R"({"Voltage":"V"})");
  EXPECT_EQ(battery.data, (std::vector<std::uint8_t>{1, 0xAB}));
  const LatestRow climate = state->all()[0];
  EXPECT_EQ(climate.channel, "");
  EXPECT_EQ(climate.signals, R"({"on":true})");
}

TEST_F(LiveSinkTest, AFrameWithRowsInTwoStreamsIsOneRecord) {
  auto batch = sample_batch();
  batch->blocks[1].frame()[0] = 1;  // the frame of Battery's last row
  const WriteOutcome outcome = write({batch});
  EXPECT_EQ(outcome.delivered, 2U);
  EXPECT_EQ(outcome.delivered + outcome.undecoded + outcome.superseded, 5U);
}

TEST_F(LiveSinkTest, CountsRowsOverWrites) {
  write({sample_batch()});
  write({sample_batch()});
  EXPECT_EQ(state->all()[1].rows, 4U);
}

TEST_F(LiveSinkTest, RowsBeforeACatalogAreABug) {
  const auto fresh = make_live_state_sink(state);
  EXPECT_EQ(fresh->write(std::vector<BatchPtr>{sample_batch()}, {}, {}).fault().kind, FaultKind::bug);
}

TEST(LiveState, GivesChangesInTheirOrderAndNoMoreThanAskedFor) {
  LiveState state;
  state.update("a", sample_row("a", "{}"));
  state.update("b", sample_row("b", "{}"));
  state.update("a", sample_row("a", "{\"x\":1}"));
  const auto first = state.since(0, 1);
  ASSERT_EQ(first.rows.size(), 1U);
  EXPECT_EQ(first.rows[0].message, "b");
  const auto rest = state.since(first.version, 10);
  ASSERT_EQ(rest.rows.size(), 1U);
  EXPECT_EQ(rest.rows[0].signals, "{\"x\":1}");
  EXPECT_TRUE(state.since(rest.version, 10).rows.empty());
}

TEST(LiveState, RestoresAsStaleAndNeverOverNewerRows) {
  LiveState state;
  state.update("can0:Battery", sample_row("Battery", "{\"x\":2}"));
  HistoryRow old{{5}, "can0", 498, "Battery", {1}, "{\"x\":1}", "{}", "1/1/0"};
  HistoryRow other = old;
  other.message = "Motor";
  other.signals = "{\"n\":9007199254740993}";
  state.restore({old, other});
  const auto rows = state.all();
  EXPECT_EQ(rows[0].signals, "{\"x\":2}");
  EXPECT_FALSE(rows[0].stale);
  EXPECT_TRUE(rows[1].stale);
  EXPECT_EQ(rows[1].signals, "{\"n\":\"9007199254740993\"}");
  state.update("can0:Motor", sample_row("Motor", "{\"n\":3}"));
  EXPECT_FALSE(state.all()[1].stale);
}

TEST(LiveFeed, SendsASnapshotThenOnlyChangesThenNothing) {
  LiveState state;
  state.update("a", sample_row("a", "{\"x\":1}"));
  state.update("b", sample_row("b", "{\"x\":1}"));
  LiveFeed feed(state, RowFilter{.message = "a", .channel = ""});
  const std::string snapshot = feed.snapshot({});
  EXPECT_EQ(snapshot.find("{\"type\":\"snapshot\""), 0U);
  EXPECT_NE(snapshot.find("\"message\":\"a\""), std::string::npos);
  EXPECT_EQ(snapshot.find("\"message\":\"b\""), std::string::npos);
  EXPECT_FALSE(feed.changes({}));
  state.update("b", sample_row("b", "{\"x\":2}"));
  EXPECT_FALSE(feed.changes({}));
  state.update("a", sample_row("a", "{\"x\":2}"));
  state.update("a", sample_row("a", "{\"x\":3}"));
  const auto changes = feed.changes({});
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->find("\"x\":2"), std::string::npos) << "newest wins";
  EXPECT_NE(changes->find("\"x\":3"), std::string::npos);
}

}  // namespace
}  // namespace cantrail::server
