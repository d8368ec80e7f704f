#include "decode/derive/calibration.hpp"

#include <algorithm>

#include "decode/derive/functions.hpp"

namespace cantrail::derive {

Calibration::Calibration(const SignalSpec& spec)
    : table_(spec.table),
      factor_(spec.factor),
      offset_(spec.offset),
      round_(spec.round),
      valid_(spec.valid) {}

Value Calibration::apply(Value value) const {
  if (value.absent()) return value;
  if (!table_.empty()) {
    value = interpolate(value.number);
    if (value.absent()) return value;
  }
  if (factor_ != 1 || offset_ != 0) value.number = value.number * factor_ + offset_;
  if (round_) value.number = round_to(value.number, *round_);
  if (!std::isfinite(value.number)) return Value::none(Quality::error);
  if (valid_ && (value.number < valid_->low || value.number > valid_->high)) {
    return Value::none(Quality::out_of_range);
  }
  return value;
}

Value Calibration::interpolate(double raw) const {
  if (raw < table_.front().first || raw > table_.back().first) return Value::none(Quality::out_of_range);
  const auto above = std::lower_bound(table_.begin(), table_.end(), raw,
                                      [](const auto& point, double wanted) { return point.first < wanted; });
  if (above->first == raw) return Value::of(above->second);
  const auto& [x0, y0] = *(above - 1);
  const auto& [x1, y1] = *above;
  return Value::of(y0 + (y1 - y0) * ((raw - x0) / (x1 - x0)));
}

}  // namespace cantrail::derive
