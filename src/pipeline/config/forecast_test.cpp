// What a configuration comes to in a day.
#include "pipeline/config/forecast.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "journal/forecast.hpp"
#include "pipeline/config/bus_share.hpp"
#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

using testing::ConfigFolder;
using testing::read_node;

constexpr double kDay = 86400;
constexpr double kAny = std::numeric_limits<double>::infinity();

// Battery has two fields and comes every 100 ms; nobody says how often Cells comes.
Forecast forecast(const std::string& text) {
  const ConfigFolder folder;
  folder.write("timed.dbc",
               "BU_: A\nBO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.1,0) [0|0] \"V\" A\n SG_ current : "
               "16|16@1- (0.1,0) [0|0] \"A\" A\nBA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 65535;\nBA_DEF_DEF_ "
               "\"GenMsgCycleTime\" 0;\nBA_ \"GenMsgCycleTime\" BO_ 256 100;\n");
  const auto reading = read_node(folder, text);
  EXPECT_EQ(reading.found, "");
  return forecast_of(reading.config, real_file_system());
}

std::string bus(const std::string& dbc, const std::string& more = "") {
  return "[source.can0]\ntype = \"bus\"\ndbc = " + dbc + "\n" + more + "\n";
}

constexpr const char* kStore = "[sink.store]\nexcept = \"Bus\"\n";

void expect_exactly(const Amount& amount, double a_day) {
  EXPECT_NEAR(amount.known, a_day, 1e-6 * a_day);
  EXPECT_NEAR(amount.at_most, a_day, 1e-6 * a_day);
  EXPECT_FALSE(amount.unlimited);
}

TEST(Forecast, CountsMessagesAtTheirCycleTimes) {
  const Forecast found = forecast(bus("\"timed.dbc\"") + kStore);
  ASSERT_EQ(found.lanes.size(), 2U);
  expect_exactly(found.lanes[0].rows, 10 * kDay);
  expect_exactly(*found.lanes[0].bytes, 10 * kDay * 20);
  EXPECT_EQ(*found.lanes[0].holds / std::chrono::hours(1), static_cast<int>(1e9 / (10 * kDay * 20) * 24));
  EXPECT_EQ(found.lanes[0].limit, "1GB");
  EXPECT_TRUE(found.notes.empty());
}

TEST(Forecast, CountsRowsOfTheSourceItself) {
  const Forecast found = forecast(bus("\"timed.dbc\"") + "[sink.store]\n");
  expect_exactly(found.lanes[0].rows, 11 * kDay);  // and Bus once a second
}

TEST(Forecast, CountsTheJournalsFramesAndBytes) {
  const Forecast found = forecast(bus("\"timed.dbc\"") + kStore);
  const LaneForecast& journal = found.lanes[1];
  EXPECT_TRUE(journal.is_journal);
  expect_exactly(journal.rows, 11 * kDay);
  RowSchema row;
  row.fields.resize(1);
  const FrameRate frames{256, 8, 10};
  const StreamRate rows{std::make_shared<RowSchema>(row), 1};
  expect_exactly(*journal.bytes, journal_bytes_per_s("can0", {&frames, 1}, {&rows, 1}) * kDay);
}

TEST(Forecast, CountsEveryCopy) {
  const Forecast found =
      forecast(bus("\"timed.dbc\"") +
               "[copies.node]\nstep = 256\n1 = { suffix = \"_a\" }\n2 = { suffix = \"_b\" }\n3 "
               "= { suffix = \"_c\" }\n[sink.store]\nonly = \"Battery_*\"\n");
  expect_exactly(found.lanes[0].rows, 30 * kDay);
}

TEST(Forecast, CountsWhatTheKeysOfALaneLetThrough) {
  const std::string source = bus("\"timed.dbc\"");
  expect_exactly(forecast(source + "[sink.store]\nexcept = [\"Bus\", \"Battery\"]\n").lanes[0].rows, 0);
  const Forecast cut = forecast(source + "[sink.store]\nonly = \"Battery.voltage\"\n");
  expect_exactly(cut.lanes[0].rows, 10 * kDay);
  expect_exactly(*cut.lanes[0].bytes, 10 * kDay * 10);
  const std::string slow = "[sink.store]\nexcept = \"Bus\"\nmax_rate = ";
  expect_exactly(forecast(source + slow + "\"2/s\"\n").lanes[0].rows, 2 * kDay);
  expect_exactly(forecast(source + slow + "\"20/s\"\n").lanes[0].rows, 10 * kDay);
}

TEST(Forecast, OfChangesOnlyTheMostIsKnown) {
  const Forecast found = forecast(bus("\"timed.dbc\"") + kStore + "on_change = true\n");
  EXPECT_EQ(found.lanes[0].rows.known, 0);
  EXPECT_NEAR(found.lanes[0].rows.at_most, 10 * kDay, 1);
  EXPECT_FALSE(found.lanes[0].rows.is_exact());
  EXPECT_NEAR(found.lanes[0].bytes->at_most, 10 * kDay * 20, 1);
}

