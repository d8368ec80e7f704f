// Compression of chunks: LZ4 frames and Zstandard. Contexts are made at first use and kept.
// Not thread-safe: one object a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.hpp"
#include "formats/mcap/byte_buffer.hpp"

namespace cantrail::mcap {

enum class Compression : std::uint8_t { none, lz4, zstd };

[[nodiscard]] std::string_view to_string(Compression compression);  // as a file names it; none is ""
[[nodiscard]] std::optional<Compression> compression_named(std::string_view name);

// For live recording: Zstandard's fastest level that still searches for matches, as other writers take.
inline constexpr int kDefaultZstdLevel = 1;
inline constexpr int kDefaultLz4Level = 0;

class Compressor {
 public:
  // zstd: -131072…22; lz4: below 0 faster and larger, 0 fast, 3…12 "HC", slow. nullopt: the default.
  explicit Compressor(Compression compression, std::optional<int> level = {});
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();

  [[nodiscard]] Compression compression() const { return compression_; }
  // Replaces the content of `out`. For `none` that is a copy. Faults: exhausted (no memory); bug.
  Status compress(std::span<const std::byte> in, ByteBuffer& out);

 private:
  struct Contexts;
  Status compress_lz4(std::span<const std::byte> in, ByteBuffer& out);
  Status compress_zstd(std::span<const std::byte> in, ByteBuffer& out);

  Compression compression_;
  int level_;
  std::unique_ptr<Contexts> contexts_;
};

class Decompressor {
 public:
  Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();

  // Replaces the content of `out` by exactly `bytes` bytes; any other number is a corrupt fault, as bad input
  // is. `bytes` is what gets allocated: the caller bounds it. `compression` is not none.
  Status decompress(Compression compression, std::span<const std::byte> in, std::uint64_t bytes,
                    ByteBuffer& out);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace cantrail::mcap
