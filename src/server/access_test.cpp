// From where the server may be asked, and how often.
#include "server/access.hpp"

#include <gtest/gtest.h>

#include "server/api_fixture.hpp"
#include "server/request_rate.hpp"

namespace cantrail::server {
namespace {

TEST(Access, OnLoopbackOnlyListedNamesAreAnsweredTo) {
  const Access access{.loopback_only = true, .hosts = {"Car.example.org", "box:8443"}};
  for (const char* good :
       {"localhost:8080", "127.0.0.1", "[::1]:80", "car.example.org", "CAR.EXAMPLE.ORG:443", "box:8443"}) {
    EXPECT_TRUE(access.takes_host(good)) << good;
  }
  for (const char* bad : {"", "evil.example", "box", "box:80", "car.example.org.evil", "xcar.example.org"}) {
    EXPECT_FALSE(access.takes_host(bad)) << bad;
  }
}

TEST(Access, OnTheNetworkAnyNameIsTakenUntilSomeAreListed) {
  EXPECT_TRUE(Access{}.takes_host("anything"));
  EXPECT_FALSE(Access{.hosts = {"car"}}.takes_host("anything"));
}

TEST(Access, OnlyListedOriginsAreAllowedAndToldSo) {
  const Access access{.cors = {"https://car.example.org"}};
  Response response;
  access.allow_origin(response, "https://car.example.org");
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://car.example.org");
  EXPECT_EQ(header(response, "Vary"), "Origin");
  for (const char* bad :
       {"https://evil.example", "http://car.example.org", "https://car.example.org:444", "", "null"}) {
    Response other;
    access.allow_origin(other, bad);
    EXPECT_EQ(header(other, "Access-Control-Allow-Origin"), "") << bad;
    EXPECT_EQ(header(other, "Vary"), "Origin") << bad;
  }
  Response none;
  Access{}.allow_origin(none, "https://car.example.org");
  EXPECT_TRUE(none.headers.empty());
  Response all;
  Access{.cors = {"*"}}.allow_origin(all, "");
  EXPECT_EQ(header(all, "Access-Control-Allow-Origin"), "*");
}

TEST(Access, ALiveFeedOpensForItsOwnOriginAndListedOnes) {
  const Access access{.cors = {"https://car.example.org"}};
  EXPECT_TRUE(access.takes_origin("", "localhost"));
  EXPECT_TRUE(access.takes_origin("http://localhost:8080", "localhost:8080"));
  EXPECT_TRUE(access.takes_origin("https://car.example.org", "localhost:8080"));
  EXPECT_FALSE(access.takes_origin("https://evil.example", "localhost:8080"));
  EXPECT_TRUE(Access{.cors = {"*"}}.takes_origin("https://evil.example", "localhost:8080"));
}

TEST(Access, ABrowsersQuestionIsAnsweredForListedOriginsOnly) {
  Request request;
  request.method = "OPTIONS";
  request.path = "/api/status";
  request.origin = "https://car.example.org";
  EXPECT_FALSE(Access{}.preflight(request));
  const auto answer = Access{.cors = {"https://car.example.org"}}.preflight(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(header(*answer, "Access-Control-Allow-Methods"), "GET, HEAD");
  request.origin = "https://evil.example";
  EXPECT_FALSE(Access{.cors = {"https://car.example.org"}}.preflight(request));
}

TEST(Access, TakesOffTheBasePathWhereItIs) {
  const Access access{.base_path = "/a/car7"};
  const auto entered = [&](std::string_view target) {
    auto request = parse_target("GET", target);
    EXPECT_TRUE(request.ok());
    const auto answer = access.enter(*request);
    if (answer) return std::to_string(answer->status) + " " + header(*answer, "Location");
    std::string text = request->path + " ";
    for (const std::string& segment : request->segments) text += "/" + segment;
    return text;
  };
  EXPECT_EQ(entered("/a/car7/api/status?x=1"), "/api/status /api/status");
  EXPECT_EQ(entered("/a/car7/"), "/ /");
  EXPECT_EQ(entered("/a/car7"), "308 /a/car7/");
  EXPECT_EQ(entered("/api/status"), "/api/status /api/status") << "the proxy took it off";
  EXPECT_EQ(entered("/a/car77/api"), "/a/car77/api /a/car77/api");
}

TEST(Access, WhatIsNoOriginHostOrPathIsSaidSo) {
  for (const char* good : {"*", "https://car.example.org", "http://127.0.0.1:8080", "app://x"}) {
    EXPECT_EQ(problem_of_origin(good), "") << good;
  }
  for (const char* bad :
       {"", "car.example.org", "https://", "https://car/", "https://*.example.org", "https://a b"}) {
    EXPECT_NE(problem_of_origin(bad), "") << bad;
  }
  EXPECT_EQ(problem_of_host("car.example.org:8443"), "");
  for (const char* bad : {"", "https://car", "a b", "*"}) EXPECT_NE(problem_of_host(bad), "") << bad;
  for (const char* good : {"", "/car7", "/a/b_c-d.e~f"}) EXPECT_EQ(problem_of_base_path(good), "") << good;
  for (const char* bad : {"/", "car7", "/car7/", "//x", "/a//b", "/../x", "/a b", "/a?b"}) {
    EXPECT_NE(problem_of_base_path(bad), "") << bad;
  }
}

TEST(RequestRate, GivesASecondsWorthAtOnceAndThenOneByOne) {
  RequestRate rate(4);
  MonoTime now{};
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(rate.take("a", now));
  const auto wait = rate.take("a", now);
  ASSERT_TRUE(wait);
  EXPECT_NEAR(static_cast<double>(wait->count()), 250e6, 1e3);
  EXPECT_FALSE(rate.take("b", now)) << "another address has its own";
  now = now + std::chrono::milliseconds(251);
  EXPECT_FALSE(rate.take("a", now));
  EXPECT_TRUE(rate.take("a", now));
  now = now + std::chrono::hours(1);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(rate.take("a", now));
  EXPECT_TRUE(rate.take("a", now)) << "an hour of silence does not save up";
}

TEST(RequestRate, ForgetsTheAddressThatAskedLongestAgo) {
  RequestRate rate(1, 2);
  EXPECT_FALSE(rate.take("a", {}));
  EXPECT_FALSE(rate.take("b", {}));
  EXPECT_FALSE(rate.take("c", {}));  // a is forgotten
  EXPECT_TRUE(rate.take("b", {}));
  EXPECT_FALSE(rate.take("a", {}));
  RequestRate none(0);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(none.take("a", {}));
}

}  // namespace
}  // namespace cantrail::server
