#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "decode/dbc/decoder.hpp"
#include "decode/dbc/parser.hpp"
#include "sources/simulate/leaf_model.hpp"
#include "sources/simulate/scenario.hpp"
#include "sources/simulate/simulate_source.hpp"

namespace cantrail::simulate {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Scenario> scenario(ScenarioOptions options) {
  Diagnostics diagnostics;
  auto made = make_scenario(options, diagnostics);
  EXPECT_TRUE(made.ok()) << (made ? "" : made.fault().message);
  return std::move(made).value();
}

std::shared_ptr<const dbc::DecodePlan> plan_of(const std::string& text) {
  Diagnostics diagnostics;
  const auto parsed = dbc::parse(text, "test.dbc");
  EXPECT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->diagnostics.empty()) << to_string(parsed->diagnostics.front());
  return dbc::DecodePlan::compile(parsed->database, diagnostics);
}

// All rows of all signals, by "Message.signal".
std::map<std::string, std::vector<double>> decode_all(const FrameBlock& frames, const std::string& dbc_text) {
  const auto plan = plan_of(dbc_text);
  dbc::Decoder decoder({dbc::ChannelPlan{{plan}, {0}}});
  std::vector<StreamBlock> blocks;
  EXPECT_EQ(decoder.decode(frames, blocks), 0U);
  std::map<std::string, std::vector<double>> values;
  for (const StreamBlock& block : blocks) {
    const auto& row = *plan->messages()[block.stream()].row;
    for (std::size_t field = 0; field < row.fields.size(); ++field) {
      auto& column = values[row.name + "." + row.fields[field].name];
      for (std::size_t i = 0; i < block.rows(); ++i) {
        if (!block.valid(field, i)) continue;
        column.push_back(row.fields[field].type == FieldType::f64 ? block.f64(field)[i]
                                                                  : static_cast<double>(block.i64(field)[i]));
      }
    }
  }
  return values;
}

TEST(Scenario, ProducesWhatItsRatesSay) {
  const auto leaf = scenario({.bus_factor = 2});
  FrameBlock frames;
  leaf->produce(100s, 1'000'000, frames);
  std::map<std::uint32_t, double> counted;
  for (std::size_t i = 0; i < frames.size(); ++i) counted[frames[i].id] += 0.01;
  ASSERT_EQ(leaf->rates().size(), counted.size());
  for (const FrameRate& rate : leaf->rates()) {
    EXPECT_NEAR(rate.per_second, counted.at(rate.can_id), 0.011) << rate.can_id;
  }
}

TEST(SimulateConfig, ForeseesEveryFrameAndFindsAScenarioThatIsNone) {
  SimulateConfig config;
  config.options.speed = 10;
  const auto forecast = config.forecast(real_file_system());
  ASSERT_TRUE(forecast.frames);
  const auto leaf = scenario({});
  EXPECT_EQ(forecast.frames->front().per_second, 10 * leaf->rates().front().per_second);
  ManualClock clock;
  EXPECT_TRUE(config.probe({"can0", clock, real_file_system()})->empty());
  config.options.scenario = "nowhere.dbc";
  EXPECT_NE(config.forecast(real_file_system()).unknown, "");
  EXPECT_EQ(config.probe({"can0", clock, real_file_system()})->size(), 1U);
  EXPECT_TRUE(config.problems().empty()) << "it may be written later";
  config.options.scenario = "lef";
  ASSERT_EQ(config.problems().size(), 1U);
  EXPECT_EQ(config.problems()[0],
            "there is no scenario 'lef'; known: leaf, grow-room, or the path of a DBC file");
}

TEST(LeafDbc, ReadsTheLayoutsCheckFrame) {
  FrameBlock frames;
  const std::vector<std::uint8_t> data{0x0E, 0x10, 0x00, 0x64, 0x0A, 0x1E, 0x1C, 0x01};
  frames.append(FrameView{WallTime{1}, 0x1F2, 0, 0, 8, data});
  const auto values = decode_all(frames, leaf_dbc());
  EXPECT_EQ(values.at("Inverter.voltage"), std::vector{3600 * 0.1});
  EXPECT_EQ(values.at("Inverter.current"), std::vector{10.0});
  EXPECT_EQ(values.at("Inverter.temp_inverter"), std::vector{10.0});
  EXPECT_EQ(values.at("Inverter.temp_motor"), std::vector{30.0});
  EXPECT_EQ(values.at("Inverter.status"), std::vector{28.0});
}

