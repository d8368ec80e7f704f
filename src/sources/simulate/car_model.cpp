#include "sources/simulate/car_model.hpp"

#include <algorithm>
#include <cmath>

namespace cantrail::simulate {
namespace {

constexpr double kStep = 0.05;
constexpr double kMass = 1350, kDrag = 0.42, kRolling = 0.012 * 9.81;  // kg, N per (m/s)², m/s²
constexpr double kIdleRpm = 800, kCreepMps = 2;
constexpr double kMostPowerW = 85'000, kMostPowerRpm = 6000;
constexpr double kIdlePowerW = 2'200;
constexpr double kFuelGramsPerJoule = 260.0 / 3.6e6;
constexpr double kUpshiftRpm = 2600;

int gear_at(double speed_mps) {
  int gear = 1;
  while (gear < 5 && speed_mps * CarModel::kRatios[gear - 1] > kUpshiftRpm) ++gear;
  return gear;
}

// Towards `goal`, by what is left of the difference after `dt`.
void approach(double& value, double goal, double dt, double time_constant_s) {
  value += (goal - value) * (1 - std::exp(-dt / time_constant_s));
}

}  // namespace

void CarModel::advance(double seconds) {
  for (; seconds > 0; seconds -= kStep) step(std::min(seconds, kStep));
}

double CarModel::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1p-53;
}

void CarModel::next_leg() {
  const bool stands = target_mps_ == 0;
  target_mps_ = stands ? uniform(7, 33) : 0;
  left_s_ = stands ? uniform(20, 90) : uniform(8, 25);
}

void CarModel::step(double dt) {
  left_s_ -= dt;
  if (left_s_ <= 0) next_leg();
  CarState& car = state_;
  const double wanted = std::clamp((target_mps_ - car.speed_mps) * 0.6, -2.4, 1.7);
  const double before = car.speed_mps;
  car.speed_mps = std::max(0.0, before + wanted * dt);
  if (target_mps_ == 0 && car.speed_mps < 0.2) car.speed_mps = 0;
  const double acceleration = (car.speed_mps - before) / dt;
  const double distance = (before + car.speed_mps) / 2 * dt;

  car.gear = car.speed_mps < kCreepMps ? 0 : gear_at(car.speed_mps);
  const double idle = kIdleRpm + 4 * std::max(0.0, 60 - car.coolant_c);
  car.engine_rpm = car.gear == 0 ? idle : std::max(idle, car.speed_mps * kRatios[car.gear - 1]);

  const double force =
      kMass * (acceleration + (car.speed_mps > 0 ? kRolling : 0)) + kDrag * car.speed_mps * car.speed_mps;
  const double power = std::max(0.0, force * car.speed_mps) + kIdlePowerW * car.engine_rpm / kIdleRpm;
  car.load = std::clamp(power / (kMostPowerW * car.engine_rpm / kMostPowerRpm), 0.05, 1.0);
  car.throttle = 0.11 + 0.75 * car.load;
  car.pedal = wanted > 0 || car.speed_mps > kCreepMps ? car.load * 0.9 : 0;
  car.intake_kpa = 28 + (car.barometric_kpa - 28) * car.load;
  const double fuel_gps = power * kFuelGramsPerJoule;
  car.air_gps = fuel_gps * kAirToFuel;
  car.fuel_lph = fuel_gps * 3600 / kFuelGramsPerLitre;

  car.fuel_litres = std::max(2.0, car.fuel_litres - car.fuel_lph * dt / 3600);
  car.metres += distance;
  car.odometer_m += distance;
  car.run_time_s += dt;
  approach(car.coolant_c, 90, dt, 260);
  approach(car.oil_c, 96, dt, 420);
  approach(car.intake_c, car.ambient_c + 4 + 10 / (1 + car.speed_mps), dt, 60);
  approach(car.voltage, 14.4 - 0.5 * car.load, dt, 3);
}

}  // namespace cantrail::simulate
