#include "formats/mcap/crc32.hpp"

#include <libdeflate.h>

namespace cantrail::mcap {

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  // libdeflate takes a null pointer as a request for the start value.
  return bytes.empty() ? before : libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace cantrail::mcap
