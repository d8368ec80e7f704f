// SHA-256, the name of catalogs and blobs.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cantrail {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  [[nodiscard]] bool is_zero() const { return *this == Digest{}; }
};

[[nodiscard]] Digest sha256(std::string_view content);

// The same of what comes piece by piece. One thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::span<const std::byte> piece);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] Digest digest() const;  // of all so far; more may come

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t bytes_ = 0;
};
[[nodiscard]] std::string to_hex(const Digest& digest);

}  // namespace cantrail
