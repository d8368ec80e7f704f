// A farm of three growing rooms and a laboratory as their sensors see it: lamps that go on and off, air that
// follows them, plants that take carbon dioxide by day and give it back at night, a valve that doses it, and
// sensors that fail now and then.
#pragma once

#include <array>
#include <cstdint>
#include <random>

namespace cantrail::simulate {

struct RoomState {
  double dry_c = 22, wet_c = 17;  // of the laboratory, wet_c is the probe in the water
  double vapour_hpa = 15;
  double co2_ppm = 600;
  double canopy_mm = 700;  // from the distance sensor
  double lamp = 0;         // 0…1
  double uptime_s = 0;     // of the node, which starts anew after a fault
  double frames = 0;       // of PT100 since then
  bool dosing = false;
  double no_dry_s = 0, no_wet_s = 0;  // how long a probe is not there yet
  double warming_up_s = 0;            // until the CO2 sensor reads anything

  [[nodiscard]] bool has_dry() const { return no_dry_s <= 0; }
  [[nodiscard]] bool has_wet() const { return no_wet_s <= 0; }
};

// Deterministic for a seed.
class GrowRoomModel {
 public:
  static constexpr std::size_t kRooms = 4;  // flower back, flower front, veg, laboratory: nodes 1 to 4
  static constexpr std::size_t kLaboratory = 3;

  explicit GrowRoomModel(std::uint64_t seed);

  void advance(double seconds);
  [[nodiscard]] const RoomState& room(std::size_t index) const { return rooms_[index]; }
  void count_frame(std::size_t index) { rooms_[index].frames += 1; }
  [[nodiscard]] double pressure_hpa() const { return pressure_hpa_; }
  // What a sensor adds to what it measures.
  [[nodiscard]] double noise(double most);

 private:
  void step(std::size_t index, double dt);
  void fail(RoomState& room, double dt);
  double uniform(double low, double high);

  std::mt19937_64 random_;
  std::array<RoomState, kRooms> rooms_;
  double day_s_ = 0;  // since midnight
  double pressure_hpa_ = 1008;
};

// hPa over water at that temperature, by the formula of the example's configuration.
[[nodiscard]] double saturation_hpa(double celsius);
// What a wet bulb shows in air of that temperature and vapour pressure.
[[nodiscard]] double wet_bulb_c(double dry_c, double vapour_hpa, double pressure_hpa);

}  // namespace cantrail::simulate
