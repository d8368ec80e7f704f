// One value on its way through a derivation.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/quality.hpp"
#include "model/schema.hpp"
#include "model/stream_block.hpp"

namespace cantrail::derive {

struct Value {
  double number = std::numeric_limits<double>::quiet_NaN();  // NaN: absent
  Quality why = Quality::stale;                              // it is absent

  [[nodiscard]] bool absent() const { return std::isnan(number); }
  [[nodiscard]] static Value none(Quality why) { return {std::numeric_limits<double>::quiet_NaN(), why}; }
  // What is computed: infinity and NaN are no values.
  [[nodiscard]] static Value of(double number) {
    return std::isfinite(number) ? Value{number, Quality::inactive} : none(Quality::error);
  }
};

[[nodiscard]] inline double number_of(FieldType type, std::uint64_t word) {
  if (type == FieldType::f64) return std::bit_cast<double>(word);
  if (type == FieldType::i64) return static_cast<double>(std::bit_cast<std::int64_t>(word));
  return static_cast<double>(word);
}

// Precondition: the field is a number or a bool.
[[nodiscard]] inline Value read_cell(const StreamBlock& block, std::size_t field, std::size_t row,
                                     FieldType type) {
  if (!block.valid(field, row)) return Value::none(block.quality(field, row));
  return Value::of(number_of(type, block.word(field, row)));
}

inline void write_cell(StreamBlock& block, std::size_t row, const Value& value) {
  if (value.absent()) {
    block.set_absent(0, row, value.why);
  } else {
    block.f64(0)[row] = value.number;
  }
}

}  // namespace cantrail::derive
