// Physical values to frames: the exact inverse of decoding. For simulators and tests; not for hot paths.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "decode/dbc/plan.hpp"
#include "decode/dbc/raw_value.hpp"

namespace cantrail::dbc {

struct FieldValue {
  std::size_t field = 0;  // index into MessagePlan::signals
  PhysicalValue value;
};

struct EncodeOptions {
  bool clamp = false;     // values beyond the raw range: clamp instead of `rejected`
  std::uint8_t fill = 0;  // of bits that no signal covers
};

// Writes `values` into `data` (resized to the message's length). Signals not named are 0 raw; selectors of
// named multiplexed signals are set where exactly one value selects them and the caller gave none. Rounds to
// the nearest raw value. `rejected`, and `data` is unspecified: a value out of range, two values for the same
// bits that disagree, a signal that its selector's value switches off, a signal behind the message's length.
[[nodiscard]] Status encode(const MessagePlan& message, std::span<const FieldValue> values,
                            std::vector<std::uint8_t>& data, EncodeOptions options = {});

// Puts raw bits (two's complement or IEEE) of one field into a payload that is long enough; other bits stay.
void insert_raw(const SignalPlan& signal, std::uint64_t raw, std::span<std::uint8_t> data);

}  // namespace cantrail::dbc
