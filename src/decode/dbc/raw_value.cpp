#include "decode/dbc/raw_value.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "decode/dbc/signal_word.hpp"

namespace cantrail::dbc {
namespace {

__extension__ using Wide = __int128;  // raw, physical and intermediate integers of 64-bit signals

constexpr double kWideSafe = 1e30;  // doubles up to here convert to Wide

struct RawRange {
  Wide low = 0, high = 0;
};

RawRange raw_range(const SignalPlan& signal) {
  const Wide span = static_cast<Wide>(1) << (signal.length_bits - (signal.is_signed ? 1 : 0));
  return {signal.is_signed ? -span : 0, span - 1};
}

double as_double(const PhysicalValue& value) {
  return std::visit([](auto number) { return static_cast<double>(number); }, value);
}

Fault out_of_range(const PhysicalValue& value) {
  const std::string text = std::visit([](auto number) { return std::to_string(number); }, value);
  return {FaultKind::rejected, "value " + text + " is beyond what the signal's bits can hold"};
}

// Rounds half away from zero.
Wide divide_to_nearest(Wide numerator, Wide denominator) {
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Wide half = denominator / 2;
  return (numerator >= 0 ? numerator + half : numerator - half) / denominator;
}

// The wanted physical value of an integer column, if it is an integer at all.
std::optional<Wide> as_integer(const PhysicalValue& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* const number = std::get_if<std::uint64_t>(&value)) return *number;
  const double number = std::get<double>(value);
  if (!(std::abs(number) < kWideSafe) || number != std::trunc(number)) return std::nullopt;
  return static_cast<Wide>(number);
}

std::uint64_t to_bits(const SignalPlan& signal, Wide raw) {
  return static_cast<std::uint64_t>(raw) & low_bits(signal.length_bits);
}

double decoded(const SignalPlan& signal, Wide raw) {
  const std::uint64_t word = column_word(signal, static_cast<std::uint64_t>(raw));
  if (signal.type == FieldType::i64) return static_cast<double>(static_cast<std::int64_t>(word));
  return signal.type == FieldType::u64 ? static_cast<double>(word) : std::bit_cast<double>(word);
}

// Rounding in raw * factor + offset can put the quotient beside the raw value that was meant: of the raw
// values around `guess`, the one that decodes nearest to `value`.
Wide nearest_raw(const SignalPlan& signal, Wide guess, double value, RawRange range) {
  const double magnitude = std::abs(static_cast<double>(guess));
  const Wide ulp = std::max(Wide{1}, static_cast<Wide>(std::ldexp(1.0, std::ilogb(magnitude + 1) - 52)));
  Wide best = std::clamp(guess, range.low, range.high);
  double distance = std::abs(decoded(signal, best) - value);
  for (const Wide step : {Wide{1}, -Wide{1}, ulp, -ulp, 2 * ulp, -2 * ulp}) {
    const Wide candidate = std::clamp(guess + step, range.low, range.high);
    const double candidate_distance = std::abs(decoded(signal, candidate) - value);
    if (candidate_distance < distance) {
      best = candidate;
      distance = candidate_distance;
    }
  }
  return best;
}

Result<std::uint64_t> exact_integer(const SignalPlan& signal, Wide wanted, const PhysicalValue& value,
                                    bool clamp) {
  const RawRange range = raw_range(signal);
  const Wide distance = wanted - signal.offset_integer;
  if (signal.factor_integer == 0) {
    if (distance == 0 || clamp) return std::uint64_t{0};
    return out_of_range(value);
  }
  const Wide raw = divide_to_nearest(distance, signal.factor_integer);
  const Wide inside = std::clamp(raw, range.low, range.high);
  if (inside != raw && !clamp) return out_of_range(value);
  return to_bits(signal, inside);
}

Result<std::uint64_t> scaled_integer(const SignalPlan& signal, const PhysicalValue& value, bool clamp) {
  const RawRange range = raw_range(signal);
  const double wanted = as_double(value);
  if (std::isnan(wanted)) return Fault{FaultKind::rejected, "an integer signal cannot be NaN"};
  if (signal.factor == 0) {
    if (wanted == signal.offset || clamp) return std::uint64_t{0};
    return out_of_range(value);
  }
  const double quotient = std::clamp((wanted - signal.offset) / signal.factor, -kWideSafe, kWideSafe);
  if (std::isnan(quotient)) return out_of_range(value);
  const Wide guess = static_cast<Wide>(std::round(quotient));
  const Wide raw = nearest_raw(signal, guess, wanted, range);
  const bool inside = guess >= range.low && guess <= range.high;
  if (!inside && !clamp && decoded(signal, raw) != wanted) return out_of_range(value);
  return to_bits(signal, raw);
}

// Of a float and its neighbours the one that decodes nearest.
template <class Float, class Bits>
Result<std::uint64_t> floating(const SignalPlan& signal, const PhysicalValue& value, bool clamp) {
  constexpr Float kLargest = std::numeric_limits<Float>::max();
  constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
  const double wanted = as_double(value);
  if (std::isnan(wanted)) return std::uint64_t{std::bit_cast<Bits>(std::numeric_limits<Float>::quiet_NaN())};
  if (signal.factor == 0) {
    if (wanted == signal.offset || clamp) return std::uint64_t{0};
    return out_of_range(value);
  }
  const double quotient = (wanted - signal.offset) / signal.factor;
  if (!std::isfinite(quotient)) {
    if (std::isfinite(wanted) && !clamp) return out_of_range(value);
    const double end =
        std::isfinite(wanted) ? std::copysign(static_cast<double>(kLargest), quotient) : quotient;
    return std::uint64_t{std::bit_cast<Bits>(static_cast<Float>(end))};
  }
  const double limit = static_cast<double>(kLargest);
  const double inside = std::clamp(quotient, -limit, limit);
  const auto guess = static_cast<Float>(inside == 0 ? 0.0 : inside);  // 0 / -2 is no reason for -0.0
  const auto distance = [&](Float raw) {
    return std::abs(static_cast<double>(raw) * signal.factor + signal.offset - wanted);
  };
  Float best = guess;
  for (const Float candidate : {std::nextafter(guess, kInfinity), std::nextafter(guess, -kInfinity)}) {
    if (std::isfinite(candidate) && distance(candidate) < distance(best)) best = candidate;
  }
  // Half a unit in the last place beyond the largest float still rounds to it.
  const double slack = limit * std::numeric_limits<Float>::epsilon() / 4;
  if (std::abs(quotient) - limit > slack && !clamp) return out_of_range(value);
  return std::uint64_t{std::bit_cast<Bits>(best)};
}

}  // namespace

Result<std::uint64_t> raw_value(const SignalPlan& signal, const PhysicalValue& value, bool clamp) {
  if (signal.kind == ValueKind::float32) return floating<float, std::uint32_t>(signal, value, clamp);
  if (signal.kind == ValueKind::float64) return floating<double, std::uint64_t>(signal, value, clamp);
  if (signal.type != FieldType::f64) {
    if (const std::optional<Wide> wanted = as_integer(value))
      return exact_integer(signal, *wanted, value, clamp);
  }
  return scaled_integer(signal, value, clamp);
}

}  // namespace cantrail::dbc
