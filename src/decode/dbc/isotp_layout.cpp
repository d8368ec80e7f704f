#include "decode/dbc/isotp_layout.hpp"

#include <algorithm>

#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::uint64_t kPositiveAnswer = 0x40;
constexpr std::uint32_t kFurthestService = 2;  // byte

bool is_answer(const SelectorRange& range) {
  return range.from == range.to && (range.from & kPositiveAnswer) != 0;
}

// It selects something, and nothing by another number. What eight bits cannot say selects nothing: files that
// forgot to say by which selector.
bool selects_answers(const Message& message, const Signal& selector) {
  bool any = false;
  for (const Signal& signal : message.signals) {
    if (!signal.multiplexing) continue;
    const std::string& by = signal.multiplexing->selector;
    if (!by.empty() && by != selector.name) continue;
    for (const SelectorRange& range : signal.multiplexing->ranges) {
      if (range.from > 0xFF) continue;
      if (!is_answer(range)) return false;
      any = true;
    }
  }
  return any;
}

std::optional<std::uint32_t> service_byte(const Message& message) {
  for (const Signal& signal : message.signals) {
    if (!signal.is_selector || signal.multiplexing || signal.length_bits != 8) continue;
    const std::uint32_t first_bit = signal.order == ByteOrder::intel ? 0 : 7;
    if (signal.start_bit % 8 != first_bit || !selects_answers(message, signal)) return std::nullopt;
    return signal.start_bit / 8;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint8_t> find_isotp_lead(const Message& message) {
  if (message.length_bytes <= kMaxClassicBytes || message.says_fd || message.j1939) return std::nullopt;
  const bool is_longer = message.length_bytes > kMaxFrameBytes;
  const auto service = service_byte(message);
  if (service && *service <= kFurthestService && (*service != 0 || is_longer)) {
    return static_cast<std::uint8_t>(*service);
  }
  return is_longer ? std::optional<std::uint8_t>(0) : std::nullopt;
}

}  // namespace cantrail::dbc
