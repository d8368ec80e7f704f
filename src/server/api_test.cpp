// The API as a function: answers, refusals, and what they say.
#include "server/api.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "encode/sample_catalog.hpp"
#include "server/fake_node.hpp"
#include "server/listen_address.hpp"
#include "server/page.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

namespace js = boost::json;

struct ApiTest : testing::Test {
  ApiTest() { node->set(sample_status()); }

  Response get(std::string_view target, std::string_view method = "GET") {
    auto request = parse_target(method, target);
    EXPECT_TRUE(request.ok());
    request->host = "localhost:8080";
    return api.handle(*request);
  }
  js::value json(std::string_view target, int status = 200) {
    const Response response = get(target);
    EXPECT_EQ(response.status, status) << response.body;
    return js::parse(response.body);
  }
  std::shared_ptr<FakeHistory> with_history() {
    auto history = std::make_shared<FakeHistory>();
    node->set_history(history);
    return history;
  }

  ManualClock clock{{1'700'000'060'000'000'000}, {61'000'000'000}};
  std::shared_ptr<FakeNode> node = std::make_shared<FakeNode>();
  std::shared_ptr<LiveState> state = std::make_shared<LiveState>();
  Api api{node, state, clock, "0.1.0", {.loopback_only = true}};
};

std::string header(const Response& response, std::string_view name) {
  for (const Header& field : response.headers) {
    if (field.name == name) return field.value;
  }
  return "";
}

HistoryRow stored(std::int64_t ns, std::string signals) {
  return {{ns}, "can0", 498, "Battery", {1, 2}, std::move(signals), "{}", "3/1/0"};
}

TEST_F(ApiTest, ShowsTheLatestRowsWithAgeAndUnits) {
  state->update("can0:Battery", sample_row("Battery", "{\"Voltage\":360.0}"));
  const js::value answer = json("/api/state/current");
  const js::object& row = answer.at("rows").at(0).as_object();
  EXPECT_EQ(row.at("channel"), "can0");
  EXPECT_EQ(row.at("message"), "Battery");
  EXPECT_EQ(row.at("id"), 498);
  EXPECT_EQ(row.at("extended"), false);
  EXPECT_EQ(row.at("time"), "2023-11-14T22:14:19.900000000Z");
  EXPECT_EQ(row.at("time_ns"), "1700000059900000000");
  EXPECT_EQ(row.at("age_ms"), 100);
  EXPECT_EQ(row.at("stale"), false);
  EXPECT_EQ(row.at("data"), "0e10");
  EXPECT_EQ(row.at("signals").at("Voltage"), 360.0);
  EXPECT_EQ(row.at("units").at("Voltage"), "V");
}

TEST_F(ApiTest, ARowGrowsStaleWithTimeAndNotWithTheWallClock) {
  state->update("can0:Battery", sample_row("Battery", "{}"));
  clock.step_wall(std::chrono::hours(1));
  EXPECT_EQ(json("/api/state/current").at("rows").at(0).at("stale"), false);
  clock.advance(std::chrono::seconds(6));
  EXPECT_EQ(json("/api/state/current").at("rows").at(0).at("stale"), true);
}

TEST_F(ApiTest, CutsCurrentRowsToPatterns) {
  state->update("can0:Battery", sample_row("Battery", "{}"));
  state->update("can0:Motor", sample_row("Motor", "{}"));
  EXPECT_EQ(json("/api/state/current?message=Bat*").at("rows").as_array().size(), 1U);
  EXPECT_EQ(json("/api/state/current?message=can0:*").at("rows").as_array().size(), 2U);
  EXPECT_EQ(json("/api/state/current?channel=can1").at("rows").as_array().size(), 0U);
}

TEST_F(ApiTest, ShowsRawFramesWithTheNameThatADbcGivesThem) {
  CatalogSpec spec;
  spec.sources = {{"log", "logfile"}};
  spec.channels = {{"can0", 0, {0}}};
  spec.dbcs = {
      {"car.dbc",
       "VERSION \"\"\nBO_ 498 Battery: 8 A\n SG_ V : 0|8@1+ (1,0) [0|0] \"\" A\n"
       "BO_ 2364540158 EEC1: 8 A\n SG_ Speed : 24|16@1+ (1,0) [0|0] \"\" A\n"
       "BA_DEF_ BO_ \"VFrameFormat\" ENUM \"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\";\n"
       "BA_ \"VFrameFormat\" BO_ 2364540158 3;\n"}};
  Diagnostics diagnostics;
  node->set_catalog(*CatalogCompiler().compile(std::move(spec), diagnostics));
  state->frames().set_channels({"can0", "can1"});
  const std::array<std::uint8_t, 2> data{0x0E, 0x10};
  const MonoTime seen{60'000'000'000};
  const FrameFlags raw_dlc = 12U << kDlcShift;
  const std::uint32_t from_an_engine =
      0x18F00442 | kIdExtended;  // another priority and source than the DBC's
  const std::array<FramesSeen, 4> frames{FramesSeen{{{5}, 498, 0, 0, 2, data}, seen, 7},
                                         FramesSeen{{{6}, 0x7FF, kFlagFd, 1, 24, {}}, seen, 1},
                                         FramesSeen{{{7}, 0x7FE, raw_dlc, 1, 8, {}}, seen, 1},
                                         FramesSeen{{{8}, from_an_engine, 0, 0, 2, data}, seen, 1}};
  state->frames().take(frames);
  const js::value answer = json("/api/frames");
  ASSERT_EQ(answer.at("frames").as_array().size(), 4U);
  const js::value& battery = answer.at("frames").at(0);
  EXPECT_EQ(battery.at("message"), "Battery");
  EXPECT_EQ(battery.at("data"), "0e10");
  EXPECT_EQ(battery.at("dlc"), 2);
  EXPECT_EQ(battery.at("count"), 7);
  EXPECT_EQ(battery.at("rate"), 7.0);
  EXPECT_EQ(battery.at("age_ms"), 1000);
  EXPECT_EQ(battery.at("time_ns"), "5");
  EXPECT_EQ(answer.at("frames").at(2).at("dlc"), 12) << "the bits that were on the bus, not the length";
  EXPECT_EQ(answer.at("frames").at(3).at("dlc"), 12) << "24 bytes";
  EXPECT_TRUE(answer.at("frames").at(3).at("message").is_null());
  EXPECT_EQ(answer.at("frames").at(1).at("message"), "EEC1") << "J1939: by its group";
  EXPECT_EQ(json("/api/frames?id=0x1F2").at("frames").as_array().size(), 1U);
  EXPECT_EQ(json("/api/frames?id=498&channel=can1").at("frames").as_array().size(), 0U);
  EXPECT_EQ(json("/api/frames?limit=1").at("more"), true);
  for (const char* wrong : {"", "x", "0x", "0x20000000", "-1", "498x"}) {
    EXPECT_EQ(json("/api/frames?id=" + std::string(wrong), 400).at("parameter"), "id") << wrong;
  }
}

TEST_F(ApiTest, SaysThatNoHistoryIsKept) {
  const Response response = get("/api/state/history");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_NE(response.body.find("no history is kept"), std::string::npos);
}

TEST_F(ApiTest, AsksTheHistoryForWhatWasAsked) {
  const auto history = with_history();
  json(
      "/api/state/"
      "history?since=2023-11-14T22:13:20%2B00:00&until=1700000060.5&limit=7&message=*B*&signal=V*");
  ASSERT_EQ(history->queries.size(), 1U);
  const HistoryQuery& query = history->queries.front();
  EXPECT_EQ(query.since->ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(query.until->ns, 1'700'000'060'500'000'000);
  EXPECT_EQ(query.limit, 8U) << "one more, to see whether there are more";
  EXPECT_EQ(query.message, "*B*");
  EXPECT_EQ(query.signal, "V*");
}

TEST_F(ApiTest, LastCountsBackFromNowOrFromUntilAndTheLimitStillHolds) {
  const auto history = with_history();
  json("/api/state/history?last=5m");
  EXPECT_EQ(history->queries.back().since->ns, 1'699'999'760'000'000'000);
  EXPECT_FALSE(history->queries.back().until);
  json("/api/state/history?last=1s&until=1700000000");
  EXPECT_EQ(history->queries.back().since->ns, 1'699'999'999'000'000'000);
  for (int i = 1; i <= 5; ++i) {
    history->stored.push_back(stored(1'700'000'060'000'000'000 - (6 - i) * 60'000'000'000LL, "{\"V\":1}"));
  }
  EXPECT_EQ(json("/api/state/history?last=150s").at("rows").as_array().size(), 2U) << "the time is less";
  EXPECT_EQ(json("/api/state/history?last=150s&limit=1").at("rows").as_array().size(), 1U) << "the limit is";
  EXPECT_EQ(json("/api/gaps?last=5m").at("gaps").as_array().size(), 0U);
  EXPECT_EQ(json("/api/state/history?last=5m&since=5", 400).at("parameter"), "last");
  EXPECT_EQ(json("/api/state/history?last=5", 400).at("parameter"), "last");
  EXPECT_EQ(json("/api/state/history?last=0s", 400).at("parameter"), "last");
}

TEST_F(ApiTest, HealthIsJsonUnderTwoNames) {
  for (const char* path : {"/health", "/api/health"}) {
    const js::value answer = json(path);
    EXPECT_EQ(answer.at("status"), "ok");
    EXPECT_EQ(answer.at("ready"), true);
    EXPECT_EQ(answer.at("node"), "leaf\"1");
    EXPECT_EQ(answer.at("uptime_s"), 60.0);
  }
  NodeStatus status = sample_status();
  status.ready = false;
  node->set(status);
  EXPECT_EQ(json("/health").at("ready"), false) << "but still 200: the server answers";
}

TEST_F(ApiTest, KeepsTheNewestRowsAndSaysThatThereAreMore) {
  const auto history = with_history();
  for (int i = 0; i < 5; ++i) history->stored.push_back(stored(i, "{\"V\":1}"));
  const js::value answer = json("/api/state/history?limit=2");
  EXPECT_EQ(answer.at("more"), true);
  ASSERT_EQ(answer.at("rows").as_array().size(), 2U);
  EXPECT_EQ(answer.at("rows").at(0).at("time_ns"), "3");
  EXPECT_EQ(json("/api/state/history?limit=5").at("more"), false);
}

TEST_F(ApiTest, ThinsTheHistoryToTheLastRowOfEachInterval) {
  const auto history = with_history();
  constexpr std::int64_t kRows = 25'000;
  for (std::int64_t i = 0; i < kRows; ++i) history->stored.push_back(stored(i * 10'000'000, "{\"V\":1}"));
  const js::value answer = json("/api/state/history?every=1s&limit=1000");
  EXPECT_EQ(answer.at("more"), false);
  ASSERT_EQ(answer.at("rows").as_array().size(), 250U);
  EXPECT_EQ(answer.at("rows").at(0).at("time_ns"), "990000000");
  EXPECT_EQ(answer.at("rows").at(249).at("time_ns"), "249990000000");
}

TEST_F(ApiTest, WritesIntegersBeyondTwoToThe53AsStrings) {
  const auto history = with_history();
  history->stored.push_back(stored(
      1,
      R"({"a":9007199254740992,"b":9007199254740993,"c":-18014398509481984,"d":1e300,"e":"12345678901234567890\"1"})"));
  const js::value signals = json("/api/state/history").at("rows").at(0).at("signals");
  EXPECT_TRUE(signals.at("a").is_number());
  EXPECT_EQ(signals.at("b"), "9007199254740993");
  EXPECT_EQ(signals.at("c"), "-18014398509481984");
  EXPECT_EQ(signals.at("d"), 1e300);
  EXPECT_EQ(signals.at("e"), "12345678901234567890\"1");
}

TEST_F(ApiTest, GivesASeriesInColumns) {
  const auto history = with_history();
  history->known_signals = {{"can0", "VehicleSpeed", "kmh", "km/h"}, {"can1", "VehicleSpeed", "mph", ""}};
  history->known_series = {
      "km/h",
      "1s",
      std::chrono::seconds(2),
      {{{1'700'000'000'000'000'000}, 1, 3, 2, 2.5, 7}, {{1'700'000'002'000'000'000}, 4, 4, 4, 4, 1}}};
  history->known_gaps = {{{1'700'000'000'500'000'000},
                          {1'700'000'001'000'000'000},
                          GapReason::downtime,
                          "can0",
                          std::nullopt,
                          0},
                         {{1}, {2}, GapReason::network_loss, "can1", 5, 0}};
  const js::value answer =
      json("/api/series?signal=VehicleSpeed.kmh&from=1700000000&to=1700000060&points=30");
  EXPECT_EQ(
      js::serialize(answer),
      R"({"signal":"can0:VehicleSpeed.kmh","unit":"km/h","resolution":"1s","bucket_ms":2000,)"
      R"("from_ms":1700000000000,"to_ms":1700000060000,"time_ms":[1700000000000,1700000002000],)"
      R"("min":[1E0,4E0],"max":[3E0,4E0],"mean":[2E0,4E0],"last":[2.5E0,4E0],"count":[7,1],)"
      R"("gaps":[{"from_ms":1700000000500,"to_ms":1700000001000,"reason":"downtime","where":"can0","count":null}]})");
  ASSERT_EQ(history->series_queries.size(), 1U);
  const SeriesQuery& query = history->series_queries.front();
  EXPECT_EQ(query.channel + ":" + query.message + "." + query.signal, "can0:VehicleSpeed.kmh");
  EXPECT_EQ(query.to.ns, 1'700'000'060'000'000'000);
  EXPECT_EQ(query.points, 30U);
  json("/api/series?signal=can1:VehicleSpeed.mph");
  const SeriesQuery& standard = history->series_queries.back();
  EXPECT_EQ(standard.channel, "can1");
  EXPECT_EQ(standard.points, 500U);
  EXPECT_EQ((standard.to - standard.from), std::chrono::minutes(10));
}

TEST_F(ApiTest, SaysWhichSignalsCouldBeMeant) {
  const auto history = with_history();
  history->known_signals = {{"can0", "VehicleSpeed", "kmh", ""}, {"can1", "VehicleSpeed", "kmh", ""}};
  const js::value several = json("/api/series?signal=VehicleSpeed.kmh", 400);
  EXPECT_EQ(several.at("parameter"), "signal");
  EXPECT_NE(several.at("detail").as_string().find("can0:VehicleSpeed.kmh, can1:VehicleSpeed.kmh"),
            std::string::npos);
  const js::value none = json("/api/series?signal=can1:VehicleSped.kmh", 404);
  EXPECT_NE(none.at("detail").as_string().find("did you mean can1:VehicleSpeed.kmh?"), std::string::npos);
  history->known_signals = {
      {"can0", "Gnss", "Speed", ""}, {"can0", "Gnss", "course", ""}, {"can0", "Wheel", "Speed", ""}};
  const auto meant = [&](const std::string& asked) {
    const std::string detail(json("/api/series?signal=" + asked, 404).at("detail").as_string());
    const std::size_t from = detail.find("did you mean ");
    return from == std::string::npos ? "" : detail.substr(from + 13, detail.find('?', from) - from - 13);
  };
  EXPECT_EQ(meant("Gnss"), "can0:Gnss.Speed, can0:Gnss.course");
  EXPECT_EQ(meant("can0:Wheel"), "can0:Wheel.Speed");
  EXPECT_EQ(meant("speed"), "can0:Gnss.Speed, can0:Wheel.Speed");
  EXPECT_EQ(meant("nothing"), "");
  for (const char* wrong : {"", "?signal=a.b&points=9", "?signal=a.b&from=2&to=1", "?signal=a.b&since=1"}) {
    EXPECT_EQ(get(std::string("/api/series") + wrong).status, 400) << wrong;
  }
}

TEST_F(ApiTest, TellsOfNamesThatNothingBearsAndAnswersPatternsWithNothing) {
  const auto history = with_history();
  node->set_catalog(std::make_shared<Catalog>(encode::sample_catalog()));
  history->known_signals = {{"can1", "Gnss", "speed", ""}};
  const auto detail = [&](const std::string& query) {
    return std::string(json("/api/state/" + query, 404).at("detail").as_string());
  };
  EXPECT_NE(detail("current?message=Batery").find("there is no message Batery; did you mean Battery?"),
            std::string::npos);
  EXPECT_NE(detail("history?message=Gnsss").find("did you mean Gnss?"), std::string::npos);
  EXPECT_NE(detail("history?message=can1:Gnsss").find("did you mean can1:Gnss?"), std::string::npos);
  EXPECT_NE(detail("history?signal=sped").find("there is no signal sped; did you mean speed?"),
            std::string::npos);
  for (const char* known :
       {"history?message=Gnss", "history?message=can1:Gnss", "history?signal=speed", "history?message=Nope*",
        "history?signal=Nope*", "current?message=Nope*", "current?message=Battery&channel=can9"}) {
    EXPECT_EQ(json(std::string("/api/state/") + known).at("rows").as_array().size(), 0U) << known;
  }
}

TEST_F(ApiTest, PassesOnWhyTheHistoryDoesNotAnswer) {
  with_history()->fault = Fault{FaultKind::unavailable, "database is locked"};
  EXPECT_EQ(get("/api/state/history").status, 503);
  EXPECT_NE(get("/api/state/history").body.find("database is locked"), std::string::npos);
}

struct BadQuery {
  std::string target, parameter;
};
class RefusesQueries : public ApiTest, public testing::WithParamInterface<BadQuery> {};

TEST_P(RefusesQueries, NamingTheParameter) {
  with_history();
  const js::value problem = json(GetParam().target, 400);
  EXPECT_EQ(problem.at("status"), 400);
  EXPECT_EQ(problem.at("title"), "Bad Request");
  EXPECT_EQ(problem.at("parameter"), js::string_view(GetParam().parameter));
  EXPECT_NE(problem.at("detail").as_string().find(GetParam().parameter), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Api, RefusesQueries,
    testing::Values(
        BadQuery{"/api/state/history?since=yesterday", "since"},
        BadQuery{"/api/state/history?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "until"},
        BadQuery{"/api/state/history?limit=0", "limit"}, BadQuery{"/api/state/history?limit=10001", "limit"},
        BadQuery{"/api/state/history?limit=1e3", "limit"}, BadQuery{"/api/state/history?every=5", "every"},
        BadQuery{"/api/state/current?mesage=x", "mesage"},
        BadQuery{"/api/state/current?message=a&message=b", "message"},
        BadQuery{"/api/state/current?message=%ff", "message"}, BadQuery{"/api/status?x=1", "x"},
        BadQuery{"/metrics?x", "x"}));

TEST_F(ApiTest, DescribesTheCatalog) {
  node->set_catalog(std::make_shared<Catalog>(encode::sample_catalog()));
  const js::value answer = json("/api/signals");
  const js::value& battery = answer.at("streams").at(0);
  EXPECT_EQ(battery.at("stream"), "can0:Battery");
  EXPECT_EQ(battery.at("id"), 498);
  EXPECT_EQ(battery.at("signals").at(0).at("unit"), "V");
  EXPECT_EQ(battery.at("signals").at(1).at("labels").at(1).at("value"), -1);
  EXPECT_EQ(answer.at("streams").at(1).at("extended"), true);
  EXPECT_TRUE(answer.at("streams").at(2).at("channel").is_null());
  EXPECT_EQ(battery.at("labels"), (js::object{{"node", "2"}, {"room", "Flower \"front\""}}));
  EXPECT_EQ(answer.at("streams").at(2).at("labels"), js::object());
}

TEST_F(ApiTest, HasNoStreamsBeforeTheNodeStarts) {
  EXPECT_TRUE(json("/api/signals").at("streams").as_array().empty());
}

TEST_F(ApiTest, ShowsTheLedgerOfEachLaneAndWhetherItBalances) {
  const js::value answer = json("/api/status");
  EXPECT_EQ(answer.at("node"), "leaf\"1");
  EXPECT_EQ(answer.at("balances"), true);
  EXPECT_EQ(answer.at("uptime_s"), 60.0);
  EXPECT_EQ(answer.at("lanes").at(1).at("ledger").at("pending"), 18);
  EXPECT_EQ(answer.at("lanes").at(1).at("cursor"), "3/17/0");
  EXPECT_EQ(answer.at("sources").at(0).at("lost"), 14);
  EXPECT_EQ(answer.at("sources").at(0).at("hint"), "can0 is up, no frames for 12 s");
  EXPECT_GT(answer.at("process").at("rss_bytes").as_int64(), 1'000'000);
  const js::value& journal = answer.at("journal");
  EXPECT_TRUE(journal.at("disk_free_bytes").is_null());
  EXPECT_EQ(journal.at("holds_s"), 8 * 86'400.0) << "8 GiB at 1 GiB a day";
  EXPECT_EQ(journal.at("synced"), "3/16/0");
  EXPECT_EQ(answer.at("alarms").at(0).at("name"), "journal_sync_failed");
  EXPECT_EQ(answer.at("alarms").at(0).at("since"), "2023-11-14T22:13:21.000000000Z");
  NodeStatus off = sample_status();
  off.disk_free_bytes = 5'000'000'000;
  off.lanes[0].ledger.delivered -= 1;
  node->set(off);
  EXPECT_EQ(json("/api/status").at("balances"), false);
  const js::value fuller = json("/api/status").at("journal");
  EXPECT_EQ(fuller.at("disk_free_bytes"), 5'000'000'000);
  EXPECT_NEAR(fuller.at("holds_s").to_number<double>(), (5e9 + (5U << 20U)) / (1U << 30U) * 86'400, 0.001)
      << "there is no room for 8 GiB";
  EXPECT_EQ(json("/api/status").at("lanes").at(0).at("ledger").at("balances"), false);
}

TEST_F(ApiTest, CountsAlarmsAndWhatTheJournalHoldsForPrometheus) {
  const std::string text = get("/metrics").body;
  for (const char* line :
       {"cantrail_alarm{alarm=\"journal_sync_failed\"} 1\n", "cantrail_journal_holds_seconds 691200.0\n",
        "cantrail_journal_written_bytes_per_day 1073741824\n", "cantrail_journal_sync_failures_total 1\n",
        "cantrail_journal_oldest_timestamp_seconds 1699999000.0\n",
        "cantrail_gap_records_total{reason=\"receive_overflow\"} 14\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST_F(ApiTest, ListsWhatSinksHaveRecorded) {
  const js::value answer = json("/api/recordings");
  ASSERT_EQ(answer.at("recordings").as_array().size(), 2U);
  const js::value& file = answer.at("recordings").at(0);
  EXPECT_EQ(file.at("sink"), "recording");
  EXPECT_EQ(file.at("path"), "/data/\"a\".mcap");
  EXPECT_EQ(file.at("bytes"), 17);
  EXPECT_EQ(file.at("messages"), 100);
  EXPECT_EQ(file.at("sha256").as_string(), to_hex(sha256("a")));
  EXPECT_EQ(file.at("from"), "2023-11-14T22:13:20.000000000Z");
  EXPECT_EQ(file.at("finished_ns"), "1700000002000000000");
  EXPECT_EQ(answer.at("more"), false);
  const js::value newest = json("/api/recordings?limit=1");
  ASSERT_EQ(newest.at("recordings").as_array().size(), 1U);
  EXPECT_EQ(newest.at("recordings").at(0).at("path"), "/data/b.mcap");
  EXPECT_EQ(newest.at("more"), true);
}

TEST_F(ApiTest, SaysWhichCallsHaveSomethingRecorded) {
  EXPECT_EQ(js::serialize(json("/api/recordings").at("triggers")),
            R"([{"sink":"recording","any":false,"names":["door"],"before_ms":30000,"after_ms":120000}])");
}

TEST_F(ApiTest, PullsATriggerForWhoeverMay) {
  const Response pulled = get("/api/trigger?name=door&reason=a%20knock", "POST");
  EXPECT_EQ(pulled.status, 200);
  EXPECT_EQ(pulled.body,
            "{\"sinks\":[\"recording\"],\"time\":\"2023-11-14T22:14:20.000000000Z\","
            "\"time_ns\":\"1700000060000000000\"}\n");
  EXPECT_EQ(node->triggers(), std::vector<std::string>{"door: a knock"});
  EXPECT_EQ(get("/api/trigger?name=window", "POST").status, 404);
  const Response full = get("/api/trigger?name=full", "POST");
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(header(full, "Retry-After"), "5");
  for (const char* wrong :
       {"", "?name=", "?name=a%20b", "?name=a%0Ab", "?name=door&reason=a%0Ab", "?name=door&x=1"}) {
    EXPECT_EQ(get(std::string("/api/trigger") + wrong, "POST").status, 400) << wrong;
  }
  const Response read = get("/api/trigger?name=door");
  EXPECT_EQ(read.status, 405);
  EXPECT_EQ(header(read, "Allow"), "POST");
  auto foreign = parse_target("POST", "/api/trigger?name=door");
  ASSERT_TRUE(foreign);
  foreign->host = "localhost:8080";
  foreign->origin = "http://elsewhere.example";
  EXPECT_EQ(api.handle(*foreign).status, 403);
  foreign->origin = "http://localhost:8080";
  EXPECT_EQ(api.handle(*foreign).status, 200);
  EXPECT_EQ(node->triggers().size(), 3U);
}

TEST_F(ApiTest, TellsGapsFromMemoryWhereNoStoreKeepsThem) {
  const js::value answer = json("/api/gaps");
  EXPECT_EQ(answer.at("gaps").at(0).at("reason"), "receive_overflow");
  EXPECT_EQ(answer.at("gaps").at(0).at("count"), 14);
  EXPECT_TRUE(json("/api/gaps?since=1700000012").at("gaps").as_array().empty());
  with_history()->known_gaps = {GapRecord{{}, {}, GapReason::downtime, "node", std::nullopt, 0}};
  EXPECT_TRUE(json("/api/gaps").at("gaps").at(0).at("count").is_null());
}

TEST_F(ApiTest, IsReadyOnlyWhenTheNodeIsAndSaysWhyNot) {
  EXPECT_EQ(get("/readyz").status, 200);
  NodeStatus status = sample_status();
  status.ready = false;
  status.sources[0].state = SourceState::waiting;
  status.sources[0].message = "no such interface";
  node->set(status);
  const js::value problem = json("/readyz", 503);
  EXPECT_EQ(problem.at("reasons").at(0), "source can0 is waiting: no such interface");
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/healthz").body, "ok\n");
}

TEST_F(ApiTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(json("/nowhere", 404).at("title"), "Not Found");
  EXPECT_EQ(get("/api/status/").status, 404);
  EXPECT_EQ(get("/../etc/passwd").status, 404);
  const Response posted = get("/api/status", "POST");
  EXPECT_EQ(posted.status, 405);
  EXPECT_EQ(header(posted, "Allow"), "GET, HEAD");
  EXPECT_EQ(get("/api/live").status, 426);
}

TEST_F(ApiTest, AnswersOnLoopbackToNoForeignName) {
  auto request = parse_target("GET", "/api/status");
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[::1]x"}) {
    request->host = host;
    EXPECT_EQ(api.handle(*request).status, 403) << host;
  }
  for (const std::string host : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080"}) {
    request->host = host;
    EXPECT_EQ(api.handle(*request).status, 200) << host;
  }
  Api open(node, state, clock, "0.1.0", Access{});
  request->host = "car.local:8080";
  EXPECT_EQ(open.handle(*request).status, 200);
}

TEST_F(ApiTest, LetsNoPageOfAnotherOriginOpenTheLiveFeed) {
  auto request = parse_target("GET", "/api/live?interval=50ms&message=B*");
  request->host = "localhost:8080";
  request->origin = "http://evil.example";
  EXPECT_EQ(std::get<Response>(api.open_live(*request)).status, 403);
  request->origin = "http://localhost:8080";
  const auto opened = api.open_live(*request);
  ASSERT_TRUE(std::holds_alternative<LiveOptions>(opened));
  EXPECT_EQ(std::get<LiveOptions>(opened).interval, std::chrono::milliseconds(50));
  request->query[0].value = "1ms";
  EXPECT_EQ(std::get<Response>(api.open_live(*request)).status, 400);
}

TEST_F(ApiTest, ForbidsThePageToLoadAnythingFromElsewhere) {
  const Response page = get("/");
  EXPECT_NE(header(page, "Content-Security-Policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(get("/api/status"), "Cache-Control"), "no-store");
}

TEST_F(ApiTest, SendsThePageCompressedToThoseWhoTakeIt) {
  std::size_t bytes = 0;
  for (const Route& route : routes()) {
    if (!route.is_page) continue;
    auto request = parse_target("GET", route.path);
    request->host = "localhost:8080";
    const Response plain = api.handle(*request);
    request->takes_gzip = true;
    const Response packed = api.handle(*request);
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(packed, "Vary"), "Accept-Encoding");
    const std::vector<std::uint8_t> stream(packed.body.begin(), packed.body.end());
    EXPECT_EQ(unpacked(stream), plain.body);
    EXPECT_GT(plain.body.size(), 100U) << route.path;
    bytes += packed.body.size();
  }
  EXPECT_LT(bytes, 200'000U);
}

TEST_F(ApiTest, ThePageKeepsToItsOwnPolicy) {
  const std::string page = get("/").body;
  EXPECT_EQ(page.find(" style="), std::string::npos) << "the policy forbids inline style";
  EXPECT_EQ(page.find("<script>"), std::string::npos) << "and inline scripts";
  EXPECT_EQ(page.find("=\"/"), std::string::npos) << "it may be served below another path";
}

TEST(AcceptEncoding, NamesGzipOrDoesNot) {
  EXPECT_TRUE(takes_gzip("gzip, deflate, br"));
  EXPECT_TRUE(takes_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(takes_gzip("*"));
  EXPECT_FALSE(takes_gzip(""));
  EXPECT_FALSE(takes_gzip("identity, br"));
  EXPECT_FALSE(takes_gzip("gzip;q=0"));
  EXPECT_FALSE(takes_gzip("gzip; q=0.000"));
}

TEST_F(ApiTest, IsDescribedPathByPath) {
  const js::value document = json("/api/openapi.json");
  std::set<std::string> described, served;
  for (const auto& [path, item] : document.at("paths").as_object()) described.insert(std::string(path));
  for (const Route& route : routes()) {
    if (!route.is_page) served.insert(std::string(route.path));
  }
  EXPECT_EQ(described, served);
}

TEST_F(ApiTest, WritesMetricsThatPrometheusAccepts) {
  const Response metrics = get("/metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("cantrail_lane_records{lane=\"history\",fate=\"pending\"} 18\n"),
            std::string::npos);
  EXPECT_NE(metrics.body.find("node=\"leaf\\\"1\""), std::string::npos);
  if (std::system("promtool --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  const std::string path = testing::TempDir() + "cantrail_metrics.txt";
  std::ofstream(path) << metrics.body;
  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
  std::remove(path.c_str());
}

TEST(Target, IsDecodedOrRefused) {
  const auto request = parse_target("GET", "/a%20b?x=1%262&y=a+b&z");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->path, "/a b");
  EXPECT_EQ(request->query[0].value, "1&2");
  EXPECT_EQ(request->query[1].value, "a+b");
  EXPECT_EQ(request->query[2].name, "z");
  for (const std::string_view bad : {"", "x", "/%", "/%4", "/%zz", "/?a=%0", "/%00", "*", "http://x/"}) {
    EXPECT_FALSE(parse_target("GET", bad).ok()) << bad;
  }
}

TEST(ListenAddress, KnowsLoopbackAndRefusesNames) {
  EXPECT_TRUE(parse_listen_address("127.0.0.1:8080")->loopback);
  EXPECT_TRUE(parse_listen_address("[::1]:0")->loopback);
  EXPECT_TRUE(parse_listen_address("localhost:80")->loopback);
  EXPECT_FALSE(parse_listen_address("0.0.0.0:8080")->loopback);
  EXPECT_FALSE(parse_listen_address("[::]:8080")->loopback);
  for (const std::string_view bad :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "car:80", "[::1]"}) {
    EXPECT_FALSE(parse_listen_address(bad).ok()) << bad;
  }
}

TEST_F(ApiTest, GivesABlobByItsDigest) {
  node->set_blob(std::string("\0\xff<html>", 8));
  const std::string hex = to_hex(sha256(std::string_view("\0\xff<html>", 8)));
  const Response blob = get("/api/blobs/" + hex);
  EXPECT_EQ(blob.status, 200);
  EXPECT_EQ(blob.body, std::string_view("\0\xff<html>", 8));
  EXPECT_EQ(blob.content_type, "application/octet-stream") << "whatever a client sent, no browser runs it";
  EXPECT_EQ(header(blob, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(blob, "Cache-Control"), "max-age=31536000, immutable");
  EXPECT_EQ(get("/api/blobs/" + std::string(64, '0')).status, 404);
  EXPECT_EQ(json("/api/blobs/abc", 400).at("parameter"), "digest");
  EXPECT_EQ(get("/api/blobs/..%2f..%2f" + hex).status, 400);
  EXPECT_EQ(get("/api/blobs/" + hex + "?x=1").status, 400);
  EXPECT_TRUE(Api::may_take_long(*parse_target("GET", "/api/blobs/" + hex)));
}

}  // namespace
}  // namespace cantrail::server
