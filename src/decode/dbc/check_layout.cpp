#include "decode/dbc/check_layout.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/text.hpp"

namespace cantrail::dbc {
namespace {

// Comparing all signals of a hostile message with each other would not end. No real message comes near;
// beyond it, overlaps are not looked for.
constexpr std::size_t kMostSteps = 500'000;

// The bits of a signal: of its first and last byte some, of those between all. Bit 0 is a byte's least
// significant.
struct Bits {
  std::uint32_t first_byte = 0, last_byte = 0;
  std::uint8_t first_mask = 0xFF, last_mask = 0xFF;

  [[nodiscard]] unsigned in_byte(std::uint32_t byte) const {
    return (byte == first_byte ? first_mask : 0xFFU) & (byte == last_byte ? last_mask : 0xFFU);
  }
};

Bits bits_of(const Signal& signal) {
  const std::uint32_t in_byte = signal.start_bit % 8;
  const bool intel = signal.order == ByteOrder::intel;
  // Counted in the direction in which the signal runs through the bytes.
  const std::uint32_t first = signal.start_bit - in_byte + (intel ? in_byte : 7 - in_byte);
  const std::uint32_t last = first + signal.length_bits - 1;
  Bits bits{first / 8, last / 8, 0xFF, 0xFF};
  if (intel) {
    bits.first_mask = static_cast<std::uint8_t>(0xFFU << first % 8);
    bits.last_mask = static_cast<std::uint8_t>(0xFFU >> (7 - last % 8));
  } else {
    bits.first_mask = static_cast<std::uint8_t>(0xFFU >> first % 8);
    bits.last_mask = static_cast<std::uint8_t>(0xFFU << (7 - last % 8));
  }
  return bits;
}

bool share_bits(const Bits& a, const Bits& b) {
  const std::uint32_t from = std::max(a.first_byte, b.first_byte);
  const std::uint32_t to = std::min(a.last_byte, b.last_byte);
  if (from > to) return false;
  if (to - from > 1) return true;  // a byte that both fill
  return (a.in_byte(from) & b.in_byte(from)) != 0 || (a.in_byte(to) & b.in_byte(to)) != 0;
}

class MessageCheck {
 public:
  MessageCheck(const Message& message, Warnings& warnings) : message_(message), warn_(warnings) {
    for (const Signal& signal : message.signals) {
      bits_.push_back(signal.length_bits > 0 ? bits_of(signal) : Bits{1, 0, 0, 0});
      by_name_.emplace(signal.name, &signal);
      if (plain_ == nullptr && signal.is_selector && !signal.multiplexing) plain_ = &signal;
    }
  }

  void run() {
    for (std::size_t i = 0; i < message_.signals.size(); ++i) check_end(i);
    check_overlaps();
  }

 private:
  void check_end(std::size_t index) {
    const Signal& signal = message_.signals[index];
    const Bits& bits = bits_[index];
    if (signal.length_bits == 0 || bits.last_byte < message_.length_bytes) return;
    warn_.add(signal.where, "signal '" + printable(signal.name) + "' needs " +
                                std::to_string(bits.last_byte + 1) + " bytes, but message '" +
                                printable(message_.name) + "' has " + std::to_string(message_.length_bytes) +
                                "; kept, correct the start bit, a length or the byte order");
  }

  // One warning for the message, at the first signal that shares bits with an earlier one: some files
  // describe whole messages twice.
  void check_overlaps() {
    const Signal *later = nullptr, *earlier = nullptr;
    std::size_t sharing = 0;
    for (std::size_t i = 0; i < message_.signals.size(); ++i) {
      const auto shared = sharer(i);
      if (shared == i) continue;
      if (++sharing > 1) continue;
      later = &message_.signals[i];
      earlier = &message_.signals[shared];
    }
    if (sharing == 0) return;
    std::string text =
        "signal '" + printable(later->name) + "' shares bits with '" + printable(earlier->name) + "'";
    if (sharing > 1) text += " (and " + std::to_string(sharing - 1) + " more of this message with others)";
    warn_.add(later->where, text + "; all kept, correct the start bit or the length of one");
  }

  // The first signal before `index` that can be in the same frame at the same bits; `index` if none.
  std::size_t sharer(std::size_t index) {
    if (message_.signals[index].length_bits == 0) return index;
    for (std::size_t j = 0; j < index; ++j) {
      if (steps_ > kMostSteps) return index;
      ++steps_;
      if (message_.signals[j].length_bits == 0 || !share_bits(bits_[index], bits_[j])) continue;
      if (!exclude_each_other(message_.signals[index], message_.signals[j])) return j;
    }
    return index;
  }

  [[nodiscard]] const Signal* selector(const Signal& signal) const {
    if (!signal.multiplexing) return nullptr;
    if (signal.multiplexing->selector.empty()) return plain_;
    const auto found = by_name_.find(signal.multiplexing->selector);
    return found == by_name_.end() ? nullptr : found->second;
  }

  bool disjoint(const std::vector<SelectorRange>& a, const std::vector<SelectorRange>& b) {
    for (const SelectorRange& x : a) {
      for (const SelectorRange& y : b) {
        if (++steps_ > kMostSteps) return true;
        if (x.from <= y.to && y.from <= x.to) return false;
      }
    }
    return true;
  }

  // Some selector on the way up switches one on and the other off.
  [[nodiscard]] bool exclude_each_other(const Signal& a, const Signal& b) {
    for (const Signal* x = &a; x != nullptr; x = selector(*x)) {
      for (const Signal* y = &b; y != nullptr; y = selector(*y)) {
        if (++steps_ > kMostSteps) return true;
        const bool same = selector(*x) == selector(*y) && x->multiplexing && y->multiplexing;
        if (same && disjoint(x->multiplexing->ranges, y->multiplexing->ranges)) return true;
      }
    }
    return false;
  }

  const Message& message_;
  Warnings& warn_;
  std::vector<Bits> bits_;
  std::unordered_map<std::string_view, const Signal*> by_name_;
  const Signal* plain_ = nullptr;
  std::size_t steps_ = 0;
};

}  // namespace

void check_layout(const Database& database, Warnings& warnings) {
  for (const Message& message : database.messages) MessageCheck(message, warnings).run();
}

}  // namespace cantrail::dbc
