// Where a reader's bytes come from, and where a writer's go: files (file_bytes.hpp), or memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"

namespace cantrail::mcap {

// Random access to bytes that do not change. Not thread-safe unless said otherwise.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset` on. Fewer bytes than asked for: the end of the source.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

// Takes bytes in order.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // All pieces, one behind the other, or a fault: then some bytes may have been written, and the caller of
  // the writer cuts them off.
  virtual Status write(std::span<const std::span<const std::byte>> pieces) = 0;
};

// Borrows the bytes. Thread-safe.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const auto there = bytes_.subspan(offset, std::min<std::uint64_t>(out.size(), bytes_.size() - offset));
    std::copy(there.begin(), there.end(), out.begin());
    return there.size();
  }

 private:
  std::span<const std::byte> bytes_;
};

// A part of another source, which must outlive it and reach to offset + length.
class RangeSource final : public ByteSource {
 public:
  RangeSource(const ByteSource& whole, std::uint64_t offset, std::uint64_t length)
      : whole_(whole), offset_(offset), length_(length) {}
  [[nodiscard]] std::uint64_t size() const override { return length_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset >= length_) return std::size_t{0};
    return whole_.read_at(offset_ + offset, out.first(std::min<std::uint64_t>(out.size(), length_ - offset)));
  }

 private:
  const ByteSource& whole_;
  std::uint64_t offset_;
  std::uint64_t length_;
};

class MemorySink final : public ByteSink {
 public:
  std::vector<std::byte> bytes;
  Status write(std::span<const std::span<const std::byte>> pieces) override {
    for (const auto piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
    return {};
  }
};

}  // namespace cantrail::mcap
