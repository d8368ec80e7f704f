// What a vehicle says of itself in text, as rows: its number (VIN), the names of calibrations and control
// units, in the answers of OBD-II (SAE J1979, service 09, kinds 02, 04, 0A) and UDS (ISO 14229-1, service
// 0x22, identifier F190). Texts are longer than a DBC signal can be.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "model/schema.hpp"
#include "model/stream_block.hpp"

namespace cantrail::transport {

[[nodiscard]] RowSchema describe_identification(std::string name);
// How many rows a payload gives; 0: it is none of these.
[[nodiscard]] std::size_t count_identification(std::span<const std::uint8_t> payload);
// Row `number` of the payload into `row` of the block; not its time and frame. `id`: who answered.
void put_identification(std::span<const std::uint8_t> payload, std::size_t number, std::uint32_t id,
                        StreamBlock& block, std::size_t row);

}  // namespace cantrail::transport
