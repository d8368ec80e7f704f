// Diagnostic trouble codes as rows: those of J1939 (SAE J1939-73, DM1 and DM2), and those in the answers of
// UDS (ISO 14229-1, service 0x19) and OBD-II (SAE J1979, services 03, 07, 0A). A message without a code gives
// one row that says so: its code is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/j1939_identifier.hpp"
#include "model/schema.hpp"
#include "model/stream_block.hpp"

namespace cantrail::transport {

[[nodiscard]] RowSchema describe_j1939_codes(std::string name, std::string comment, std::uint32_t group);
// How many rows a payload gives; 0: it is none of these.
[[nodiscard]] std::size_t count_j1939_codes(std::span<const std::uint8_t> payload);
// Row `number` of the payload into `row` of the block; not its time and frame.
void put_j1939_code(std::span<const std::uint8_t> payload, std::size_t number, const j1939::Identifier& said,
                    StreamBlock& block, std::size_t row);

[[nodiscard]] RowSchema describe_uds_codes(std::string name);
[[nodiscard]] std::size_t count_uds_codes(std::span<const std::uint8_t> payload);
void put_uds_code(std::span<const std::uint8_t> payload, std::size_t number, std::uint32_t id,
                  StreamBlock& block, std::size_t row);

}  // namespace cantrail::transport
