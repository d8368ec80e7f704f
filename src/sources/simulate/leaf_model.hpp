// A small electric car as physics sees it: a driver who follows a random but sensible day of trips, a body
// with mass and drag, a motor that recuperates, a battery with resistance and heat, a charger, a GPS
// receiver.
#pragma once

#include <cstdint>
#include <optional>
#include <random>

namespace cantrail::simulate {

struct LeafState {
  double speed_mps = 0;
  double acceleration = 0;  // m/s²
  bool reverse = false;
  double battery_power_w = 0;  // positive: out of the battery
  double battery_current_a = 0;
  double battery_voltage_v = 360;
  double stored_wh = 0;
  double inverter_current_a = 0;
  double temp_battery_c[4] = {18, 18.6, 18.3, 17.8};
  double temp_motor_c = 20, temp_inverter_c = 20, temp_coolant_c = 19, temp_cabin_c = 20, temp_outside_c = 14;
  bool charging = false;
  double charger_power_w = 0;
  double minutes_to_full = 0;
  double latitude = 47.3769, longitude = 8.5417, heading_deg = 90, pdop = 1.4;
  double v12 = 14.2, v5 = 5.02, current_12v = 18;

  [[nodiscard]] double soc() const { return stored_wh / kCapacityWh * 100; }
  static constexpr double kCapacityWh = 40'000;
};

// Deterministic for a seed. advance() in steps of at most 0.1 s.
class LeafModel {
 public:
  // `charge`: of the battery at the beginning, 0…1.
  explicit LeafModel(std::uint64_t seed, std::optional<double> charge = std::nullopt);

  void advance(double seconds);
  [[nodiscard]] const LeafState& state() const { return state_; }

 private:
  enum class Phase { drive, stop, charge };

  void next_leg();
  void drive(double dt);
  void charge(double dt);
  void heat(double dt);
  void move(double dt);
  double uniform(double low, double high);

  std::mt19937_64 random_;
  LeafState state_;
  Phase phase_ = Phase::drive;
  double left_s_ = 30;  // of this leg
  double target_mps_ = 13.9;
  double slope_ = 0;  // rise over run
  double turn_deg_s_ = 0;
};

}  // namespace cantrail::simulate
