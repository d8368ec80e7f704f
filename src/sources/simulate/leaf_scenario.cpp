#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "decode/dbc/parser.hpp"
#include "sources/simulate/leaf_model.hpp"
#include "sources/simulate/periodic_scenario.hpp"
#include "sources/simulate/scenarios.hpp"

namespace cantrail::simulate {
namespace {

using Reading = std::function<double(const LeafState&)>;

constexpr double kWheelRadiusM = 0.316, kGear = 8.19;

double kmh(const LeafState& s) {
  return s.speed_mps * 3.6;
}

double rpm(const LeafState& s) {
  const double turns_per_minute = s.speed_mps / (2 * std::numbers::pi * kWheelRadiusM) * 60 * kGear;
  return std::round(s.reverse ? -turns_per_minute : turns_per_minute);
}

double direction(const LeafState& s) {
  return s.speed_mps < 0.05 ? 0 : s.reverse ? 2 : 1;
}

// Bit 2: contactors closed, 3: inverter ready, 4: torque, 0: charging.
double status(const LeafState& s) {
  return (s.charging ? 0x05 : 0x0C) + (s.speed_mps > 0.05 ? 0x10 : 0);
}

// What each signal of leaf.dbc reads; another layout of the same bus (other start bits, little-endian) works
// as well.
const std::map<std::string, Reading, std::less<>>& readings() {
  static const std::map<std::string, Reading, std::less<>> all{
      {"Inverter.voltage", [](const LeafState& s) { return s.battery_voltage_v; }},
      {"Inverter.current", [](const LeafState& s) { return s.inverter_current_a; }},
      {"Inverter.temp_inverter", [](const LeafState& s) { return s.temp_inverter_c; }},
      {"Inverter.temp_motor", [](const LeafState& s) { return s.temp_motor_c; }},
      {"Inverter.status", status},
      {"Battery.soc", [](const LeafState& s) { return s.soc(); }},
      {"Battery.gids", [](const LeafState& s) { return std::floor(s.stored_wh / 80); }},
      {"Battery.voltage", [](const LeafState& s) { return s.battery_voltage_v; }},
      {"Battery.current", [](const LeafState& s) { return s.battery_current_a; }},
      {"BatteryTemps.temp_1", [](const LeafState& s) { return s.temp_battery_c[0]; }},
      {"BatteryTemps.temp_2", [](const LeafState& s) { return s.temp_battery_c[1]; }},
      {"BatteryTemps.temp_3", [](const LeafState& s) { return s.temp_battery_c[2]; }},
      {"BatteryTemps.temp_4", [](const LeafState& s) { return s.temp_battery_c[3]; }},
      {"VehicleSpeed.kmh", kmh},
      {"VehicleSpeed.mph", [](const LeafState& s) { return kmh(s) / 1.609344; }},
      {"Motor.rpm", rpm},
      {"Motor.direction", direction},
      {"Charger.charging", [](const LeafState& s) { return s.charging ? 1.0 : 0.0; }},
      {"Charger.current", [](const LeafState& s) { return s.charger_power_w / s.battery_voltage_v; }},
      {"Charger.voltage", [](const LeafState& s) { return s.charging ? s.battery_voltage_v : 0.0; }},
      {"Charger.time_remaining",
       [](const LeafState& s) { return std::max(0.0, std::round(s.minutes_to_full)); }},
      {"GpsPosition.latitude", [](const LeafState& s) { return s.latitude; }},
      {"GpsPosition.longitude", [](const LeafState& s) { return s.longitude; }},
      {"GpsVelocity.speed", kmh},
      {"GpsVelocity.heading", [](const LeafState& s) { return s.heading_deg; }},
      {"GpsVelocity.pdop", [](const LeafState& s) { return s.pdop; }},
      {"BodyTemps.temp_outside", [](const LeafState& s) { return s.temp_outside_c; }},
      {"BodyTemps.temp_cabin", [](const LeafState& s) { return s.temp_cabin_c; }},
      {"BodyTemps.temp_coolant", [](const LeafState& s) { return s.temp_coolant_c; }},
      {"BodyTemps.temp_electronics", [](const LeafState& s) { return s.temp_inverter_c; }},
      {"BodyVoltages.v12", [](const LeafState& s) { return s.v12; }},
      {"BodyVoltages.v5", [](const LeafState& s) { return s.v5; }},
      {"BodyVoltages.current", [](const LeafState& s) { return s.current_12v; }},
  };
  return all;
}

class LeafScenario final : public PeriodicScenario {
 public:
  LeafScenario(std::shared_ptr<const dbc::DecodePlan> decode_plan, const ScenarioOptions& options)
      : PeriodicScenario(std::move(decode_plan), std::chrono::milliseconds(500), options.bus_factor),
        model_(options.seed, options.charge) {
    for (const dbc::MessagePlan& message : plan().messages()) {
      auto& fields = readings_.emplace_back();
      for (const FieldSchema& field : message.row->fields) {
        const auto known = readings().find(message.row->name + "." + field.name);
        fields.push_back(known != readings().end() ? &known->second : nullptr);
      }
    }
  }

  [[nodiscard]] std::size_t known_signals() const {
    std::size_t count = 0;
    for (const auto& fields : readings_) {
      count += static_cast<std::size_t>(
          std::count_if(fields.begin(), fields.end(), [](auto* r) { return r != nullptr; }));
    }
    return count;
  }

 private:
  void fill(std::size_t message, Duration time, std::vector<dbc::FieldValue>& values) override {
    model_.advance(std::chrono::duration<double>(time - now_).count());
    now_ = time;
    for (std::size_t field = 0; field < readings_[message].size(); ++field) {
      if (readings_[message][field] != nullptr)
        values.push_back({field, (*readings_[message][field])(model_.state())});
    }
  }

  LeafModel model_;
  Duration now_{0};
  std::vector<std::vector<const Reading*>> readings_;
};

}  // namespace

Result<std::unique_ptr<Scenario>> make_leaf(std::shared_ptr<const dbc::DecodePlan> plan,
                                            const ScenarioOptions& options) {
  auto scenario = std::make_unique<LeafScenario>(std::move(plan), options);
  if (scenario->known_signals() == 0) {
    return Fault{FaultKind::config,
                 "the DBC of this leaf has none of its signals (Battery.soc, VehicleSpeed.kmh, …); "
                 "examples/leaf/leaf.dbc has them all"};
  }
  return std::unique_ptr<Scenario>(std::move(scenario));
}

}  // namespace cantrail::simulate
