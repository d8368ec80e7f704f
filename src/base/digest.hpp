// SHA-256, the name of catalogs and blobs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace cantrail {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  [[nodiscard]] bool is_zero() const { return *this == Digest{}; }
};

[[nodiscard]] Digest sha256(std::string_view content);
[[nodiscard]] std::string to_hex(const Digest& digest);

}  // namespace cantrail
