// Identifiers of OBD-II on CAN: ISO 15765-4, with 11 bits and with 29 bits. Linux form, with kIdExtended.
#pragma once

#include <cstdint>

#include "model/frame.hpp"

namespace cantrail::obd2 {

enum class Width : std::uint8_t { bits11, bits29 };

// To all control units.
[[nodiscard]] constexpr std::uint32_t to_all(Width width) {
  return width == Width::bits11 ? 0x7DFU : 0x18DB33F1U | kIdExtended;
}

// A control unit's answer: 7E8 … 7EF, or 18DAF1xx, where xx is its address.
[[nodiscard]] constexpr bool is_answer(std::uint32_t id, Width width) {
  return width == Width::bits11 ? (id & ~7U) == 0x7E8U : (id & ~0xFFU) == (0x18DAF100U | kIdExtended);
}

// To the control unit that answers by `id`: its requests, and flow control.
[[nodiscard]] constexpr std::uint32_t to_unit(std::uint32_t id, Width width) {
  return width == Width::bits11 ? id - 8U : (0x18DA00F1U | kIdExtended | (id & 0xFFU) << 8U);
}

// What a tester sends, to all or to one.
[[nodiscard]] constexpr bool is_request(std::uint32_t id) {
  return id == to_all(Width::bits11) || id == to_all(Width::bits29) || (id & ~7U) == 0x7E0U ||
         (id & ~0xFF00U) == (0x18DA00F1U | kIdExtended);
}

}  // namespace cantrail::obd2
