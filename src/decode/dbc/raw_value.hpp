// From a physical value to the raw bits that decode to it: the inverse of column_word().
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/status.hpp"
#include "decode/dbc/plan.hpp"

namespace cantrail::dbc {

using PhysicalValue = std::variant<double, std::int64_t, std::uint64_t>;

// Low signal.length_bits bits. The raw value that decodes to exactly `value` where there is one, else the
// nearest. `rejected`: beyond what the raw bits can say (with `clamp`, the nearest end instead), or not a
// number for an integer signal.
[[nodiscard]] Result<std::uint64_t> raw_value(const SignalPlan& signal, const PhysicalValue& value,
                                              bool clamp);

}  // namespace cantrail::dbc
