// The arithmetic of one signal, one value at a time: what the columns do in bulk. Used where a single value
// matters (labels, single frames, the encoder), and as the definition that the bulk code is held against.
#pragma once

#include <cstdint>
#include <span>

#include "decode/dbc/plan.hpp"

namespace cantrail::dbc {

// 1…64 low bits set.
[[nodiscard]] constexpr std::uint64_t low_bits(unsigned count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// The signal's bits, not sign-extended. Precondition: data.size() ≥ signal.needed_bytes.
[[nodiscard]] std::uint64_t signal_bits(const SignalPlan& signal, std::span<const std::uint8_t> data);

// Signed integers get their sign in all 64 bits; everything else stays.
[[nodiscard]] std::uint64_t extend_sign(const SignalPlan& signal, std::uint64_t bits);

// From the raw word (sign-extended integer, or float bits) to the column's word: raw * factor + offset, in
// double arithmetic or, for integer columns, in integers.
[[nodiscard]] std::uint64_t column_word(const SignalPlan& signal, std::uint64_t raw);

}  // namespace cantrail::dbc
