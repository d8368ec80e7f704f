#include "sources/obd2/rates.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace cantrail::obd2 {
namespace {

constexpr std::string_view kFast[] = {"engine_load", "engine_speed", "vehicle_speed", "throttle", "pedal_d"};

constexpr std::string_view kSlow[] = {"trouble_code_count",
                                      "coolant_temperature",
                                      "intake_temperature",
                                      "secondary_air",
                                      "o2_sensors",
                                      "obd_standard",
                                      "o2_sensors_of_four",
                                      "power_take_off",
                                      "run_time",
                                      "distance_with_lamp",
                                      "fuel_level",
                                      "warm_ups",
                                      "distance_since_cleared",
                                      "barometric_pressure",
                                      "catalyst_temperature_1_1",
                                      "catalyst_temperature_2_1",
                                      "catalyst_temperature_1_2",
                                      "catalyst_temperature_2_2",
                                      "module_voltage",
                                      "ambient_temperature",
                                      "time_with_lamp",
                                      "time_since_cleared",
                                      "fuel_type",
                                      "ethanol",
                                      "hybrid_battery",
                                      "oil_temperature",
                                      "reference_torque",
                                      "odometer"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::array<double, 256> rates_by_pid(const Rates& rates, std::span<const PidName> known) {
  std::array<double, 256> per_second{};
  for (const PidName& one : known) {
    const Rate rate = is_among(one.name, kFast)   ? rates.fast
                      : is_among(one.name, kSlow) ? rates.slow
                                                  : rates.normal;
    // A PID of several signals goes by the first of them.
    if (&one == known.data() || (&one - 1)->pid != one.pid) per_second[one.pid] = rate.per_second;
  }
  for (const NamedRate& one : rates.of_signals) {
    if (const auto pid = find_pid(one.name, known)) per_second[*pid] = one.rate.per_second;
  }
  return per_second;
}

std::optional<std::uint8_t> find_pid(std::string_view name, std::span<const PidName> known) {
  for (const PidName& one : known) {
    if (one.name == name) return one.pid;
  }
  constexpr std::string_view kHex = "0x";
  if (!name.starts_with(kHex)) return std::nullopt;
  std::uint8_t pid = 0;
  const auto [end, error] = std::from_chars(name.data() + kHex.size(), name.data() + name.size(), pid, 16);
  const bool is_pid = error == std::errc() && end == name.data() + name.size() && pid % kBitmapSpan != 0;
  return is_pid ? std::optional(pid) : std::nullopt;
}

std::vector<std::string> problems_of(const Rates& rates, std::span<const PidName> known) {
  std::vector<std::string> found, names;
  for (const PidName& one : known) names.push_back(one.name);
  for (const NamedRate& one : rates.of_signals) {
    if (find_pid(one.name, known)) continue;
    const auto near = nearest(one.name, names);
    found.push_back("rates: there is no signal '" + printable(one.name) + "' in service 01" +
                    (near ? "; did you mean '" + *near + "'?"
                          : "; `cantrail dbc built-in obd2` has all, a PID without one is written 0x5E"));
  }
  return found;
}

}  // namespace cantrail::obd2
