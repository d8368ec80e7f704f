// What a 29-bit identifier says in SAE J1939-21: priority (3 bits), parameter group (18 bits), source address
// (8 bits). Where the group's format (bits 16–23) is below 240 (PDU1), bits 8–15 are the destination and no
// part of the group; else (PDU2) they are part of it and the message goes to all.
#pragma once

#include <cstdint>

#include "model/frame.hpp"

namespace cantrail::j1939 {

inline constexpr std::uint8_t kGlobal = 0xFF;       // destination: all
inline constexpr std::uint8_t kNullAddress = 0xFE;  // nobody: what DBC files name where any source is meant
inline constexpr std::uint32_t kFirstPdu2Format = 240;

// Groups of packets (SAE J1939-21): TP.CM, TP.DT.
inline constexpr std::uint32_t kConnectionManagement = 0xEC00;
inline constexpr std::uint32_t kDataTransfer = 0xEB00;

struct Identifier {
  std::uint32_t group = 0;  // parameter group number
  std::uint8_t priority = 0;
  std::uint8_t source = 0;
  std::uint8_t destination = kGlobal;
};

// The part of an identifier that is its group, in its place.
[[nodiscard]] constexpr std::uint32_t group_bits(std::uint32_t id) {
  const bool to_one = ((id >> 16) & 0xFF) < kFirstPdu2Format;
  return id & (to_one ? 0x03FF0000U : 0x03FFFF00U);
}

[[nodiscard]] constexpr Identifier parse(std::uint32_t id) {
  Identifier result;
  result.group = group_bits(id) >> 8;
  result.priority = static_cast<std::uint8_t>((id >> 26) & 7);
  result.source = static_cast<std::uint8_t>(id & 0xFF);
  if (((id >> 16) & 0xFF) < kFirstPdu2Format)
    result.destination = static_cast<std::uint8_t>((id >> 8) & 0xFF);
  return result;
}

// The identifier with which the same sender would send that group, to the same address where it goes to one.
// Without kIdExtended.
[[nodiscard]] constexpr std::uint32_t with_group(std::uint32_t id, std::uint32_t group) {
  const bool to_one = ((group >> 8) & 0xFF) < kFirstPdu2Format;
  return (id & 0x1C0000FFU) | group << 8 | (to_one ? id & 0xFF00U : 0U);
}

// A frame that J1939 can have sent: 29 bits, neither remote nor error.
[[nodiscard]] constexpr bool is_candidate(std::uint32_t id) {
  return (id & (kIdExtended | kIdRemote | kIdError)) == kIdExtended;
}

}  // namespace cantrail::j1939
