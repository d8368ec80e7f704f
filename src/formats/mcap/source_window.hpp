// A stretch of a source in memory, which moves forward as it is asked for more.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/byte_source.hpp"

namespace cantrail::mcap {

inline constexpr std::uint64_t kPieceBytes = std::uint64_t{256} << 10U;  // for what is read in pieces

// Not thread-safe; borrows the source. Holds as much as was asked for at once, and some ahead.
class SourceWindow {
 public:
  explicit SourceWindow(const ByteSource& source) : source_(source), size_(source.size()) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // The bytes [offset, offset + count), fewer only at the end of the source. Valid until the next call.
  // Memory is taken for bytes that are there; the caller bounds `count` all the same. Faults: those of the
  // source; unavailable, if it became shorter.
  Result<std::span<const std::byte>> at(std::uint64_t offset, std::uint64_t count);

 private:
  Status load(std::uint64_t offset, std::uint64_t count);

  const ByteSource& source_;
  std::uint64_t size_;
  std::uint64_t begin_ = 0;  // of buffer_ in the source
  ByteBuffer buffer_;
};

}  // namespace cantrail::mcap
