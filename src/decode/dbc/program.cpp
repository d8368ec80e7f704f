#include "decode/dbc/program.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "decode/dbc/signal_word.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::uint8_t kBeyondFrames = 255;  // bytes that no frame has

// The first eight bytes where they hold the signal, then an aligned word, so that neighbours share a load.
LoadGroup load_of(const SignalPlan& signal) {
  LoadGroup load;
  const unsigned first = signal.first_byte, end = first + signal.byte_count;
  if (signal.byte_count > 8) {
    load.nine = true;
    load.nine_shift = signal.shift;
    load.nine_order = signal.order;
    load.byte = static_cast<std::uint8_t>(signal.first_byte);
  } else if (end > 8) {
    load.byte = static_cast<std::uint8_t>(end <= first / 8 * 8 + 8 ? first / 8 * 8 : first);
  }
  return load;
}

BitField bits_of(const SignalPlan& signal, const LoadGroup& load) {
  BitField bits;
  bits.mask = low_bits(signal.length_bits);
  if (load.nine) return bits;
  const unsigned before = 8U * (signal.first_byte - load.byte), width = 8U * signal.byte_count;
  bits.swapped = signal.order == ByteOrder::motorola;
  bits.shift = static_cast<std::uint8_t>(signal.shift + (bits.swapped ? 64 - before - width : before));
  return bits;
}

Conversion conversion_of(const SignalPlan& signal) {
  if (signal.type != FieldType::f64) {
    return signal.factor_integer == 1 ? Conversion::integer_add : Conversion::integer_scale;
  }
  if (signal.kind == ValueKind::float32) return Conversion::float32;
  if (signal.kind == ValueKind::float64) return Conversion::float64;
  if (signal.length_bits <= 52) return Conversion::real_52;
  return signal.is_signed ? Conversion::real_signed : Conversion::real_unsigned;
}

ColumnStep step_of(const SignalPlan& signal, std::size_t field, const LoadGroup& load) {
  ColumnStep step;
  step.bits = bits_of(signal, load);
  step.conversion = conversion_of(signal);
  step.field = static_cast<std::uint16_t>(field);
  if (signal.is_signed && signal.kind == ValueKind::integer) {
    step.sign = std::uint64_t{1} << (signal.length_bits - 1);
  }
  const bool integer = signal.type != FieldType::f64;
  step.factor = integer ? static_cast<std::uint64_t>(signal.factor_integer)
                        : std::bit_cast<std::uint64_t>(signal.factor);
  step.offset = integer ? static_cast<std::uint64_t>(signal.offset_integer)
                        : std::bit_cast<std::uint64_t>(signal.offset);
  return step;
}

bool same_ranges(const std::vector<SelectorRange>& a, const std::vector<SelectorRange>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const SelectorRange& x, const SelectorRange& y) { return x.from == y.from && x.to == y.to; });
}

// Conditions of one message. Signals with the same selector and values share one.
class ConditionTable {
 public:
  ConditionTable(const MessagePlan& message, std::vector<Condition>& conditions)
      : message_(message), conditions_(conditions) {}

  // Depth is bounded: compile() refuses loops and long chains.
  std::int32_t of(const SignalPlan& signal) {
    if (!signal.selector) return -1;
    for (std::size_t i = 0; i < conditions_.size(); ++i) {
      if (selectors_[i] == *signal.selector && same_ranges(conditions_[i].ranges, signal.ranges)) {
        return static_cast<std::int32_t>(i);
      }
    }
    const SignalPlan& selector = message_.signals[*signal.selector];
    Condition condition;
    condition.parent = of(selector);
    condition.load = load_of(selector);
    condition.bits = bits_of(selector, condition.load);
    condition.load.swapped = condition.bits.swapped;
    condition.ranges = signal.ranges;
    condition.needed_bytes = static_cast<std::uint8_t>(selector.needed_bytes);
    conditions_.push_back(std::move(condition));
    selectors_.push_back(*signal.selector);
    return static_cast<std::int32_t>(conditions_.size()) - 1;
  }

 private:
  const MessagePlan& message_;
  std::vector<Condition>& conditions_;
  std::vector<std::uint16_t> selectors_;
};

// Else it comes by a transport protocol only. Chains of selectors have no loops.
bool fits_a_frame(const MessagePlan& message, const SignalPlan& signal) {
  for (const SignalPlan* at = &signal; at != nullptr;
       at = at->selector ? &message.signals[*at->selector] : nullptr) {
    if (at->needed_bytes > kMaxFrameBytes) return false;
  }
  return true;
}

}  // namespace

MessageProgram::MessageProgram(const MessagePlan& message) {
  ConditionTable table(message, conditions);
  for (std::size_t i = 0; i < message.signals.size(); ++i) {
    const SignalPlan& signal = message.signals[i];
    if (!fits_a_frame(message, signal)) {
      fields.push_back({-1, kBeyondFrames});
      needed_bytes = kBeyondFrames;
      continue;
    }
    const LoadGroup load = load_of(signal);
    auto group = std::find_if(groups.begin(), groups.end(), [&load](const LoadGroup& other) {
      return !load.nine && !other.nine && other.byte == load.byte;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), load);
    const ColumnStep& step = group->steps.emplace_back(step_of(signal, i, load));
    group->swapped = group->swapped || step.bits.swapped;
    if (signal.reserved) {
      const std::uint64_t all = low_bits(signal.length_bits);
      group->reserved.push_back(
          {step.field, step.bits, {signal.reserved->error, all}, {signal.reserved->none, all}});
    }
    wide = wide || load.nine || load.byte != 0;
    fields.push_back({table.of(signal), static_cast<std::uint8_t>(signal.needed_bytes)});
    needed_bytes = std::max(needed_bytes, static_cast<std::uint8_t>(signal.needed_bytes));
  }
  addresses = message.j1939();
  if (addresses) fields.insert(fields.end(), kAddressFields, FieldPresence{-1, 0});
  plain = groups.size() == 1 && !wide && !addresses && conditions.empty() &&
          groups.front().reserved.empty() && groups.front().steps.size() == fields.size();
  // The same loop again and again is what branch prediction likes.
  for (LoadGroup& group : groups) {
    std::stable_sort(group.steps.begin(), group.steps.end(), [](const ColumnStep& a, const ColumnStep& b) {
      return std::tie(a.conversion, a.bits.swapped) < std::tie(b.conversion, b.bits.swapped);
    });
  }
}

}  // namespace cantrail::dbc
