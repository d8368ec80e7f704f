// Decompression of a byte stream in pieces: xz, gzip, Zstandard. Concatenated streams are one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace cantrail {

enum class Compression : std::uint8_t { none, xz, gzip, zstd };

// By the magic bytes at the beginning of a file; kMagicBytes of them are enough.
inline constexpr std::size_t kMagicBytes = 6;
[[nodiscard]] Compression detect_compression(std::span<const std::uint8_t> beginning);
[[nodiscard]] std::string_view to_string(Compression compression);

// One stream, from its beginning. Not thread-safe.
class Decompressor {
 public:
  struct Step {
    std::size_t consumed = 0;  // of the input
    std::size_t produced = 0;  // into the output
    bool ended = false;        // at_end only: everything was whole, and nothing more will come
    // What is wrong with the input, without the name of the file. `produced` bytes are good all the same.
    std::optional<std::string> problem;
  };

  virtual ~Decompressor() = default;
  // Decompresses what it can. Without progress (nothing consumed, nothing produced, no problem, not ended) it
  // needs more input. `at_end`: no input follows what is given.
  virtual Step step(std::span<const std::uint8_t> in, bool at_end, std::span<char> out) = 0;
};

// `compression` is not none. Fails when the library has no memory.
[[nodiscard]] Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression);

}  // namespace cantrail
