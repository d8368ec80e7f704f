// Where a source leaves a value that is too large for a row.
#pragma once

#include <span>

#include "base/status.hpp"
#include "model/blob.hpp"

namespace cantrail {

inline constexpr std::size_t kLargestBlob = std::size_t{64} << 20;

// Thread-safe.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // When it returns ok, the content is safe on the disk: a row may name it. It waits for that, so it is no
  // call for the thread that reads a source's input. The content stays until a row names it
  // (FrameBuilder::add_blob, once for each put) and the journal has dropped that row. Equal contents are kept
  // once. Faults: exhausted (no room), unavailable (the disk fails), rejected (over kLargestBlob).
  virtual Result<BlobReference> put(std::span<const std::byte> content) = 0;
};

}  // namespace cantrail
