#include "scalar_sketch.hpp"

#include "decode/dbc/signal_word.hpp"

namespace cantrail::bench {

ScalarSketch::ScalarSketch(const dbc::DecodePlan& plan) : plan_(plan) {
  std::size_t most = 0;
  for (const dbc::MessagePlan& message : plan.messages()) {
    std::vector<Signal>& signals = messages_.emplace_back();
    for (const dbc::SignalPlan& from : message.signals) {
      if (from.first_byte + from.byte_count > 8) continue;
      Signal signal;
      signal.mask = dbc::low_bits(from.length_bits);
      signal.sign = from.is_signed ? std::uint64_t{1} << (from.length_bits - 1) : 0;
      signal.swapped = from.order == dbc::ByteOrder::motorola;
      const unsigned before = 8U * from.first_byte;
      signal.shift = from.shift + (signal.swapped ? 64 - before - 8U * from.byte_count : before);
      signal.factor = from.factor;
      signal.offset = from.offset;
      signals.push_back(signal);
    }
    most = std::max(most, signals.size());
  }
  values_.resize(most);
}

std::uint64_t ScalarSketch::decode(std::span<const Record> records) {
  std::uint64_t count = 0;
  for (const Record& record : records) {
    const std::vector<Signal>& signals = messages_[plan_.lookup(record.id)];
    const std::uint64_t swapped = __builtin_bswap64(record.data);
    double* to = values_.data();
    for (const Signal& signal : signals) {
      const std::uint64_t bits = ((signal.swapped ? swapped : record.data) >> signal.shift) & signal.mask;
      const auto raw = static_cast<std::int64_t>((bits ^ signal.sign) - signal.sign);
      *to++ = static_cast<double>(raw) * signal.factor + signal.offset;
    }
    count += signals.size();
    asm volatile("" : : "r"(values_.data()) : "memory");  // the values are wanted
  }
  return count;
}

}  // namespace cantrail::bench
