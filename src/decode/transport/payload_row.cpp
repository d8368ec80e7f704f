#include "decode/transport/payload_row.hpp"

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/signal_word.hpp"

namespace cantrail::transport {

void put_payload(const dbc::MessagePlan& message, std::span<const std::uint8_t> payload,
                 const j1939::Identifier& said, StreamBlock& block, std::size_t row) {
  const std::size_t signals = message.signals.size();
  for (std::size_t field = 0; field < signals; ++field) {
    const dbc::SignalPlan& signal = message.signals[field];
    const auto raw = dbc::raw_word(message, field, payload);
    if (!raw) {
      block.set_absent(field, row, Quality::inactive);
    } else if (signal.reserved && *raw >= signal.reserved->error) {
      block.set_absent(field, row, *raw >= signal.reserved->none ? Quality::not_available : Quality::error);
    } else {
      block.u64(field)[row] = dbc::column_word(signal, *raw);
    }
  }
  if (!message.j1939()) return;
  block.u64(signals)[row] = said.source;
  block.u64(signals + 1)[row] = said.destination;
  block.u64(signals + 2)[row] = said.priority;
}

}  // namespace cantrail::transport
