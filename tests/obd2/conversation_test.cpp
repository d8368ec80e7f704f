#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "obd2/bench.hpp"
#include "sources/simulate/car_model.hpp"

namespace cantrail::obd2 {
namespace {

using namespace std::chrono_literals;

std::set<std::string> texts(const std::vector<Row>& rows, const std::string& stream, const std::string& key,
                            double value) {
  std::set<std::string> found;
  for (const Row& row : rows) {
    const auto number = row.numbers.find(key);
    if (row.stream == stream && number != row.numbers.end() && number->second == value)
      found.insert(row.text);
  }
  return found;
}

std::vector<std::pair<WallTime, double>> series(const std::vector<Row>& rows, const std::string& stream,
                                                const std::string& signal) {
  std::vector<std::pair<WallTime, double>> values;
  for (const Row& row : rows) {
    const auto number = row.numbers.find(signal);
    if (row.stream == stream && number != row.numbers.end()) values.emplace_back(row.time, number->second);
  }
  return values;
}

// No window of any length has more requests than the rate allows: neither has any gap between two.
void expect_bounded(const std::vector<MonoTime>& requests, double most_per_second) {
  for (std::size_t i = 1; i < requests.size(); ++i) {
    ASSERT_GE((requests[i] - requests[i - 1]).count(), static_cast<std::int64_t>(1e9 / most_per_second)) << i;
  }
}

std::size_t sent_between(const std::vector<MonoTime>& requests, MonoTime from, MonoTime to) {
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(), [&](MonoTime at) { return from <= at && at < to; }));
}

TEST(Obd2Conversation, FindsWhatACarIsAndWhatIsWrongWithIt) {
  for (const Width width : {Width::bits11, Width::bits29}) {
    Bench bench(Bench::defaults(), width);
    bench.run(60s);
    const bool short_ids = width == Width::bits11;
    EXPECT_EQ(
        bench.news.substr(0, bench.news.find(':')),
        short_ids ? "2 control units (7E8, 7E9), 27 PIDs" : "2 control units (18DAF110, 18DAF118), 27 PIDs");
    const auto rows = bench.decode();
    EXPECT_EQ(texts(rows, "VehicleIdentification", "kind", 2), std::set<std::string>{"WVWZZZ1KZ6W123456"});
    EXPECT_EQ(texts(rows, "VehicleIdentification", "kind", 4),
              (std::set<std::string>{"06F906056BK 4711", "02E300052Q 1207"}));
    EXPECT_EQ(texts(rows, "VehicleIdentification", "kind", 10),
              (std::set<std::string>{"ECM-EngineControl", "TCM-TransmisCtrl"}));
    EXPECT_EQ(texts(rows, "TroubleCodes", "ecu", short_ids ? 0x7E8 : 0x18DAF110),
              (std::set<std::string>{"P0171", "P0302", "P0420"}));
    EXPECT_EQ(texts(rows, "TroubleCodes", "ecu", short_ids ? 0x7E9 : 0x18DAF118),
              std::set<std::string>{"P0741"});
    const std::string engine = short_ids ? "OBD2_7E8" : "OBD2_18DAF110";
    EXPECT_EQ(series(rows, engine, "verification_number").at(0).second, 0x1791BC82);
    EXPECT_EQ(series(rows, engine, "ignition_cycles").at(0).second, 1290);
    const auto frozen = series(rows, engine, "freeze_coolant_temperature");
    ASSERT_EQ(frozen.size(), 1U);
    EXPECT_EQ(frozen[0].second, 18);
    EXPECT_EQ(bench.first_frames, bench.flow_controls);
    EXPECT_EQ(bench.poller.hint(bench.now), "");
  }
}

TEST(Obd2Conversation, WhatBelongsTogetherInTheCarBelongsTogetherInTheRows) {
  Bench bench(Bench::defaults());
  bench.run(300s);
  const auto rows = bench.decode();
  const auto speed = series(rows, "OBD2_7E8", "vehicle_speed");
  const auto engine = series(rows, "OBD2_7E8", "engine_speed");
  const auto gearbox = series(rows, "OBD2_7E9", "vehicle_speed");
  ASSERT_GT(speed.size(), 1000U);
  ASSERT_NEAR(static_cast<double>(gearbox.size()), static_cast<double>(speed.size()),
              1);  // one request, two answers
  std::size_t in_gear = 0, moving = 0;
  for (std::size_t i = 0; i < std::min({speed.size(), engine.size(), gearbox.size()}); ++i) {
    EXPECT_LE(std::abs(speed[i].second - gearbox[i].second), 1);
    if (speed[i].second < 20) continue;
    ++moving;
    const double ratio = engine[i].second / (speed[i].second / 3.6);
    in_gear += std::any_of(std::begin(simulate::CarModel::kRatios), std::end(simulate::CarModel::kRatios),
                           [&](double gear) { return std::abs(ratio / gear - 1) < 0.06; });
  }
  EXPECT_GT(moving, 300U);
  EXPECT_GT(static_cast<double>(in_gear), 0.9 * static_cast<double>(moving));
  // Fuel by air.
  const auto air = series(rows, "OBD2_7E8", "air_flow"), fuel = series(rows, "OBD2_7E8", "fuel_rate");
  ASSERT_GT(fuel.size(), 100U);
  double air_sum = 0, fuel_sum = 0;
  for (const auto& [time, value] : air) air_sum += value / static_cast<double>(air.size());
  for (const auto& [time, value] : fuel) fuel_sum += value / static_cast<double>(fuel.size());
  using simulate::CarModel;
  EXPECT_NEAR(fuel_sum / (air_sum / CarModel::kAirToFuel * 3600 / CarModel::kFuelGramsPerLitre), 1, 0.1);
}

