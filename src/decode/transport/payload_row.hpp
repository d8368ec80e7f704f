// One payload that a transport protocol carried, decoded into one row, a signal at a time: there are few of
// them, and they are long.
#pragma once

#include <cstdint>
#include <span>

#include "decode/dbc/plan.hpp"
#include "model/j1939_identifier.hpp"
#include "model/stream_block.hpp"

namespace cantrail::transport {

// Of the message's columns; not the row's time and frame. `said` counts for J1939 messages only.
void put_payload(const dbc::MessagePlan& message, std::span<const std::uint8_t> payload,
                 const j1939::Identifier& said, StreamBlock& block, std::size_t row);

}  // namespace cantrail::transport
