// For looking at the page while working on it: a made-up car on http://127.0.0.1:PORT until it is stopped.
//   server_preview [PORT]
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <thread>

#include "encode/json_writer.hpp"
#include "server/fake_node.hpp"
#include "server/http_server.hpp"

namespace {

using namespace cantrail;          // NOLINT(google-build-using-namespace): a program of one file
using namespace cantrail::server;  // NOLINT(google-build-using-namespace)

volatile std::sig_atomic_t stopped = 0;

std::string signals_at(int message, double t) {
  std::string out;
  encode::JsonWriter json(out);
  json.begin_object();
  if (message == 0) {
    json.key("Speed");
    json.number(std::round(100 * (60 + 30 * std::sin(t / 40) + 3 * std::sin(t))) / 100);
    json.key("Odometer");
    json.integer(84213);
  } else if (message == 1) {
    json.key("Voltage");
    json.number(std::round(10 * (360 + 8 * std::sin(t / 60))) / 10);
    json.key("Current");
    json.number(std::round(10 * 80 * std::sin(t / 11)) / 10);
    json.key("StateOfCharge");
    json.number(62.5);
    json.key("ChargeState");
    json.integer(2);
  } else if (message == 2) {
    json.key("MotorTemp");
    json.integer(std::lround(58 + 4 * std::sin(t / 80)));
    json.key("InverterTemperatureOfTheHottestModule");
    json.number(41.25);
  } else if (message == 4) {
    json.key("MainsVoltage");
    json.number(231.5);
  } else {
    json.key("<img src=x onerror=alert(1)>");
    json.number(1.5);
    json.key("__proto__");
    json.integer(1);
  }
  json.end_object();
  return out;
}

constexpr const char* kMessages[] = {"VehicleSpeed", "Battery", "Temperatures", "<b>Hostile</b>", "Charger"};

LatestRow row_at(int message, double t, const Clock& clock) {
  LatestRow row = sample_row(kMessages[message], signals_at(message, t));
  row.id = 0x1D4U + static_cast<std::uint32_t>(message) * 16U;
  row.time = clock.wall();
  row.seen = clock.mono();
  if (message == 1) row.labels = R"({"ChargeState":"DRIVE"})";
  row.units = std::make_shared<const std::string>(
      R"({"Speed":"km/h","Odometer":"km","Voltage":"V","Current":"A","StateOfCharge":"%","MotorTemp":"°C",)"
      R"("InverterTemperatureOfTheHottestModule":"°C"})");
  return row;
}

NodeStatus status_at(const Clock& clock, const ClockPair& started, std::uint64_t n) {
  NodeStatus status = sample_status();
  status.node = "leaf-01";
  status.now = clock.pair();
  status.started = started;
  status.received = status.lanes[0].ledger.received = status.lanes[1].ledger.received = 2'481'304 + n;
  status.lanes[0].ledger = {
      .received = 2'481'304 + n, .delivered = 1'842'000 + n, .undecoded = 1'304, .superseded = 638'000};
  status.lanes[1].ledger = {
      .received = 2'481'304 + n, .delivered = 2'481'272 + n, .dropped = 14, .pending = 18};
  LaneStatus cloud = status.lanes[1];
  cloud.name = "cloud";
  cloud.type = "influx";
  cloud.state = LaneState::backing_off;
  cloud.message = "connection refused";
  cloud.ledger = {.received = 2'481'304 + n, .delivered = 1'200'000, .pending = 1'281'304 + n};
  status.lanes.push_back(cloud);
  status.gaps.recent[0].from = started.wall - std::chrono::seconds(200);
  status.gaps.recent[0].to = started.wall - std::chrono::seconds(170);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  SystemClock clock;
  QuietLog log;
  const auto node = std::make_shared<FakeNode>();
  const auto state = std::make_shared<LiveState>();
  const auto history = std::make_shared<FakeHistory>();
  const ClockPair started = clock.pair();
  for (int second = -600; second < 0; ++second) {
    if (second > -200 && second < -170) continue;
    for (int message = 0; message < 2; ++message) {
      history->stored.push_back({started.wall + std::chrono::seconds(second),
                                 "can0",
                                 1,
                                 kMessages[message],
                                 {},
                                 signals_at(message, second),
                                 "{}",
                                 ""});
    }
  }
  node->set_history(history);
  node->set(status_at(clock, started, 0));
  LatestRow old = row_at(4, 0, clock);
  old.stale = true;
  old.seen.reset();
  old.time = old.time - std::chrono::minutes(42);
  state->update("can0:Charger", old);
  auto server = HttpServer::start({.listen = "127.0.0.1:" + std::string(argc > 1 ? argv[1] : "8099")}, node,
                                  state, clock, log, "0.1.0");
  if (!server) {
    std::fprintf(stderr, "%s\n", server.fault().message.c_str());
    return 1;
  }
  std::printf("%s\n", (*server)->url().c_str());
  std::fflush(stdout);
  std::signal(SIGTERM, [](int) { stopped = 1; });
  for (std::uint64_t n = 0; stopped == 0; ++n) {
    const double t = std::chrono::duration<double>(clock.mono() - started.mono).count();
    for (int message = 0; message < 4; ++message) {
      state->update(std::string("can0:") + kMessages[message], row_at(message, t, clock));
    }
    if (n % 20 == 0) node->set(status_at(clock, started, n * 64));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}
