// What a client of /api/live says, and what it gets for it.
#include "server/live_client.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/fake_node.hpp"

namespace cantrail::server {
namespace {

namespace js = boost::json;
using std::chrono::milliseconds;

struct LiveClientTest : testing::Test {
  LiveClientTest() {
    show("Battery", R"({"Voltage":360.0,"Current":1})");
    show("Motor", R"({"Rpm":5})");
  }
  void show(const std::string& message, const std::string& signals) {
    LatestRow row = sample_row(message, signals);
    row.labels = R"({"Voltage":"HIGH"})";
    row.units = units;
    state.update("can0:" + message, row);
  }
  js::value answer() {
    const auto text = client.next_answer();
    return text ? js::parse(*text) : js::value();
  }
  js::value say(std::string_view text) {
    client.hear(text, now.mono);
    return answer();
  }
  js::value rows() {
    const auto text = client.next_rows(now);
    return text ? js::parse(*text) : js::value();
  }
  void wait(Duration time) { now = {now.mono + time, now.wall + time}; }

  std::shared_ptr<const std::string> units = std::make_shared<const std::string>(R"({"Voltage":"V"})");
  LiveState state;
  ClockPair now{{1'000'000'000}, {1'700'000'000'000'000'000}};
  LiveClient client{state, {}, now.mono};
};

TEST_F(LiveClientTest, BeginsWithTheFeedOfItsUrl) {
  const js::value first = rows();
  EXPECT_EQ(first.at("type"), "snapshot");
  EXPECT_FALSE(first.as_object().contains("id"));
  EXPECT_EQ(first.at("rows").as_array().size(), 2U);
  EXPECT_TRUE(rows().is_null());
  wait(milliseconds(200));
  show("Motor", R"({"Rpm":6})");
  EXPECT_EQ(rows().at("type"), "changes");
}

TEST_F(LiveClientTest, ASubscriptionIsConfirmedThenShownThenKeptUpToDate) {
  rows();
  const js::value said = say(R"({"subscribe":["Battery.Volt*"],"interval":"50ms","id":"a\"b"})");
  EXPECT_EQ(said.at("type"), "subscribed");
  EXPECT_EQ(said.at("id"), "a\"b");
  EXPECT_EQ(said.at("interval"), "50ms");
  EXPECT_EQ(said.at("subscribe").at(0), "Battery.Volt*");
  const js::value first = rows();
  EXPECT_EQ(first.at("type"), "snapshot");
  EXPECT_EQ(first.at("id"), "a\"b");
  ASSERT_EQ(first.at("rows").as_array().size(), 1U) << "the URL's feed has ended";
  EXPECT_EQ(js::serialize(first.at("rows").at(0).at("signals")), R"({"Voltage":3.6E2})");
  EXPECT_EQ(js::serialize(first.at("rows").at(0).at("units")), R"({"Voltage":"V"})");
  show("Battery", R"({"Voltage":361,"Current":1})");
  show("Motor", "{}");
  EXPECT_TRUE(rows().is_null()) << "not before the interval is over";
  wait(milliseconds(50));
  const js::value changes = rows();
  EXPECT_EQ(changes.at("type"), "changes");
  ASSERT_EQ(changes.at("rows").as_array().size(), 1U);
  EXPECT_FALSE(changes.at("rows").at(0).as_object().contains("units")) << "known already";
  show("Battery", R"({"Current":2})");
  wait(milliseconds(50));
  EXPECT_TRUE(rows().is_null()) << "the signal asked for is not in it";
}

TEST_F(LiveClientTest, SeveralSubscriptionsGoTheirOwnWays) {
  say(R"({"subscribe":"Battery","interval":"20ms","id":1})");
  say(R"({"subscribe":"can0:Mot*","interval":"1s","id":2})");
  EXPECT_EQ(rows().at("id"), 1);
  EXPECT_EQ(rows().at("id"), 2);
  show("Battery", "{}");
  show("Motor", "{}");
  wait(milliseconds(20));
  EXPECT_EQ(rows().at("id"), 1);
  EXPECT_TRUE(rows().is_null());
  EXPECT_EQ(say(R"({"unsubscribe":1})").at("type"), "unsubscribed");
  wait(std::chrono::seconds(1));
  EXPECT_EQ(rows().at("id"), 2);
  EXPECT_TRUE(rows().is_null());
  say(R"({"unsubscribe":2})");
  EXPECT_GT(client.due(), now.mono + std::chrono::hours(1)) << "nothing is left to send";
}

TEST_F(LiveClientTest, TheSameIdAgainReplacesTheSubscription) {
  say(R"({"subscribe":"Battery","id":1})");
  say(R"({"subscribe":"Motor","id":1})");
  EXPECT_EQ(rows().at("rows").at(0).at("message"), "Motor");
  EXPECT_TRUE(rows().is_null());
}

TEST_F(LiveClientTest, MistakesAreToldAndEndNothing) {
  rows();
  for (const std::string_view wrong :
       {"", "x", "[]", "7", "{}", R"({"subscribe":[]})", R"({"subscribe":[1]})", R"({"subscribe":""})",
        R"({"subscribe":["a"],"interval":"1ms"})", R"({"subscribe":["a"],"interval":5})",
        R"({"subscribe":["a"],"id":[]})", R"({"subscribe":["a"],"intervall":"1s"})", R"({"unsubscribe":9})",
        R"({"unsubscribe":{}})", "[[[[[[[[[[[[[[[[[[[[", "{\"ping\":\"\xff\"}"}) {
    const js::value told = say(wrong);
    EXPECT_EQ(told.at("type"), "error") << wrong;
    EXPECT_NE(told.at("detail").as_string(), "") << wrong;
  }
  EXPECT_EQ(say(R"({"subscribe":[1],"id":5})").at("id"), 5);
  EXPECT_EQ(say("{\"subscribe\":\"" + std::string(201, 'x') + "\"}").at("type"), "error");
  wait(milliseconds(200));
  show("Motor", "{}");
  EXPECT_EQ(rows().at("type"), "changes") << "the URL's feed is still there";
}

TEST_F(LiveClientTest, APingComesBackAsItWas) {
  EXPECT_EQ(js::serialize(say(R"({"ping":{"t":[1,null]}})").at("ping")), R"({"t":[1,null]})");
  EXPECT_EQ(say(R"({"ping":[1e999]})").at("type"), "error");  // JSON has no infinity to say it with
  EXPECT_EQ(say("{\"ping\":\"" + std::string(300, 'x') + "\"}").at("type"), "error");
}

TEST_F(LiveClientTest, SubscriptionsAndWaitingAnswersAreBounded) {
  for (std::size_t i = 0; i < LiveClient::kMostSubscriptions; ++i) {
    EXPECT_EQ(say("{\"subscribe\":\"x\",\"id\":" + std::to_string(i) + "}").at("type"), "subscribed");
  }
  EXPECT_EQ(say(R"({"subscribe":"x","id":"more"})").at("type"), "error");
  EXPECT_EQ(say(R"({"subscribe":"y","id":0})").at("type"), "subscribed") << "in the place of another";
  while (!client.is_full()) client.hear(R"({"ping":1})", now.mono);
  std::size_t answers = 0;
  while (client.next_answer()) ++answers;
  EXPECT_EQ(answers, LiveClient::kMostAnswers);
}

TEST(LivePattern, TheSignalBeginsBehindTheLastDotAfterTheChannel) {
  const auto parts = [](std::string_view text) {
    const LivePattern pattern = parse_live_pattern(text);
    return pattern.row + " " + pattern.signal;
  };
  EXPECT_EQ(parts("Battery"), "Battery ");
  EXPECT_EQ(parts("Battery.*"), "Battery ");
  EXPECT_EQ(parts("can0:Battery.V?"), "can0:Battery V?");
  EXPECT_EQ(parts("eth0.5:Battery"), "eth0.5:Battery ");
  EXPECT_EQ(parts("eth0.5:Battery.Soc"), "eth0.5:Battery Soc");
}

TEST(CutJson, KeepsMembersByNameAndWhateverTheyHold) {
  const std::string_view object = R"({"a":1,"b\"\u0041":"x,}\"","c":{"d":[1,2]},"e":null})";
  EXPECT_EQ(cut_json(object, {"a", "e"}), R"({"a":1,"e":null})");
  EXPECT_EQ(cut_json(object, {"b\"A"}), R"({"b\"\u0041":"x,}\""})");
  EXPECT_EQ(cut_json(object, {"c"}), R"({"c":{"d":[1,2]}})");
  EXPECT_EQ(cut_json(object, {"d"}), "{}");
  EXPECT_EQ(cut_json("{}", {"*"}), "{}");
}

}  // namespace
}  // namespace cantrail::server