TEST(GrowRoom, HasFourNodesWithinWhatRoomsCanBe) {
  FrameBlock frames;
  scenario({.name = "grow-room"})->produce(3h, 1'000'000, frames);
  FrameBlock again, other;
  scenario({.name = "grow-room"})->produce(3h, 1'000'000, again);
  scenario({.name = "grow-room", .seed = 8})->produce(3h, 1'000'000, other);
  EXPECT_TRUE(std::equal(frames.payload().begin(), frames.payload().end(), again.payload().begin(),
                         again.payload().end()));
  EXPECT_FALSE(std::equal(frames.payload().begin(), frames.payload().end(), other.payload().begin(),
                          other.payload().end()));
  std::map<std::uint32_t, int> counts;
  std::size_t loose = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const FrameView frame = frames[i];
    ++counts[frame.id];
    if ((frame.id & 0xFF) == 1) {
      const int dry = frame.data[0] << 8 | frame.data[1], wet = frame.data[2] << 8 | frame.data[3];
      loose += dry == 0x7FFF || wet == 0x7FFF ? 1 : 0;
      EXPECT_TRUE(dry == 0x7FFF || (1'500 < dry && dry < 3'000)) << dry;
      EXPECT_TRUE(dry == 0x7FFF || wet == 0x7FFF || frame.id == 0x401 || wet < dry) << wet;
    }
  }
  EXPECT_EQ(counts.size(), 20U);
  for (const std::uint32_t node : {0x100U, 0x200U, 0x300U, 0x400U}) {
    EXPECT_EQ(counts[node + 1], 3 * 3600);
    EXPECT_EQ(counts[node + 3], 3 * 720);
  }
  EXPECT_GT(loose, 10U);
  EXPECT_LT(loose, 1'500U);
}

