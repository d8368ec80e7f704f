// Which messages of a DBC come by ISO-TP, and where in their layout the payload begins. Layouts are those of
// a single frame, as if frames had no end: with the address, if there is one, and the byte that says the
// length before the payload. There is no attribute for it; the selector of services says it: eight bits that
// are the message's selector and select by numbers of positive answers (UDS, KWP 2000, OBD-II: bit 6 set).
//   byte 1: the length goes before (normal addressing)
//   byte 2: address and length go before (extended, mixed addressing)
//   byte 0, or no such selector: only in messages longer than a frame, whose layout is the payload alone
// Messages that fit classic CAN, that VFrameFormat calls CAN FD, and those of J1939 are none of these.
#pragma once

#include <cstdint>
#include <optional>

#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

inline constexpr std::uint32_t kMostIsoTpBytes = 4095 + 2;

// Bytes before the payload.
[[nodiscard]] std::optional<std::uint8_t> find_isotp_lead(const Message& message);

}  // namespace cantrail::dbc
