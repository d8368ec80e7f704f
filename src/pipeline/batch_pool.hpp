// The memory of all raw batches of a node, bounded. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>

#include "base/time.hpp"
#include "model/batch.hpp"

namespace cantrail {

class BatchPool {
 public:
  explicit BatchPool(std::size_t limit_bytes);

  // A clean batch, or nullptr while the bytes of all sealed batches alive are at the limit. The memory comes
  // back when the last reference is gone; batches may outlive the pool.
  [[nodiscard]] std::shared_ptr<RawBatch> acquire();
  // The same, but waits up to `patience` for room.
  [[nodiscard]] std::shared_ptr<RawBatch> acquire_within(Duration patience);

  // At sealing: from now on the batch's bytes count, until it comes back.
  void account(RawBatch& batch);

  [[nodiscard]] std::size_t used_bytes() const;
  [[nodiscard]] std::size_t limit_bytes() const;

 private:
  struct Shared;
  struct Pooled;
  std::shared_ptr<Shared> shared_;
};

}  // namespace cantrail
