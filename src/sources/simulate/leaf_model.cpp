#include "sources/simulate/leaf_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sources/simulate/settle.hpp"

namespace cantrail::simulate {
namespace {

constexpr double kMassKg = 1'640;
constexpr double kDragArea = 0.29 * 2.27;  // cd · A, m²
constexpr double kAirDensity = 1.2;
constexpr double kRollingResistance = 0.010;
constexpr double kGravity = 9.81;
constexpr double kMotorLimitW = 80'000;
constexpr double kRegenLimitW = 45'000;
constexpr double kDriveEfficiency = 0.90, kRegenEfficiency = 0.72;
constexpr double kAuxiliaryW = 420;
constexpr double kResistanceOhm = 0.09;

// Open-circuit voltage of 96 cells in series over the state of charge (0…1).
double open_voltage(double charge) {
  return 96 * (3.35 + 0.55 * charge + 0.18 * charge * charge * charge);
}

}  // namespace

LeafModel::LeafModel(std::uint64_t seed, std::optional<double> charge) : random_(seed) {
  const double drawn = uniform(0.62, 0.88);
  state_.stored_wh = LeafState::kCapacityWh * charge.value_or(drawn);
  state_.temp_outside_c = uniform(6, 24);
  state_.heading_deg = uniform(0, 360);
  next_leg();
}

double LeafModel::uniform(double low, double high) {
  // Not std::uniform_real_distribution: its sequence differs between libraries.
  return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1.0p-53;
}

void LeafModel::advance(double seconds) {
  while (seconds > 1e-12) {
    const double dt = std::min(seconds, 0.1);
    seconds -= dt;
    left_s_ -= dt;
    if (left_s_ <= 0) next_leg();
    if (phase_ == Phase::charge) {
      charge(dt);
    } else {
      drive(dt);
    }
    heat(dt);
    move(dt);
  }
}

// The day: mostly driving in town and on main roads, short stops, now and then the motorway, a charge when
// low.
void LeafModel::next_leg() {
  const double choice = uniform(0, 1);
  state_.reverse = false;
  if (state_.soc() < 18 && state_.speed_mps < 0.5) {
    phase_ = Phase::charge;
    left_s_ = 3'600 * 4;
    target_mps_ = 0;
  } else if (choice < 0.22 || state_.soc() < 18) {
    phase_ = Phase::stop;
    target_mps_ = 0;
    left_s_ = uniform(6, 35);
  } else {
    phase_ = Phase::drive;
    target_mps_ = choice < 0.60 ? uniform(7, 14) : choice < 0.90 ? uniform(14, 24) : uniform(25, 34);
    if (choice > 0.895 && choice < 0.90 && state_.speed_mps < 0.5) {
      state_.reverse = true;
      target_mps_ = 1.5;
    }
    left_s_ = state_.reverse ? 5 : uniform(15, 70);
  }
  slope_ = uniform(-0.035, 0.035);
  turn_deg_s_ = uniform(-2.5, 2.5);
}

void LeafModel::drive(double dt) {
  LeafState& s = state_;
  const double wish = std::clamp((target_mps_ - s.speed_mps) * 0.45, -2.6, 2.4) + uniform(-0.08, 0.08);
  settle(s.acceleration, s.speed_mps < 0.05 && target_mps_ == 0 ? 0 : wish, dt, 0.6);
  const double before = s.speed_mps;
  s.speed_mps = std::max(0.0, s.speed_mps + s.acceleration * dt);
  if (target_mps_ == 0 && s.speed_mps < 0.15) s.speed_mps = 0;
  s.acceleration = (s.speed_mps - before) / dt;

  const double v = s.speed_mps;
  const double slope = v > 0 ? slope_ : 0;
  const double force =
      kMassKg * (s.acceleration + kGravity * slope) +
      (v > 0 ? kMassKg * kGravity * kRollingResistance + 0.5 * kAirDensity * kDragArea * v * v : 0);
  const double wheel_w = force * v;
  const double motor_w = wheel_w >= 0 ? std::min(wheel_w / kDriveEfficiency, kMotorLimitW)
                                      : std::max(wheel_w * kRegenEfficiency, -kRegenLimitW);
  s.charging = false;
  s.charger_power_w = s.minutes_to_full = 0;
  s.battery_power_w = motor_w + kAuxiliaryW;
  s.inverter_current_a = motor_w / s.battery_voltage_v;
  s.stored_wh = std::clamp(s.stored_wh - s.battery_power_w * dt / 3'600, 0.0, LeafState::kCapacityWh);
  const double open = open_voltage(s.soc() / 100);
  s.battery_current_a = s.battery_power_w / s.battery_voltage_v;
  s.battery_voltage_v = open - s.battery_current_a * kResistanceOhm;
}

void LeafModel::charge(double dt) {
  LeafState& s = state_;
  s.speed_mps = s.acceleration = 0;
  s.charging = true;
  const double taper = s.soc() > 80 ? std::max(0.15, (100 - s.soc()) / 20) : 1;
  settle(s.charger_power_w, 46'000 * taper, dt, 4);
  s.battery_power_w = kAuxiliaryW - s.charger_power_w;
  s.inverter_current_a = 0;
  s.battery_current_a = s.battery_power_w / s.battery_voltage_v;
  s.stored_wh = std::min(s.stored_wh - s.battery_power_w * dt / 3'600, LeafState::kCapacityWh);
  s.battery_voltage_v = open_voltage(s.soc() / 100) - s.battery_current_a * kResistanceOhm;
  s.minutes_to_full = (0.85 * LeafState::kCapacityWh - s.stored_wh) / std::max(1.0, s.charger_power_w) * 60;
  if (s.soc() >= 85) left_s_ = 0;
}

void LeafModel::heat(double dt) {
  LeafState& s = state_;
  const double loss_w = s.battery_current_a * s.battery_current_a * kResistanceOhm;
  for (int i = 0; i < 4; ++i) {
    settle(s.temp_battery_c[i], s.temp_outside_c + 3 + 0.4 * i + loss_w / 55, dt, 2'400 + 150 * i);
  }
  const double motor_loss_w = std::abs(s.inverter_current_a) * s.battery_voltage_v * 0.08;
  settle(s.temp_motor_c, s.temp_coolant_c + motor_loss_w / 90, dt, 240);
  settle(s.temp_inverter_c, s.temp_coolant_c + motor_loss_w / 160, dt, 90);
  settle(s.temp_coolant_c, s.temp_outside_c + 4 + motor_loss_w / 250 + s.charger_power_w / 4'000, dt, 420);
  settle(s.temp_cabin_c, 21, dt, 300);
  settle(s.v12, s.charging || s.speed_mps > 0 ? 14.2 : 13.6, dt, 5);
  s.v12 += uniform(-0.01, 0.01);
  s.v5 = 5.02 + uniform(-0.015, 0.015);
  settle(s.current_12v, 18 + (s.speed_mps > 0 ? 6 : 0), dt, 2);
}

void LeafModel::move(double dt) {
  LeafState& s = state_;
  if (s.speed_mps > 0.3) s.heading_deg = std::fmod(s.heading_deg + turn_deg_s_ * dt + 360, 360);
  const double metres = (s.reverse ? -1 : 1) * s.speed_mps * dt;
  const double heading = s.heading_deg * std::numbers::pi / 180;
  s.latitude += metres * std::cos(heading) / 111'320;
  s.longitude += metres * std::sin(heading) / (111'320 * std::cos(s.latitude * std::numbers::pi / 180));
  s.pdop = std::clamp(s.pdop + uniform(-0.02, 0.02), 0.9, 3.5);
}

}  // namespace cantrail::simulate
