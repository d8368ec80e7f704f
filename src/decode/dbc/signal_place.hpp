// Where a signal's bits are, and what its column is like: the part of compiling a plan that looks at one
// signal alone.
#pragma once

#include <optional>

#include "decode/dbc/database.hpp"
#include "decode/dbc/plan.hpp"
#include "model/schema.hpp"

namespace cantrail::dbc {

// Everything of the plan but its multiplexing. nullopt: the signal cannot be in `most_bytes` bytes (no bits,
// over 64 bits, behind them, or a float that is not 32 or 64 bits long).
[[nodiscard]] std::optional<SignalPlan> place_signal(const Signal& signal, std::uint32_t most_bytes);

// `plan` as place_signal gave it for this signal; `optional` is left false, and the layout's multiplexing
// empty.
[[nodiscard]] FieldSchema describe_field(const Signal& signal, const SignalPlan& plan);

}  // namespace cantrail::dbc
