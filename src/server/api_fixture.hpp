// For tests: the API as a function, of a node that is none.
#pragma once

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/api.hpp"
#include "server/fake_node.hpp"
#include "server/routes.hpp"

namespace cantrail::server {

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

inline std::string header(const Response& response, std::string_view name) {
  for (const Header& field : response.headers) {
    if (field.name == name) return field.value;
  }
  return "";
}

inline HistoryRow stored(std::int64_t ns, std::string signals) {
  return {{ns}, "can0", 498, "Battery", {1, 2}, std::move(signals), "{}", "3/1/0"};
}

}  // namespace cantrail::server
