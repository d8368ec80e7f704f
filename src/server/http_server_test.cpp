// The server over real sockets, with clients that behave and clients that do not.
#include "server/http_server.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/fake_node.hpp"
#include "server/test_client.hpp"

namespace cantrail::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct HttpServerTest : testing::Test {
  HttpServerTest() { node->set(sample_status()); }

  void start(ServerLimits limits = {}, const std::string& listen = "127.0.0.1:0") {
    auto started = HttpServer::start({.listen = listen}, node, state, clock, log, "0.1.0", limits);
    ASSERT_TRUE(started.ok()) << started.fault().message;
    server = std::move(*started);
  }
  TestClient client() { return TestClient(server->port()); }
  bool answers() {
    TestClient one = client();
    one.get("/healthz");
    return one.response().ends_with("\r\n\r\nok\n");
  }

  SystemClock clock;
  QuietLog log;
  std::shared_ptr<FakeNode> node = std::make_shared<FakeNode>();
  std::shared_ptr<LiveState> state = std::make_shared<LiveState>();
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, WithoutDescriptorsIsAFaultAndNoException) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs descriptors itself: it looks at memory through a pipe";
#endif
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(STDIN_FILENO);
  ::close(next);
  for (rlim_t more = 0; more < 4; ++more) {  // epoll, its wake-up, its timer, the socket
    const rlimit limit{static_cast<rlim_t>(next) + more, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    const auto started =
        HttpServer::start({.listen = "127.0.0.1:0"}, node, state, clock, log, "0.1.0", ServerLimits{});
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    if (started.ok()) continue;  // did without
    EXPECT_EQ(started.fault().kind, FaultKind::exhausted) << started.fault().message;
    EXPECT_NE(started.fault().message.find("(ulimit -n)"), std::string::npos) << started.fault().message;
  }
  start();
  EXPECT_TRUE(answers());
}

