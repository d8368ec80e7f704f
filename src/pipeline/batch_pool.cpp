#include "pipeline/batch_pool.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace cantrail {

// Small batches are what a live bus makes, hundreds a second: their memory is kept for the next one, also
// where a store's lane gives back all those of a group at once. Large ones come from recordings and go back
// to the allocator, so that idle memory stays small.
struct BatchPool::Pooled : RawBatch {
  std::size_t accounted_bytes = 0;
};

struct BatchPool::Shared {
  static constexpr std::size_t kSmallBytes = std::size_t{48} * 1024;
  static constexpr std::size_t kKeptBytes = std::size_t{2} << 20;

  std::size_t limit = 0;
  std::mutex mutex;
  std::condition_variable room;
  std::size_t used = 0;
  std::vector<std::unique_ptr<Pooled>> kept;
  std::size_t kept_bytes = 0;

  static void give_back(const std::shared_ptr<Shared>& shared, Pooled* raw) {
    std::unique_ptr<Pooled> batch(raw);
    batch->clear();
    const std::size_t bytes = batch->memory_bytes();
    {
      const std::lock_guard lock(shared->mutex);
      shared->used -= batch->accounted_bytes;
      batch->accounted_bytes = 0;
      if (bytes <= kSmallBytes && shared->kept_bytes + bytes <= kKeptBytes) {
        shared->kept_bytes += bytes;
        shared->kept.push_back(std::move(batch));
      }
    }
    shared->room.notify_all();
  }
};

BatchPool::BatchPool(std::size_t limit_bytes) : shared_(std::make_shared<Shared>()) {
  shared_->limit = limit_bytes;
}

std::shared_ptr<RawBatch> BatchPool::acquire() {
  return acquire_within(Duration::zero());
}

std::shared_ptr<RawBatch> BatchPool::acquire_within(Duration patience) {
  std::unique_ptr<Pooled> batch;
  {
    std::unique_lock lock(shared_->mutex);
    const auto has_room = [&] { return shared_->used < shared_->limit; };
    if (!has_room() && !shared_->room.wait_for(lock, patience, has_room)) return nullptr;
    if (!shared_->kept.empty()) {
      batch = std::move(shared_->kept.back());
      shared_->kept.pop_back();
      shared_->kept_bytes -= batch->memory_bytes();
    }
  }
  if (!batch) batch = std::make_unique<Pooled>();
  return {batch.release(), [shared = shared_](Pooled* raw) { Shared::give_back(shared, raw); }};
}

void BatchPool::account(RawBatch& batch) {
  auto& pooled = static_cast<Pooled&>(batch);
  const std::size_t bytes = batch.memory_bytes();
  const std::lock_guard lock(shared_->mutex);
  shared_->used += bytes - pooled.accounted_bytes;
  pooled.accounted_bytes = bytes;
}

std::size_t BatchPool::used_bytes() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->used;
}

std::size_t BatchPool::limit_bytes() const {
  return shared_->limit;
}

}  // namespace cantrail
