// CRC-32 as zlib, gzip and MCAP have it (IEEE 802.3, reflected, 0xEDB88320), by carry-less multiplication.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cantrail::mcap {

// `before`: of the bytes before these; 0 at the start.
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace cantrail::mcap
