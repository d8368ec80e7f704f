#include "decode/dbc/encoder.hpp"

#include <array>
#include <cassert>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "decode/dbc/decoder.hpp"
#include "decode/dbc/signal_word.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

// A payload being put together, and which of its bits somebody has asked for.
class Payload {
 public:
  explicit Payload(std::span<std::uint8_t> data) : data_(data) {}

  void clear(const SignalPlan& signal) { insert_raw(signal, 0, data_); }

  // False where a bit has been set to something else before.
  [[nodiscard]] bool claim(const SignalPlan& signal, std::uint64_t raw) {
    std::array<std::uint8_t, kMaxFrameBytes> covered{}, wanted{};
    insert_raw(signal, ~std::uint64_t{0}, covered);
    insert_raw(signal, raw, wanted);
    for (std::size_t i = 0; i < data_.size(); ++i) {
      if (((data_[i] ^ wanted[i]) & covered[i] & claimed_[i]) != 0) return false;
    }
    insert_raw(signal, raw, data_);
    for (std::size_t i = 0; i < data_.size(); ++i) claimed_[i] |= covered[i];
    return true;
  }

 private:
  std::span<std::uint8_t> data_;
  std::array<std::uint8_t, kMaxFrameBytes> claimed_{};
};

Fault rejected(const MessagePlan& message, std::size_t field, const std::string& why) {
  return {FaultKind::rejected, "signal " + printable(message.row->fields[field].name) + " of message " +
                                   printable(message.row->name) + ": " + why};
}

// The one value of the selector that switches the signal on, if there is exactly one.
std::optional<std::uint64_t> only_value(const SignalPlan& signal) {
  if (signal.ranges.empty()) return std::nullopt;
  const std::uint64_t value = signal.ranges.front().from;
  for (const SelectorRange& range : signal.ranges) {
    if (range.from != value || range.to != value) return std::nullopt;
  }
  return value;
}

// Sets the selectors above `field` that nobody has set. What does not fit shows when presence is checked.
void set_selectors(const MessagePlan& message, std::size_t field, std::vector<bool>& is_set,
                   Payload& payload) {
  for (const SignalPlan* signal = &message.signals[field]; signal->selector;) {
    const std::size_t selector = *signal->selector;
    const std::optional<std::uint64_t> value = only_value(*signal);
    if (value && !is_set[selector]) is_set[selector] = payload.claim(message.signals[selector], *value);
    signal = &message.signals[selector];
  }
}

}  // namespace

Status encode(const MessagePlan& message, std::span<const FieldValue> values, std::vector<std::uint8_t>& data,
              EncodeOptions options) {
  data.assign(message.length_bytes, options.fill);
  Payload payload(data);
  for (const SignalPlan& signal : message.signals) {
    if (signal.needed_bytes <= data.size()) payload.clear(signal);
  }

  std::vector<bool> is_set(message.signals.size());
  for (const FieldValue& value : values) {
    if (value.field >= message.signals.size()) {
      return Fault{FaultKind::rejected, "message " + printable(message.row->name) + " has no field " +
                                            std::to_string(value.field)};
    }
    const SignalPlan& signal = message.signals[value.field];
    if (signal.needed_bytes > data.size()) {
      return rejected(message, value.field,
                      "it lies behind the message's " + std::to_string(data.size()) + " bytes");
    }
    const Result<std::uint64_t> raw = raw_value(signal, value.value, options.clamp);
    if (!raw) return rejected(message, value.field, raw.fault().message);
    if (!payload.claim(signal, *raw)) {
      return rejected(message, value.field, "its bits have been given another value already");
    }
    is_set[value.field] = true;
  }
  for (const FieldValue& value : values) set_selectors(message, value.field, is_set, payload);
  for (const FieldValue& value : values) {
    if (!raw_word(message, value.field, data)) {
      return rejected(message, value.field, "its selector does not select it: give the selector a value too");
    }
  }
  return {};
}

void insert_raw(const SignalPlan& signal, std::uint64_t raw, std::span<std::uint8_t> data) {
  assert(data.size() >= signal.needed_bytes);
  const std::span<std::uint8_t> bytes = data.subspan(signal.first_byte, signal.byte_count);
  const std::uint64_t mask = low_bits(signal.length_bits);
  // What of a number at `shift` falls into byte i, counted from the least significant.
  const auto part = [&signal](std::uint64_t number, unsigned i) {
    const unsigned place = 8 * i;
    return static_cast<std::uint8_t>(place >= signal.shift ? number >> (place - signal.shift)
                                                           : number << (signal.shift - place));
  };
  for (unsigned i = 0; i < bytes.size(); ++i) {
    std::uint8_t& byte = signal.order == ByteOrder::intel ? bytes[i] : bytes[bytes.size() - 1 - i];
    byte = static_cast<std::uint8_t>((byte & ~part(mask, i)) | part(raw & mask, i));
  }
}

}  // namespace cantrail::dbc