bool has_status(const std::string& response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST_F(HttpServerTest, AnswersManyRequestsOnOneConnection) {
  start();
  TestClient one = client();
  for (int i = 0; i < 3; ++i) {
    one.get("/api/status");
    const std::string response = one.response();
    EXPECT_TRUE(has_status(response, 200));
    EXPECT_NE(response.find("Connection: keep-alive"), std::string::npos);
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  TestClient one = client();
  const std::string host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  one.send("GET /healthz" + host + "GET /nowhere" + host + "HEAD /healthz" + host + "GET /readyz" + host);
  EXPECT_TRUE(has_status(one.response(), 200));
  EXPECT_TRUE(has_status(one.response(), 404));
  const std::string head = one.response(false);
  EXPECT_TRUE(has_status(head, 200));
  EXPECT_NE(head.find("Content-Length: 3"), std::string::npos);
  EXPECT_TRUE(has_status(one.response(), 200));
}

TEST_F(HttpServerTest, ClosesWhenTheClientAsksTo) {
  start();
  TestClient one = client();
  one.get("/healthz", "Connection: close\r\n");
  EXPECT_TRUE(has_status(one.response(), 200));
  EXPECT_TRUE(one.wait_for_close());
}

TEST_F(HttpServerTest, RefusesOversizedHeadersAndBodies) {
  start();
  TestClient fat = client();
  fat.get("/healthz", "X-Fat: " + std::string(9000, 'x') + "\r\n");
  EXPECT_TRUE(has_status(fat.response(), 431));
  EXPECT_TRUE(fat.wait_for_close());
  TestClient body = client();
  body.get("/healthz", "Content-Length: 5\r\n");
  EXPECT_TRUE(has_status(body.response(), 413));
  TestClient posted = client();
  posted.send("POST /api/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(has_status(posted.response(), 405));
  TestClient huge = client();
  huge.send("POST /api/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_TRUE(has_status(huge.response(), 413));
  EXPECT_TRUE(answers());
}

TEST_F(HttpServerTest, RefusesWhatIsNoHttp) {
  start();
  TestClient noise = client();
  noise.send("\x16\x03\x01\x02 hello\r\n\r\n");
  EXPECT_TRUE(has_status(noise.response(), 400));
  EXPECT_TRUE(noise.wait_for_close());
  TestClient relative = client();
  relative.send("GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(has_status(relative.response(), 400));
}

TEST_F(HttpServerTest, AnswersToNoForeignHostName) {
  start();
  TestClient one = client();
  one.send("GET /api/status HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_TRUE(has_status(one.response(), 403));
}

TEST_F(HttpServerTest, ClosesIdleAndDawdlingConnections) {
  start({.idle = milliseconds(200)});
  TestClient idle = client(), dawdling = client();
  dawdling.send("GET /hea");
  EXPECT_TRUE(dawdling.wait_for_close());
  EXPECT_TRUE(idle.wait_for_close());
}

TEST_F(HttpServerTest, TellsConnectionsBeyondTheLimitAndGoesOn) {
  start();
  std::vector<TestClient> crowd;
  for (int i = 0; i < 300; ++i) crowd.push_back(client());
  int served = 0, refused = 0;
  for (TestClient& one : crowd) {
    one.get("/healthz");
    const std::string response = one.response();
    served += has_status(response, 200);
    refused += has_status(response, 503);
  }
  EXPECT_EQ(served, 256);
  EXPECT_EQ(refused, 44);
  crowd.clear();
  const auto deadline = steady_clock::now() + std::chrono::seconds(5);
  while (!answers() && steady_clock::now() < deadline) std::this_thread::sleep_for(milliseconds(20));
  EXPECT_TRUE(answers());
}

TEST_F(HttpServerTest, ASlowHistoryHoldsUpNobody) {
  auto history = std::make_shared<FakeHistory>();
  history->delay = milliseconds(600);
  node->set_history(history);
  start();
  TestClient patient = client();
  patient.get("/api/state/history");
  const auto began = steady_clock::now();
  EXPECT_TRUE(answers());
  EXPECT_LT(steady_clock::now() - began, milliseconds(400));
  EXPECT_TRUE(has_status(patient.response(), 200));
}

// As one does while the configuration is reloaded.
TEST_F(HttpServerTest, ATriggerThatWaitsHoldsUpNobody) {
  std::promise<void> reached, over;
  node->set_before_trigger([&] {
    reached.set_value();
    over.get_future().wait();
  });
  start();
  TestClient patient = client();
  patient.send("POST /api/trigger?name=door HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  reached.get_future().wait();
  EXPECT_TRUE(answers());
  over.set_value();
  EXPECT_TRUE(has_status(patient.response(), 200));
}

TEST_F(HttpServerTest, RefusesMoreQuestionsToTheHistoryThanItCanHold) {
  auto history = std::make_shared<FakeHistory>();
  history->delay = milliseconds(200);
  node->set_history(history);
  start({.history_requests = 3});
  std::vector<TestClient> crowd;
  for (int i = 0; i < 6; ++i) {
    crowd.push_back(client());
    crowd.back().get("/api/state/history");
  }
  int served = 0, refused = 0;
  for (TestClient& one : crowd) {
    const std::string response = one.response();
    served += has_status(response, 200);
    refused += has_status(response, 503);
  }
  EXPECT_GE(served, 3);
  EXPECT_GE(refused, 1);
  EXPECT_EQ(served + refused, 6);
}

TEST_F(HttpServerTest, AClientThatDoesNotReadItsAnswerIsLetGo) {
  auto history = std::make_shared<FakeHistory>();
  const std::string value = "{\"x\":\"" + std::string(1000, 'x') + "\"}";
  for (int i = 0; i < 10'000; ++i) history->stored.push_back({{i}, "can0", 1, "Big", {}, value, "{}", ""});
  node->set_history(history);
  start({.idle = milliseconds(300)});
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  TestClient lazy(server->port(), 4096);
  lazy.get("/api/state/history?limit=10000");
  ASSERT_TRUE(lazy.has_something(std::chrono::seconds(30)));
  const auto patience = steady_clock::now() + std::chrono::seconds(20);
  while (descriptors() > before + 1 && steady_clock::now() < patience) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(descriptors(), before + 1) << "the client's own; that of the server is closed";
  EXPECT_TRUE(answers());
  EXPECT_EQ(lazy.response(), "") << "cut off before its end";
}

TEST_F(HttpServerTest, StopsInTheMiddleOfEverything) {
  auto history = std::make_shared<FakeHistory>();
  history->delay = milliseconds(100);
  node->set_history(history);
  start();
  TestClient waiting = client(), idle = client(), live = client();
  EXPECT_TRUE(live.open_live());
  waiting.get("/api/state/history");
  std::this_thread::sleep_for(milliseconds(20));
  server->stop();
  EXPECT_TRUE(waiting.wait_for_close());
  EXPECT_TRUE(idle.wait_for_close());
  EXPECT_TRUE(live.wait_for_close());
  server->stop();
}

TEST_F(HttpServerTest, ABusyPortIsAFaultThatSaysWhatToDo) {
  start();
  const std::string listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = HttpServer::start({.listen = listen}, node, state, clock, log, "0.1.0");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.fault().kind, FaultKind::config);
  EXPECT_EQ(second.fault().message,
            "cannot listen on " + listen +
                ": Address already in use; choose another with [server] listen = …, or stop the "
                "other program");
}

TEST_F(HttpServerTest, CanBeAskedWhetherItWouldStart) {
  start();
  const std::string taken = "127.0.0.1:" + std::to_string(server->port());
  EXPECT_EQ(HttpServer::would_start({.listen = taken}).fault().kind, FaultKind::config);
  server->stop();
  EXPECT_TRUE(HttpServer::would_start({.listen = taken}).ok());
  EXPECT_TRUE(HttpServer::would_start({.listen = taken}).ok()) << "it does not stay";
}

TEST_F(HttpServerTest, WarnsWhenOthersCanRead) {
  start();
  EXPECT_TRUE(log.messages().empty());
  start({}, "0.0.0.0:0");
  ASSERT_EQ(log.messages().size(), 1U);
  EXPECT_NE(log.messages()[0].find("everyone on the network"), std::string::npos);
}

TEST_F(HttpServerTest, LiveSendsASnapshotThenChangesAndTheStatus) {
  state->update("can0:Battery", sample_row("Battery", "{\"Voltage\":1}"));
  start();
  TestClient live = client();
  ASSERT_TRUE(live.open_live("?interval=20ms&message=Bat*"));
  const auto snapshot = live.live_message();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(boost::json::parse(*snapshot).at("type"), "snapshot");
  EXPECT_EQ(boost::json::parse(*snapshot).at("rows").at(0).at("signals").at("Voltage"), 1);
  bool saw_status = false;
  for (int value = 2; value < 5; ++value) {
    state->update("can0:Motor", sample_row("Motor", "{}"));
    state->update("can0:Battery", sample_row("Battery", "{\"Voltage\":" + std::to_string(value) + "}"));
    for (;;) {
      const auto message = live.live_message();
      ASSERT_TRUE(message);
      const boost::json::value json = boost::json::parse(*message);
      if (json.at("type") == "status") {
        saw_status = json.at("status").at("balances").as_bool();
        continue;
      }
      ASSERT_EQ(json.at("rows").as_array().size(), 1U) << "Motor is not asked for";
      EXPECT_EQ(json.at("rows").at(0).at("signals").at("Voltage"), value);
      break;
    }
  }
  EXPECT_TRUE(saw_status);
}

TEST_F(HttpServerTest, RefusesALiveRequestThatIsWrong) {
  start();
  TestClient live = client();
  EXPECT_FALSE(live.open_live("?interval=fast"));
  TestClient elsewhere = client();
  elsewhere.get("/healthz", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
  EXPECT_TRUE(has_status(elsewhere.response(), 404));
}

// The stalled client's frames are never made; the other gets every value in time; the stalled one is let go.
TEST_F(HttpServerTest, AClientThatStopsReadingHoldsUpNobodyAndIsLetGo) {
  for (int i = 0; i < 500; ++i) {
    state->update(std::to_string(i),
                  sample_row("M" + std::to_string(i), "{\"x\":\"" + std::string(1000, 'x') + "\"}"));
  }
  start({.stalled = milliseconds(600)});
  TestClient stalled(server->port(), 4096);
  ASSERT_TRUE(stalled.open_live("?interval=20ms"));
  TestClient good = client();
  ASSERT_TRUE(good.open_live("?interval=20ms&message=Clock"));
  const auto began = steady_clock::now();
  auto slowest = steady_clock::duration::zero();
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 500; j += 50) {
      state->update(std::to_string(j),
                    sample_row("M" + std::to_string(j), "{\"x\":\"" + std::string(1000, 'y') + "\"}"));
    }
    const auto sent = steady_clock::now();
    const std::string value = "\"t\":" + std::to_string(i) + "}";
    state->update("clock", sample_row("Clock", "{" + value));
    for (;;) {
      const auto message = good.live_message();
      ASSERT_TRUE(message);
      if (message->find(value) != std::string::npos) break;
    }
    slowest = std::max(slowest, steady_clock::now() - sent);
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_LT(slowest, milliseconds(500));
  EXPECT_TRUE(answers());
  std::this_thread::sleep_until(began + milliseconds(2500));
  std::size_t messages = 0;
  while (stalled.live_message()) ++messages;
  EXPECT_LE(messages, 2U);
  EXPECT_TRUE(stalled.wait_for_close());
}

}  // namespace
}  // namespace cantrail::server