TEST(Forecast, WithoutCycleTimesTheBusIsTheLimit) {
  const Forecast found = forecast(bus("[\"timed.dbc\", \"bms.dbc\"]", "bitrate = 111000") + kStore);
  const LaneForecast& lane = found.lanes[0];
  EXPECT_NEAR(lane.rows.known, 10 * kDay, 1);
  EXPECT_NEAR(lane.rows.at_most, 1000 * kDay, 10);  // 1,000 frames of 111 bits, ten of them Battery
  EXPECT_NEAR(lane.bytes->at_most, (990 * 10 + 10 * 20) * kDay, 1000);
  EXPECT_EQ(found.notes, std::vector<std::string>{"can0: 1 of 2 messages have no cycle time in the DBC; they "
                                                  "count as if they filled what is left of the bus"});
  // Frames without data are shortest, and any may come that no DBC knows.
  EXPECT_NEAR(found.lanes[1].rows.at_most, (11 + (111000 - 1110) / 47.0) * kDay, 100);
}

TEST(Forecast, MaxRateLimitsWhatTheBusWouldLetThrough) {
  const Forecast found = forecast(bus("\"bms.dbc\"", "bitrate = 111000") + kStore + "max_rate = \"5/s\"\n");
  EXPECT_NEAR(found.lanes[0].rows.at_most, 5 * kDay, 1);
  EXPECT_FALSE(found.lanes[0].rows.unlimited);
}

TEST(Forecast, WithoutABitRateNobodyKnows) {
  const Forecast found = forecast(bus("[\"timed.dbc\", \"bms.dbc\"]") + kStore);
  EXPECT_TRUE(found.lanes[0].rows.unlimited);
  EXPECT_NEAR(found.lanes[0].rows.known, 10 * kDay, 1);
  EXPECT_FALSE(found.lanes[0].holds);
  EXPECT_TRUE(found.lanes[1].rows.unlimited);
  EXPECT_EQ(found.notes,
            std::vector<std::string>{"can0: 1 of 2 messages have no cycle time in the DBC; how often "
                                     "they come is not known: GenMsgCycleTime tells, a sink's "
                                     "max_rate limits it"});
  const Forecast capped = forecast(bus("\"bms.dbc\"") + kStore + "max_rate = \"5/s\"\n");
  EXPECT_FALSE(capped.lanes[0].rows.unlimited) << "one stream, five rows a second";
  EXPECT_NEAR(capped.lanes[0].rows.at_most, 5 * kDay, 1);
}

TEST(Forecast, OfARecordingNothingIsKnown) {
  const Forecast found = forecast(bus("\"timed.dbc\"", "traffic = \"recording\"") + kStore);
  EXPECT_TRUE(found.lanes[0].rows.unlimited);
  EXPECT_EQ(found.lanes[0].rows.known, 0);
  EXPECT_TRUE(found.lanes[1].rows.unlimited);
  EXPECT_EQ(found.notes, std::vector<std::string>{"can0: a recording, so nobody knows how much it brings"});
}

TEST(Forecast, OfASimulationEverythingIsKnown) {
  const Forecast found = forecast(bus("[\"timed.dbc\", \"bms.dbc\"]", "traffic = \"exact\"") + kStore);
  expect_exactly(found.lanes[0].rows, 2 * kDay);  // what the simulation does, not what the DBC says
  expect_exactly(found.lanes[1].rows, 8 * kDay);  // with what no DBC knows, and Bus
  EXPECT_TRUE(found.notes.empty());
}

TEST(Forecast, FramesThatTheSourceLeavesOutDoNotCount) {
  const Forecast found = forecast(bus("\"timed.dbc\"", "filters = [\"200:7FF\"]") + kStore);
  expect_exactly(found.lanes[0].rows, 0);
}

TEST(Forecast, AMessageIsDecodedByTheFirstDbcThatHasIt) {
  const ConfigFolder folder;
  const Forecast found = forecast(bus("[\"timed.dbc\", \"leaf.dbc\"]") + kStore);
  expect_exactly(found.lanes[0].rows, 10 * kDay);  // leaf.dbc has 256 too, without a cycle time
}

TEST(Forecast, SinksThatCannotTellSayNothing) {
  const Forecast found = forecast(bus("\"timed.dbc\"") + "[sink.upload]\nurl = \"x\"\n");
  EXPECT_FALSE(found.lanes[0].bytes);
  expect_exactly(found.lanes[0].rows, 11 * kDay);
}

TEST(BusShare, GoesToWhomeverCostsMost) {
  const auto rows = [](double rate) { return rate; };
  const std::vector<BusUser> users{{0.002, kAny, rows}, {0.001, kAny, rows}};
  const auto rates = fill_bus(0.5, users);
  EXPECT_EQ(rates[0], 0);
  EXPECT_NEAR(rates[1], 500, 1e-6);
}

TEST(BusShare, GoesOnToTheNextWhereOneHasAllThatCounts) {
  const auto rows = [](double rate) { return rate; };
  const std::vector<BusUser> users{{0.002, kAny, rows}, {0.001, 10.5, rows}};
  const auto rates = fill_bus(0.5, users);
  EXPECT_NEAR(rates[1], 10.5, 1e-6);
  EXPECT_NEAR(rates[0], (0.5 - 0.0105) / 0.002, 2.6);
}

TEST(BusShare, IsSplitWhereCostsGrowEverMoreSlowly) {
  const auto root = [](double rate) { return std::sqrt(rate); };
  const std::vector<BusUser> users{{0.001, kAny, root}, {0.001, kAny, root}};
  const auto rates = fill_bus(1, users);
  EXPECT_NEAR(rates[0], 500, 10);
  EXPECT_NEAR(rates[1], 500, 10);
  EXPECT_EQ(fill_bus(0, users), (std::vector<double>{0, 0}));
  EXPECT_TRUE(fill_bus(1, {}).empty());
}

}  // namespace
}  // namespace cantrail