TEST(Leaf, TheSameSeedGivesTheSameFramesAndAnotherOneOthers) {
  FrameBlock first, again, other;
  scenario({})->produce(10s, 100'000, first);
  scenario({})->produce(10s, 100'000, again);
  scenario({.seed = 8})->produce(10s, 100'000, other);
  ASSERT_GT(first.size(), 2'000U);
  EXPECT_TRUE(std::equal(first.payload().begin(), first.payload().end(), again.payload().begin(),
                         again.payload().end()));
  EXPECT_FALSE(std::equal(first.payload().begin(), first.payload().end(), other.payload().begin(),
                          other.payload().end()));
}

TEST(Leaf, KeepsTheCycleTimesOfItsDbcAndTheOrderOfTime) {
  FrameBlock frames;
  scenario({})->produce(10s, 100'000, frames);
  std::map<std::uint32_t, int> counts;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    ++counts[frames.id()[i]];
    EXPECT_LE(frames.time_ns()[i == 0 ? 0 : i - 1], frames.time_ns()[i]);
  }
  EXPECT_EQ(counts[0x1F2], 1'000);
  EXPECT_EQ(counts[0x1DB], 200);
  EXPECT_EQ(counts[0x720], 10);
  FrameBlock dense;
  scenario({.bus_factor = 4})->produce(10s, 100'000, dense);
  EXPECT_NEAR(static_cast<double>(dense.size()), 4.0 * static_cast<double>(frames.size()), 20.0);
}

TEST(Leaf, ProducedInPiecesItIsTheSame) {
  FrameBlock whole, pieces;
  scenario({})->produce(5s, 100'000, whole);
  auto stepwise = scenario({});
  Duration next{0};
  for (Duration until = 100ms; until <= 5s; until += 100ms) {
    do {
      next = stepwise->produce(until, 7, pieces);
    } while (next < until);
  }
  ASSERT_EQ(whole.size(), pieces.size());
  EXPECT_TRUE(std::equal(whole.payload().begin(), whole.payload().end(), pieces.payload().begin()));
}

TEST(Leaf, DrivesLikeACar) {
  FrameBlock frames;
  scenario({})->produce(std::chrono::minutes(30), 10'000'000, frames);
  const auto values = decode_all(frames, leaf_dbc());
  const auto range = [&](const std::string& name) {
    const auto [low, high] = std::minmax_element(values.at(name).begin(), values.at(name).end());
    return std::pair(*low, *high);
  };
  EXPECT_EQ(range("VehicleSpeed.kmh").first, 0.0);
  EXPECT_GT(range("VehicleSpeed.kmh").second, 40.0);
  EXPECT_LT(range("VehicleSpeed.kmh").second, 140.0);
  EXPECT_LT(range("Battery.current").first, -10.0);  // recuperates
  EXPECT_GT(range("Battery.current").second, 40.0);
  EXPECT_GT(range("Battery.voltage").first, 300.0);
  EXPECT_LT(range("Battery.voltage").second, 420.0);
  EXPECT_LT(values.at("Battery.soc").back(), values.at("Battery.soc").front());
  EXPECT_GT(range("Inverter.temp_motor").second, range("Inverter.temp_motor").first + 1);
  EXPECT_NE(values.at("GpsPosition.latitude").front(), values.at("GpsPosition.latitude").back());
}

TEST(Leaf, ChargesWhenTheBatteryIsLow) {
  LeafModel model(7);
  bool charged = false;
  double lowest = 100;
  for (int minute = 0; minute < 24 * 60 && !charged; ++minute) {
    model.advance(60);
    lowest = std::min(lowest, model.state().soc());
    charged = model.state().charging;
  }
  EXPECT_TRUE(charged);
  EXPECT_LT(lowest, 20);
  EXPECT_GT(lowest, 5);
  const double before = model.state().soc();
  model.advance(600);
  EXPECT_GT(model.state().soc(), before);
}

TEST(Ramps, StayInTheDeclaredRangeAndReachBothEnds) {
  const std::string dbc =
      "BO_ 100 A: 8 X\n SG_ temp : 0|16@1- (0.1,-40) [-40|125] \"C\" X\n SG_ raw : 16|8@1+ (1,0) [0|0] \"\" "
      "X\n";
  FrameBlock frames;
  scenario({.name = "x.dbc", .dbc_text = dbc})->produce(200s, 100'000, frames);
  const auto values = decode_all(frames, dbc);
  const auto [low, high] = std::minmax_element(values.at("A.temp").begin(), values.at("A.temp").end());
  EXPECT_GE(*low, -40.0);
  EXPECT_LE(*high, 125.0);
  EXPECT_LT(*low, -35.0);
  EXPECT_GT(*high, 120.0);
  EXPECT_EQ(*std::max_element(values.at("A.raw").begin(), values.at("A.raw").end()), 255.0);
}

TEST(Ramps, MultiplexersShowEverySignal) {
  const std::string dbc =
      "BO_ 100 A: 8 X\n SG_ mux M : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ a m1 : 8|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ b m200 : 8|8@1+ (1,0) [0|0] \"\" X\n";
  FrameBlock frames;
  scenario({.name = "x.dbc", .dbc_text = dbc})->produce(10s, 100'000, frames);
  const auto values = decode_all(frames, dbc);
  const std::set<double> selected(values.at("A.mux").begin(), values.at("A.mux").end());
  EXPECT_EQ(selected, (std::set<double>{1, 200}));
  EXPECT_EQ(values.at("A.a").size(), 50U);
  EXPECT_EQ(values.at("A.b").size(), 50U);
}

TEST(Ramps, OverlappingSignalsStillMakeFrames) {
  const std::string dbc =
      "BO_ 100 A: 2 X\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ b : 4|8@1+ (1,0) [0|0] \"\" X\n";
  FrameBlock frames;
  scenario({.name = "x.dbc", .dbc_text = dbc})->produce(1s, 1'000, frames);
  EXPECT_EQ(frames.size(), 10U);
}

TEST(Scenarios, SayWhatIsWrong) {
  Diagnostics diagnostics;
  const auto unknown = make_scenario({.name = "submarine"}, diagnostics);
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.fault().message.find("submarine"), std::string::npos);
  EXPECT_FALSE(
      make_scenario({.name = "leaf", .dbc_text = "BO_ 1 Other: 8 X\n SG_ s : 0|8@1+ (1,0) [0|0] \"\" X\n"},
                    diagnostics)
          .ok());
}

}  // namespace
}  // namespace cantrail::simulate
