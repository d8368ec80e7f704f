#include "decode/dbc/signal_place.hpp"

#include <algorithm>
#include <limits>

#include "decode/dbc/signal_word.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

__extension__ using Wide = __int128;  // holds every raw * factor + offset of 64-bit integers

// An integer column where every value that the raw bits can give fits one, i64 before u64.
FieldType column_type(const Signal& signal) {
  if (signal.kind != ValueKind::integer || !signal.integral_scale) return FieldType::f64;
  const Wide span = static_cast<Wide>(1) << (signal.length_bits - (signal.is_signed ? 1 : 0));
  const Wide factor = signal.factor_integer, offset = signal.offset_integer;
  const auto [low, high] =
      std::minmax({(signal.is_signed ? -span : Wide{0}) * factor + offset, (span - 1) * factor + offset});
  if (low >= std::numeric_limits<std::int64_t>::min() && high <= std::numeric_limits<std::int64_t>::max()) {
    return FieldType::i64;
  }
  if (low >= 0 && high <= std::numeric_limits<std::uint64_t>::max()) return FieldType::u64;
  return FieldType::f64;
}

// A value name counts only where the raw bits can have the value.
bool reachable(const SignalPlan& plan, std::int64_t value) {
  if (plan.kind != ValueKind::integer || plan.length_bits == 64) return true;
  const std::int64_t span = std::int64_t{1} << (plan.length_bits - (plan.is_signed ? 1 : 0));
  return value < span && value >= (plan.is_signed ? -span : 0);
}

// Value names of float signals name numbers, not bit patterns.
std::uint64_t label_word(const SignalPlan& plan, std::int64_t value) {
  if (plan.kind == ValueKind::integer) return column_word(plan, static_cast<std::uint64_t>(value));
  SignalPlan number = plan;
  number.kind = ValueKind::integer;
  number.is_signed = true;
  return column_word(number, static_cast<std::uint64_t>(value));
}

std::vector<Label> labels(const Signal& signal, const SignalPlan& plan) {
  std::vector<Label> result;
  for (const ValueName& name : signal.values) {
    if (reachable(plan, name.value)) result.push_back({label_word(plan, name.value), name.name});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Label& a, const Label& b) { return a.word < b.word; });
  result.erase(std::unique(result.begin(), result.end(),
                           [](const Label& a, const Label& b) { return a.word == b.word; }),
               result.end());
  return result;
}

}  // namespace

std::optional<SignalPlan> place_signal(const Signal& signal, std::uint32_t most_bytes) {
  const std::uint32_t most_bits = most_bytes * 8;
  const std::uint32_t length = signal.length_bits, start = signal.start_bit;
  if (length == 0 || length > 64 || start >= most_bits) return std::nullopt;
  if (signal.kind == ValueKind::float32 && length != 32) return std::nullopt;
  if (signal.kind == ValueKind::float64 && length != 64) return std::nullopt;
  // Bits counted in the order of significance: upwards from the least significant (Intel), or downwards from
  // the most significant, which is bit 7 of its byte counted from the other end (Motorola).
  const bool intel = signal.order == ByteOrder::intel;
  const std::uint32_t first_bit = intel ? start : start / 8 * 8 + (7 - start % 8);
  if (first_bit + length > most_bits) return std::nullopt;
  const std::uint32_t first = first_bit / 8, last = (first_bit + length - 1) / 8;

  SignalPlan plan;
  plan.first_byte = static_cast<std::uint16_t>(first);
  plan.byte_count = static_cast<std::uint8_t>(last - first + 1);
  plan.shift = static_cast<std::uint8_t>(intel ? first_bit % 8 : 7 - (first_bit + length - 1) % 8);
  plan.length_bits = static_cast<std::uint8_t>(length);
  plan.order = signal.order;
  plan.is_signed = signal.is_signed;
  plan.kind = signal.kind;
  plan.type = column_type(signal);
  plan.factor = signal.factor;
  plan.offset = signal.offset;
  plan.factor_integer = signal.factor_integer;
  plan.offset_integer = signal.offset_integer;
  plan.needed_bytes = static_cast<std::uint16_t>(last + 1);
  return plan;
}

FieldSchema describe_field(const Signal& signal, const SignalPlan& plan) {
  FieldSchema field;
  field.name = signal.name;
  field.type = plan.type;
  field.unit = signal.unit;
  if (signal.minimum != 0 || signal.maximum != 0) {
    field.minimum = signal.minimum;
    field.maximum = signal.maximum;
  }
  field.comment = signal.comment;
  field.labels = labels(signal, plan);
  field.layout = BitLayout{.start_bit = signal.start_bit,
                           .length_bits = signal.length_bits,
                           .big_endian = signal.order == ByteOrder::motorola,
                           .is_signed = signal.is_signed,
                           .is_float = signal.kind != ValueKind::integer,
                           .factor = signal.factor,
                           .offset = signal.offset};
  return field;
}

}  // namespace cantrail::dbc