TEST(Obd2Conversation, KeepsEachRate) {
  PollSettings settings = Bench::defaults();
  settings.per_second[0x05] = 2;
  Bench bench(settings);
  bench.run(120s);
  const auto rows = bench.decode();
  const auto count = [&](const char* signal) {
    return static_cast<double>(series(rows, "OBD2_7E8", signal).size());
  };
  EXPECT_NEAR(count("engine_speed"), 4 * 120, 20);
  EXPECT_NEAR(count("coolant_temperature"), 2 * 120, 10);
  EXPECT_NEAR(count("intake_pressure"), 0.5 * 120, 4);
  EXPECT_NEAR(count("odometer"), 4, 1);
  EXPECT_EQ(series(rows, "OBD2_7E8", "stored_code_count").size(), 2U);
}

TEST(Obd2Conversation, WhatIsTooMuchIsSharedOutAndNothingStarves) {
  PollSettings settings = Bench::defaults();
  settings.most_per_second = 8;
  Bench bench(settings);
  bench.run(240s);
  expect_bounded(bench.requests, 8);
  EXPECT_NE(bench.news.find("requests a second wanted, 8 allowed"), std::string::npos) << bench.news;
  EXPECT_GT(static_cast<double>(bench.requests.size()), 0.95 * 8 * 240);
  const auto rows = bench.decode();
  for (const char* signal :
       {"engine_speed", "vehicle_speed", "throttle", "intake_pressure", "odometer", "oil_temperature"}) {
    EXPECT_GT(series(rows, "OBD2_7E8", signal).size(), 4U) << signal;
  }
}

TEST(Obd2Conversation, ACarThatIsSwitchedOffIsLeftInPeaceAndFoundWhenItIsBack) {
  Bench bench(Bench::defaults());
  bench.run(30s);
  bench.ignition = false;
  const MonoTime off = bench.now;
  bench.run(600s);
  EXPECT_NE(bench.poller.hint(bench.now).find("is the ignition on?"), std::string::npos);
  EXPECT_LT(sent_between(bench.requests, off, bench.now), 40U);
  EXPECT_LE(sent_between(bench.requests, bench.now - 240s, bench.now), 8U);  // both widths, a minute apart
  bench.ignition = true;
  bench.run(70s);
  const auto rows = bench.decode();
  const auto speeds = series(rows, "OBD2_7E8", "engine_speed");
  EXPECT_GT(speeds.back().first, WallTime{(bench.now - 2s).ns});
  std::size_t vins = 0;
  for (const Row& row : rows) vins += row.text == "WVWZZZ1KZ6W123456" ? 1 : 0;
  EXPECT_EQ(vins, 2U);  // it may be another car
  EXPECT_EQ(bench.poller.hint(bench.now), "");
}

TEST(Obd2Conversation, OneUnitOfTwoThatFallsSilentChangesNothingForTheOther) {
  Bench bench(Bench::defaults());
  bench.run(30s);
  bench.mute = 0x7E9;
  bench.run(60s);
  bench.mute = 0;
  bench.run(30s);
  const auto rows = bench.decode();
  EXPECT_NEAR(static_cast<double>(series(rows, "OBD2_7E8", "engine_speed").size()), 4 * 120, 40);
  EXPECT_GT(series(rows, "OBD2_7E9", "vehicle_speed").back().first, WallTime{(bench.now - 2s).ns});
  EXPECT_EQ(std::count(bench.news.begin(), bench.news.end(), '\n'), 1);  // nobody was looked for
}

// Whatever is asked for, whatever is lost: requests stay apart, flow control follows first frames, and the
// car is known at the end.
TEST(Obd2Conversation, IsBoundedWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    PollSettings settings = Bench::defaults();
    settings.most_per_second = 1 + static_cast<double>(random() % 60);
    settings.longest_pause = std::chrono::seconds(1 + random() % 20);
    for (double& rate : settings.per_second) rate *= static_cast<double>(random() % 4);
    settings.codes_every = std::chrono::seconds(random() % 30);
    Bench bench(settings, seed % 2 == 0 ? Width::bits11 : Width::bits29, seed);
    bench.lost = static_cast<double>(random() % 30) / 100;
    for (int i = 0; i < 6; ++i) {
      bench.ignition = random() % 3 != 0;
      bench.run(std::chrono::milliseconds(random() % 20'000));
    }
    bench.ignition = true;
    bench.lost = 0;
    bench.run(60s);
    expect_bounded(bench.requests, settings.most_per_second);
    EXPECT_LE(bench.flow_controls, bench.first_frames);
    EXPECT_EQ(bench.poller.hint(bench.now), "");
  }
}

}  // namespace
}  // namespace cantrail::obd2
