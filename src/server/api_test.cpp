// The API as a function: answers of what is now, refusals, and what they say.
#include <array>
#include <fstream>
#include <set>

#include "encode/sample_catalog.hpp"
#include "server/api_fixture.hpp"
#include "server/listen_address.hpp"

namespace cantrail::server {
namespace {

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
  EXPECT_EQ(js::serialize(answer.at("lanes").at(1).at("check")),
            R"({"ended":true,"checked_bytes":4096,"damage":"history.db is damaged"})");
  EXPECT_FALSE(answer.at("lanes").at(0).as_object().contains("check")) << "nothing is stored there";
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

}  // namespace
}  // namespace cantrail::server
