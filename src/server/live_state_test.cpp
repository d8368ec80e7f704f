// The sink that keeps the newest row of each stream, and the state it fills.
#include "server/live_state.hpp"

#include <array>
#include <bit>

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

// Answers whose `pid` says which of two values is in them; 0: none.
struct LiveAnswersTest : testing::Test {
  static std::shared_ptr<const RowSchema> schema() {
    RowSchema answer;
    answer.name = "Answer";
    answer.fields = {encode::make_field("pid", FieldType::u64), encode::make_field("speed", FieldType::f64),
                     encode::make_field("gear", FieldType::i64),
                     encode::make_field("derived", FieldType::f64)};
    for (std::size_t i = 1; i < 4; ++i) answer.fields[i].optional = true;
    answer.fields[1].layout.emplace();
    answer.fields[2].layout.emplace();
    answer.fields[2].labels = {{3, "DRIVE"}};
    return std::make_shared<RowSchema>(std::move(answer));
  }
  static CatalogPtr catalog_with(std::shared_ptr<const RowSchema> row) {
    auto made = std::make_shared<Catalog>();
    made->sources = {{"bus", "socketcan"}};
    made->channels = {{"can0", 0, {}}};
    made->streams = {{std::move(row), ChannelId{0}, 0}};
    return made;
  }
  LiveAnswersTest() { EXPECT_TRUE(sink->catalog(nullptr, answers).ok()); }

  struct Answer {
    std::int64_t time;
    std::uint64_t pid;
    std::uint64_t word = 0;              // of the value
    Quality absent = Quality::inactive;  // the rest
  };
  std::shared_ptr<Batch> batch_of(const std::vector<Answer>& sent, Duration seen = {}) const {
    auto raw = std::make_shared<RawBatch>();
    raw->catalog = answers;
    raw->clock.mono = {seen.count()};
    StreamBlock block;
    block.reset(0, 4, sent.size(), true);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      raw->frames.append({.time = {sent[i].time}, .id = 498, .length = 0, .data = {}});
      block.time_ns()[i] = sent[i].time;
      block.frame()[i] = static_cast<std::uint32_t>(i);
      block.u64(0)[i] = sent[i].pid;
      for (std::size_t field = 1; field < 4; ++field) block.u64(field)[i] = sent[i].word;
      for (std::size_t field = 1; field < 4; ++field) {
        if (sent[i].pid != field && field != 3) block.set_absent(field, i, sent[i].absent);
      }
    }
    auto batch = std::make_shared<Batch>();
    batch->blocks.push_back(std::move(block));
    batch->raw = std::move(raw);
    return batch;
  }
  void write(const std::vector<BatchPtr>& batches) { ASSERT_TRUE(sink->write(batches, {}, {}).ok()); }
  static std::vector<std::string> told(const LatestRow& row) {
    std::vector<std::string> signals;
    for (const EarlierSignal& signal : row.earlier) {
      signals.push_back(signal.name + "=" + signal.value + signal.label + "@" +
                        std::to_string(signal.time.ns));
    }
    return signals;
  }

  static constexpr std::uint64_t kSpeed = std::bit_cast<std::uint64_t>(12.5);
  CatalogPtr answers = catalog_with(schema());
  std::shared_ptr<LiveState> state = std::make_shared<LiveState>();
  std::unique_ptr<Sink> sink = make_live_state_sink(state);
};

using Strings = std::vector<std::string>;

TEST_F(LiveAnswersTest, WhatTheNewestRowDoesNotHaveIsRememberedOfEarlierOnes) {
  write({batch_of({{10, 1, kSpeed}, {20, 2, 3}, {30, 0}})});
  EXPECT_EQ(told(state->all()[0]), (Strings{"speed=12.5@10", "gear=3DRIVE@20"}));
  write({batch_of({{40, 2, 4}}), batch_of({{50, 1, 0}})});
  EXPECT_EQ(told(state->all()[0]), (Strings{"gear=4@40"})) << "speed is in the newest row";
}

TEST_F(LiveAnswersTest, ChangesHaveOnlyTheEarlierValuesThatAreNew) {
  write({batch_of({{10, 1, kSpeed}, {20, 0}})});
  const auto first = state->since(0, 10);
  EXPECT_EQ(told(first.rows.at(0)), (Strings{"speed=12.5@10"}));
  write({batch_of({{30, 2, 3}, {40, 0}})});
  const auto second = state->since(first.version, 10);
  EXPECT_EQ(told(second.rows.at(0)), (Strings{"gear=3DRIVE@30"}));
  EXPECT_EQ(told(state->all()[0]), (Strings{"speed=12.5@10", "gear=3DRIVE@30"}));
}

TEST_F(LiveAnswersTest, WhatIsSaidToBeAbsentIsNotRemembered) {
  write({batch_of({{10, 1, kSpeed}, {20, 2, 3}})});
  write({batch_of({{30, 0, 0, Quality::error}, {40, 0}})});
  EXPECT_EQ(told(state->all()[0]), Strings{});
}

TEST_F(LiveAnswersTest, AnotherCatalogWithTheSameMessageForgetsNothingOneWithAnotherDoes) {
  write({batch_of({{10, 1, kSpeed}, {20, 0}})});
  ASSERT_TRUE(sink->catalog(answers, catalog_with(schema())).ok());
  write({batch_of({{30, 0}})});
  EXPECT_EQ(told(state->all()[0]), (Strings{"speed=12.5@10"}));
  auto other = std::make_shared<RowSchema>(*schema());
  other->fields[1].name = "velocity";
  ASSERT_TRUE(sink->catalog(answers, catalog_with(other)).ok());
  write({batch_of({{40, 0}})});
  EXPECT_EQ(told(state->all()[0]), Strings{});
}

TEST_F(LiveAnswersTest, AClientOfOneSignalGetsItThoughTheNewestRowHasAnother) {
  LiveFeed feed(*state, LiveSelection({parse_live_pattern("Answer.speed")}));
  (void)feed.snapshot({});
  write({batch_of({{10, 1, kSpeed}, {20, 2, 3}}, std::chrono::milliseconds(100))});
  const auto changes = feed.changes({.mono = {130'000'000}, .wall = {50}});
  ASSERT_TRUE(changes);
  EXPECT_NE(changes->find(R"("signals":{},"labels":{},"earlier":{"speed":{"value":12.5,"time":)"),
            std::string::npos)
      << *changes;
  EXPECT_NE(changes->find(R"("time_ns":"10","age_ms":30})"), std::string::npos) << *changes;
  EXPECT_EQ(changes->find("gear"), std::string::npos);
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
