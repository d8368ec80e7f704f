#include "decode/dbc/signal_word.hpp"

#include <bit>
#include <cassert>

namespace cantrail::dbc {

std::uint64_t signal_bits(const SignalPlan& signal, std::span<const std::uint8_t> data) {
  assert(data.size() >= signal.needed_bytes);
  const std::span<const std::uint8_t> bytes = data.subspan(signal.first_byte, signal.byte_count);
  // From the least significant byte up; the ninth byte, if there is one, gives what the shift makes room for.
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const std::uint64_t byte = signal.order == ByteOrder::intel ? bytes[i] : bytes[bytes.size() - 1 - i];
    const unsigned place = 8 * i;
    bits |= place >= signal.shift ? byte << (place - signal.shift) : byte >> (signal.shift - place);
  }
  return bits & low_bits(signal.length_bits);
}

std::uint64_t extend_sign(const SignalPlan& signal, std::uint64_t bits) {
  if (!signal.is_signed || signal.kind != ValueKind::integer) return bits;
  const std::uint64_t sign = std::uint64_t{1} << (signal.length_bits - 1);
  return (bits ^ sign) - sign;
}

std::uint64_t column_word(const SignalPlan& signal, std::uint64_t raw) {
  if (signal.type != FieldType::f64) {  // wraps as both i64 and u64 do; compile() saw to it that values fit
    return raw * static_cast<std::uint64_t>(signal.factor_integer) +
           static_cast<std::uint64_t>(signal.offset_integer);
  }
  double value = 0;
  switch (signal.kind) {
    case ValueKind::integer:
      value =
          signal.is_signed ? static_cast<double>(static_cast<std::int64_t>(raw)) : static_cast<double>(raw);
      break;
    case ValueKind::float32:
      value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
      break;
    case ValueKind::float64:
      value = std::bit_cast<double>(raw);
      break;
  }
  return std::bit_cast<std::uint64_t>(value * signal.factor + signal.offset);
}

}  // namespace cantrail::dbc
