// For tests: random message layouts, and a decoder that walks bit by bit through the DBC's own definition, to
// hold the fast one against. Shares no code with it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "decode/dbc/database.hpp"

namespace cantrail::dbc::testing {

__extension__ using Wide = __int128;

// What a random signal should be like; place_at is where the search for free bits begins.
struct SignalWish {
  std::uint32_t place_at = 0;
  std::uint32_t length_bits = 8;
  ByteOrder order = ByteOrder::intel;
  bool is_signed = false;
  ValueKind kind = ValueKind::integer;
  bool integral_scale = true;
  double factor = 1, offset = 0;
};

// The frame's bits (byte * 8 + bit in byte) of a signal, least significant first, as the format defines them:
// Intel counts upwards from the start bit; Motorola's start bit is the most significant, and the walk goes
// down to bit 0 of a byte and on to bit 7 of the next.
inline std::vector<std::uint32_t> bits_of(const Signal& signal) {
  std::vector<std::uint32_t> bits;
  std::uint32_t bit = signal.start_bit;
  for (std::uint32_t i = 0; i < signal.length_bits; ++i) {
    bits.push_back(bit);
    if (signal.order == ByteOrder::intel) {
      ++bit;
    } else {
      bit = bit % 8 == 0 ? bit + 15 : bit - 1;
    }
  }
  if (signal.order == ByteOrder::motorola) return {bits.rbegin(), bits.rend()};
  return bits;
}

// Places the wish at the first free start bit from place_at on (cyclically); nullopt if there is no room.
inline std::optional<Signal> place(const SignalWish& wish, std::vector<bool>& taken,
                                   const std::string& name) {
  Signal signal;
  signal.name = name;
  signal.length_bits = wish.length_bits;
  signal.order = wish.order;
  signal.is_signed = wish.is_signed;
  signal.kind = wish.kind;
  if (wish.kind == ValueKind::float32) signal.length_bits = 32;
  if (wish.kind == ValueKind::float64) signal.length_bits = 64;
  signal.integral_scale = wish.integral_scale;
  signal.factor = wish.factor;
  signal.offset = wish.offset;
  if (wish.integral_scale) {
    signal.factor_integer = static_cast<std::int64_t>(wish.factor);
    signal.offset_integer = static_cast<std::int64_t>(wish.offset);
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    signal.start_bit = static_cast<std::uint32_t>((wish.place_at + i) % taken.size());
    const std::vector<std::uint32_t> bits = bits_of(signal);
    bool free = true;
    for (const std::uint32_t bit : bits) free = free && bit < taken.size() && !taken[bit];
    if (!free) continue;
    for (const std::uint32_t bit : bits) taken[bit] = true;
    return signal;
  }
  return std::nullopt;
}

inline std::uint64_t naive_bits(const Signal& signal, std::span<const std::uint8_t> data) {
  std::uint64_t raw = 0;
  const std::vector<std::uint32_t> bits = bits_of(signal);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const std::uint64_t bit = (data[bits[i] / 8] >> (bits[i] % 8)) & 1U;
    raw |= bit << i;
  }
  return raw;
}

inline bool naive_present(const Message& message, const Signal& signal, std::span<const std::uint8_t> data) {
  for (const std::uint32_t bit : bits_of(signal)) {
    if (bit / 8 >= data.size()) return false;
  }
  if (!signal.multiplexing) return true;
  const Signal* selector = message.signal(signal.multiplexing->selector);
  if (signal.multiplexing->selector.empty()) {
    for (const Signal& other : message.signals) {
      if (selector == nullptr && other.is_selector && !other.multiplexing) selector = &other;
    }
  }
  if (!naive_present(message, *selector, data)) return false;
  const std::uint64_t value = naive_bits(*selector, data);
  for (const SelectorRange& range : signal.multiplexing->ranges) {
    if (value >= range.from && value <= range.to) return true;
  }
  return false;
}

// The signed or unsigned integer that the bits are.
inline Wide naive_integer(const Signal& signal, std::uint64_t bits) {
  Wide value = bits;
  if (signal.is_signed && ((bits >> (signal.length_bits - 1)) & 1U) != 0) {
    value -= static_cast<Wide>(1) << signal.length_bits;
  }
  return value;
}

