// What becomes of a value that was read or computed: table, factor and offset, rounding, the valid range.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decode/derive/signal_spec.hpp"
#include "decode/derive/value.hpp"

namespace cantrail::derive {

class Calibration {
 public:
  explicit Calibration(const SignalSpec& spec);

  // Absent stays absent. Outside of the table, and outside of the valid range: out_of_range.
  [[nodiscard]] Value apply(Value value) const;

 private:
  [[nodiscard]] Value interpolate(double raw) const;

  std::vector<std::pair<double, double>> table_;
  double factor_, offset_;
  std::optional<int> round_;
  std::optional<Band> valid_;
};

}  // namespace cantrail::derive
