// Blobs as the bytes of a string, and back.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cantrail::sqlite {

[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace cantrail::sqlite
