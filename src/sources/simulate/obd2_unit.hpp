// One control unit as it answers OBD-II (SAE J1979): from a request's payload to the answer's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sources/simulate/car_model.hpp"

namespace cantrail::simulate {

struct UnitIdentity {
  std::string vin;  // empty: this unit does not know it
  std::string calibration, name;
  std::uint32_t verification = 0;
  std::vector<std::uint8_t> pids;  // of service 01, ascending; those of values() alone
};

class Obd2Unit {
 public:
  using Bytes = std::vector<std::uint8_t>;

  explicit Obd2Unit(UnitIdentity identity) : identity_(std::move(identity)) {}

  // A code that is stored, pending and permanent from now on. The first one keeps the car as it is now: the
  // freeze frame.
  void fail(std::uint16_t code, const CarState& car);

  // nullopt: no answer, as to what is asked of all and not supported here. `to_all`: it was.
  [[nodiscard]] std::optional<Bytes> answer(std::span<const std::uint8_t> request, bool to_all,
                                            const CarState& car);

  // Service 04: stored and pending codes, and the freeze frame. Permanent ones stay.
  void clear();
  [[nodiscard]] std::size_t stored() const { return stored_.size(); }

 private:
  struct Freeze {
    std::uint16_t code = 0;
    CarState car;
  };

  [[nodiscard]] std::optional<Bytes> current(std::uint8_t pid, const CarState& car) const;
  [[nodiscard]] std::optional<Bytes> frozen(std::uint8_t pid) const;
  [[nodiscard]] std::optional<Bytes> information(std::uint8_t kind) const;
  // Data bytes of one PID that this unit has.
  [[nodiscard]] Bytes values(std::uint8_t pid, const CarState& car) const;

  UnitIdentity identity_;
  std::vector<std::uint16_t> stored_, pending_, permanent_;
  std::optional<Freeze> freeze_;
};

}  // namespace cantrail::simulate
