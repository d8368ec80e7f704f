// A car with a petrol engine and five gears as its control units measure it: it idles, drives at some speed,
// and stops again. What belongs together goes together: engine speed by road speed and gear, air by power,
// fuel by air.
#pragma once

#include <cstdint>
#include <random>

namespace cantrail::simulate {

struct CarState {
  double speed_mps = 0;
  int gear = 0;  // 0: none
  double engine_rpm = 800;
  double load = 0.2, throttle = 0.14, pedal = 0;  // 0…1
  double intake_kpa = 35, barometric_kpa = 98;
  double air_gps = 2, fuel_lph = 0.7;
  double coolant_c = 18, oil_c = 18, intake_c = 16, ambient_c = 14;
  double fuel_litres = 41;
  double run_time_s = 0;
  double metres = 0;  // since codes were cleared
  double odometer_m = 84'312'700;
  double voltage = 14.1;

  static constexpr double kTankLitres = 50;
};

// Deterministic for a seed.
class CarModel {
 public:
  explicit CarModel(std::uint64_t seed) : random_(seed) {}

  void advance(double seconds);
  [[nodiscard]] const CarState& state() const { return state_; }
  void forget_distance() { state_.metres = 0; }

  // Revolutions a minute for each metre a second, of gears 1 to 5.
  static constexpr double kRatios[] = {460, 255, 172, 128, 103};
  static constexpr double kAirToFuel = 14.7;  // by mass, of petrol that burns completely
  static constexpr double kFuelGramsPerLitre = 745;

 private:
  void step(double dt);
  void next_leg();
  double uniform(double low, double high);

  std::mt19937_64 random_;
  CarState state_;
  double left_s_ = 8;  // of this leg; the first is at rest
  double target_mps_ = 0;
};

}  // namespace cantrail::simulate
