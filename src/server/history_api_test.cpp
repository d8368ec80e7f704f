// The API as a function: what has been, as histories, recordings and blobs have it.
#include "server/api_fixture.hpp"

namespace cantrail::server {
namespace {

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

TEST_F(ApiTest, GivesASeriesTheGapsOfItsSourceAndOfNoSource) {
  auto catalog = std::make_shared<Catalog>();
  catalog->sources = {{"car", "cannelloni"}, {"truck", "cannelloni"}};
  catalog->channels = {{"can0", 0, {}}, {"can7", 1, {}}};
  node->set_catalog(std::move(catalog));
  const auto history = with_history();
  history->known_signals = {{"can0", "VehicleSpeed", "kmh", "km/h"}};
  for (const char* where : {"can0", "car", "truck", "can7", "journal"}) {
    history->known_gaps.push_back({{1}, {2}, GapReason::downtime, where, std::nullopt, 0});
  }
  std::vector<std::string> told;
  const js::value answer = json("/api/series?signal=VehicleSpeed.kmh");
  for (const auto& gap : answer.at("gaps").as_array()) {
    told.emplace_back(gap.at("where").as_string());
  }
  EXPECT_EQ(told, (std::vector<std::string>{"can0", "car", "journal"}));
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

TEST_F(ApiTest, PassesOnWhyTheHistoryDoesNotAnswer) {
  with_history()->fault = Fault{FaultKind::unavailable, "database is locked"};
  EXPECT_EQ(get("/api/state/history").status, 503);
  EXPECT_NE(get("/api/state/history").body.find("database is locked"), std::string::npos);
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
