#include "sources/simulate/grow_room_model.hpp"

#include <algorithm>
#include <cmath>

#include "sources/simulate/settle.hpp"

namespace cantrail::simulate {
namespace {

constexpr double kDayS = 86'400, kHourS = 3'600;
constexpr double kStepS = 1;
constexpr double kWarmUpS = 20;  // of the CO2 sensor: it reads 0 until then

// What each room is held at.
struct Climate {
  double lamp_from_h, lamp_hours;
  double day_c, night_c;
  double day_humidity, night_humidity;  // relative, 0…1
  bool doses;                           // carbon dioxide
};
constexpr std::array<Climate, GrowRoomModel::kRooms> kClimates{{
    {6, 12, 26.5, 20.5, 0.58, 0.52, true},
    {6, 12, 26.0, 20.0, 0.60, 0.53, true},
    {4, 18, 25.0, 22.0, 0.68, 0.64, false},
    {8, 10, 21.5, 20.0, 0.45, 0.42, false},
}};

}  // namespace

double saturation_hpa(double celsius) {
  return 6.112 * std::exp(17.67 * celsius / (celsius + 243.5));
}

// The vapour pressure that a wet bulb tells of rises with it: halved until nothing is left.
double wet_bulb_c(double dry_c, double vapour_hpa, double pressure_hpa) {
  double low = -40, high = dry_c;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    const double told = saturation_hpa(middle) - 0.000662 * pressure_hpa * (dry_c - middle);
    (told < vapour_hpa ? low : high) = middle;
  }
  return low;
}

GrowRoomModel::GrowRoomModel(std::uint64_t seed) : random_(seed) {
  day_s_ = uniform(7, 9) * kHourS;
  pressure_hpa_ = uniform(995, 1025);
  for (std::size_t i = 0; i < kRooms; ++i) {
    RoomState& room = rooms_[i];
    room.dry_c = kClimates[i].night_c + uniform(0, 3);
    room.vapour_hpa = saturation_hpa(room.dry_c) * kClimates[i].night_humidity;
    room.co2_ppm = uniform(550, 800);
    room.canopy_mm = uniform(450, 900);
    room.warming_up_s = kWarmUpS;
    room.wet_c = i == kLaboratory ? 19 : wet_bulb_c(room.dry_c, room.vapour_hpa, pressure_hpa_);
  }
}

// Not std::uniform_real_distribution: its sequence differs between libraries.
double GrowRoomModel::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1.0p-53;
}

double GrowRoomModel::noise(double most) {
  return (uniform(-most, most) + uniform(-most, most)) / 2;
}

void GrowRoomModel::advance(double seconds) {
  while (seconds > 1e-9) {
    const double dt = std::min(seconds, kStepS);
    seconds -= dt;
    day_s_ = std::fmod(day_s_ + dt, kDayS);
    pressure_hpa_ = std::clamp(pressure_hpa_ + uniform(-0.004, 0.004) * dt, 970.0, 1045.0);
    for (std::size_t i = 0; i < kRooms; ++i) step(i, dt);
  }
}

void GrowRoomModel::step(std::size_t index, double dt) {
  const Climate& climate = kClimates[index];
  RoomState& room = rooms_[index];
  const double since_on_h = std::fmod(day_s_ / kHourS - climate.lamp_from_h + 24, 24);
  settle(room.lamp, since_on_h < climate.lamp_hours ? 1 : 0, dt, 120);
  const double target_c = climate.night_c + (climate.day_c - climate.night_c) * room.lamp;
  settle(room.dry_c, target_c + 0.4 * std::sin(day_s_ / 280 + static_cast<double>(index)), dt, 900);
  const double humidity =
      climate.night_humidity + (climate.day_humidity - climate.night_humidity) * room.lamp;
  settle(room.vapour_hpa, saturation_hpa(room.dry_c) * humidity, dt, 600);
  if (index == kLaboratory) {
    settle(room.wet_c, 19 + 0.5 * room.lamp, dt, 7'200);
  } else {
    room.wet_c = wet_bulb_c(room.dry_c, room.vapour_hpa, pressure_hpa_);
  }
  if (room.co2_ppm < 950) room.dosing = climate.doses && room.lamp > 0.5;
  if (room.co2_ppm > 1'150 || room.lamp < 0.5) room.dosing = false;
  const double given = room.dosing ? 2.0 : 0;
  // ppm a second that plants take and give. Of thin air they take less: where nothing is dosed, some is left.
  const double grown = room.lamp > 0.5 ? -1.2e-4 * room.co2_ppm : 0.08;
  room.co2_ppm += (given + grown + (430 - room.co2_ppm) * 0.0004) * dt;
  room.canopy_mm = std::max(200.0, room.canopy_mm - room.lamp * 2.5e-4 * dt);
  room.uptime_s += dt;
  fail(room, dt);
}

// A probe comes loose once in two hours or so, for up to a minute; a node starts anew once a day.
void GrowRoomModel::fail(RoomState& room, double dt) {
  constexpr double kMostLooseS = 60;
  room.no_dry_s -= dt;
  room.no_wet_s -= dt;
  room.warming_up_s -= dt;
  if (uniform(0, 1) < dt / (2 * kHourS)) room.no_dry_s = uniform(2, kMostLooseS);
  if (uniform(0, 1) < dt / (2 * kHourS)) room.no_wet_s = uniform(2, kMostLooseS);
  if (uniform(0, 1) < dt / kDayS) {
    room.uptime_s = 0;
    room.frames = 0;
    room.warming_up_s = kWarmUpS;
  }
}

}  // namespace cantrail::simulate