inline double naive_double(const Signal& signal, std::uint64_t bits) {
  double raw = 0;
  if (signal.kind == ValueKind::float32) {
    raw = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  } else if (signal.kind == ValueKind::float64) {
    raw = std::bit_cast<double>(bits);
  } else {
    raw = static_cast<double>(naive_integer(signal, bits));
  }
  const double product = raw * signal.factor;
  return product + signal.offset;
}

class RandomLayouts {
 public:
  explicit RandomLayouts(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }

  SignalWish wish(std::uint32_t frame_bits) {
    static constexpr std::array<double, 8> kIntegers{1, 1, 1, 2, -3, 100, 1000000007, 0};
    static constexpr std::array<double, 6> kReals{0.1, 0.5, -0.015625, 1e-7, 3.7, 12345.678};
    SignalWish wish;
    wish.place_at = static_cast<std::uint32_t>(below(frame_bits));
    wish.length_bits = static_cast<std::uint32_t>(chance(25) ? 1 + below(64) : 1 + below(17));
    wish.order = chance(50) ? ByteOrder::intel : ByteOrder::motorola;
    wish.is_signed = chance(40);
    if (chance(15)) wish.kind = chance(50) ? ValueKind::float32 : ValueKind::float64;
    wish.integral_scale = chance(40);
    wish.factor = wish.integral_scale ? kIntegers[below(kIntegers.size())] : kReals[below(kReals.size())];
    wish.offset = wish.integral_scale ? static_cast<double>(below(200)) - 100 : kReals[below(kReals.size())];
    return wish;
  }

  // Non-overlapping but for what different selector values share; some messages have a selector, some a
  // chain.
  Message message(std::uint32_t id, bool extended, std::uint32_t length_bytes) {
    Message message;
    message.name = "M" + std::to_string(id);
    message.id = id;
    message.extended = extended;
    message.length_bytes = length_bytes;
    std::vector<bool> taken(length_bytes * 8);
    const unsigned selectors = chance(50) ? static_cast<unsigned>(1 + below(2)) : 0;
    for (unsigned s = 0; s < selectors; ++s) add_selector(message, taken, s);
    const std::size_t count = 1 + below(length_bytes * 2);
    std::vector<std::vector<bool>> by_value(4, taken);
    for (std::size_t i = 0; i < count; ++i) add_signal(message, by_value, "S" + std::to_string(i), selectors);
    return message;
  }

 private:
  void add_selector(Message& message, std::vector<bool>& taken, unsigned index) {
    SignalWish wanted = wish(message.length_bytes * 8);
    wanted.length_bits = static_cast<std::uint32_t>(1 + below(8));
    wanted.kind = ValueKind::integer;
    std::optional<Signal> selector = place(wanted, taken, "Mux" + std::to_string(index));
    if (!selector) return;
    selector->is_selector = true;
    if (index > 0 && !message.signals.empty())
      selector->multiplexing = Multiplexing{"Mux0", {{0, 0}, {2, 3}}};
    message.signals.push_back(*selector);
  }

  void add_signal(Message& message, std::vector<std::vector<bool>>& by_value, const std::string& name,
                  unsigned selectors) {
    const bool multiplexed =
        selectors > 0 && !message.signals.empty() && message.signals[0].is_selector && chance(60);
    const SignalWish wanted = wish(message.length_bytes * 8);
    if (!multiplexed) {
      std::vector<bool> anywhere = by_value[0];
      for (const auto& other : by_value) {
        for (std::size_t i = 0; i < anywhere.size(); ++i) anywhere[i] = anywhere[i] || other[i];
      }
      const std::vector<bool> before = anywhere;
      if (const auto signal = place(wanted, anywhere, name)) {
        message.signals.push_back(*signal);
        for (auto& other : by_value) {
          for (std::size_t i = 0; i < other.size(); ++i) other[i] = other[i] || (anywhere[i] && !before[i]);
        }
      }
      return;
    }
    const std::uint64_t value = below(by_value.size());
    if (auto signal = place(wanted, by_value[value], name)) {
      const bool chained = message.signals.size() > 1 && message.signals[1].is_selector && chance(50);
      signal->multiplexing = Multiplexing{chained ? "Mux1" : chance(50) ? "Mux0" : "", {{value, value}}};
      message.signals.push_back(*signal);
    }
  }

  std::mt19937_64 random_;
};

}  // namespace cantrail::dbc::testing
