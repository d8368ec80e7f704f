// The columns of a batch as one zstd frame (RFC 8878), and back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace cantrail {

enum class JournalCompression : std::uint8_t { none, zstd };

namespace journal {

// One thread's. Keeps its memory, so that it does not allocate once it is warm.
class ColumnCompressor {
 public:
  ColumnCompressor();
  ~ColumnCompressor();
  ColumnCompressor(const ColumnCompressor&) = delete;
  ColumnCompressor& operator=(const ColumnCompressor&) = delete;

  // `bytes`: of all pieces. Valid until the next call; empty: it did not work.
  [[nodiscard]] std::span<const std::byte> compress(std::span<const std::span<const std::byte>> pieces,
                                                    std::size_t bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::vector<std::byte> plain_, packed_;
};

// One thread's.
class ColumnDecompressor {
 public:
  ColumnDecompressor();
  ~ColumnDecompressor();
  ColumnDecompressor(const ColumnDecompressor&) = delete;
  ColumnDecompressor& operator=(const ColumnDecompressor&) = delete;

  // Exactly `bytes`, 8-byte aligned, valid until the next call; nullopt: the frame is damaged, or does not
  // hold so many, or they are more than anybody writes.
  [[nodiscard]] std::optional<std::span<const std::byte>> decompress(std::span<const std::byte> frame,
                                                                     std::size_t bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::vector<std::uint64_t> words_;
};

}  // namespace journal
}  // namespace cantrail
