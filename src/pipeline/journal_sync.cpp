#include "pipeline/journal_sync.hpp"

#include <algorithm>

namespace cantrail {
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds(100);  // a clock of one's own may have been set

}  // namespace

void JournalSync::start() {
  // The run before may have crashed, and left something that is not safe yet.
  if (parts_.journal.dirty()) unsynced_since_ = parts_.clock.mono();
  thread_ = std::thread([this] { run(); });
}

void JournalSync::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void JournalSync::appended(const RawBatch& batch) {
  const std::lock_guard lock(mutex_);
  appended_seq_ = batch.position.seq;
  if (!batch.source_position.empty()) appended_positions_[batch.source] = batch.source_position;
  if ((batch.tick && !last_failed_) || unsynced_since_) return;
  unsynced_since_ = parts_.clock.mono();
  wake_.notify_all();
}

void JournalSync::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return unsynced_since_ || finishing_; });
    while (unsynced_since_ && !finishing_) {
      const Duration left = *unsynced_since_ + parts_.interval - parts_.clock.mono();
      if (left <= Duration::zero()) break;
      wake_.wait_for(lock, std::min(left, kLookAgain), [this] { return finishing_; });
    }
    if (unsynced_since_) sync(lock);
    if (finishing_ && !unsynced_since_) return;
  }
}

void JournalSync::sync(std::unique_lock<std::mutex>& lock) {
  syncing_since_ = std::exchange(unsynced_since_, std::nullopt);
  const std::uint64_t seq = appended_seq_;
  const auto positions = appended_positions_;
  lock.unlock();
  const Status synced = parts_.journal.sync();
  if (!synced) {
    parts_.log.write(Severity::error, "journal",
                     synced.fault().message +
                         "; going on in a new segment. A power cut may take what this one had not synced: "
                         "look at the disk");
  }
  lock.lock();
  syncing_since_.reset();
  last_failed_ = !synced;
  failed_ = failed_ || last_failed_;
  if (!synced) return;
  synced_seq_.store(seq, std::memory_order_release);
  if (!failed_) synced_positions_ = positions;
}

SourcePosition JournalSync::synced_position(SourceId source) const {
  const std::lock_guard lock(mutex_);
  const auto at = synced_positions_.find(source);
  return at != synced_positions_.end() ? at->second : SourcePosition{};
}

Duration JournalSync::unsynced_age() const {
  const std::lock_guard lock(mutex_);
  const auto& since = syncing_since_ ? syncing_since_ : unsynced_since_;
  return since ? parts_.clock.mono() - *since : Duration::zero();
}

}  // namespace cantrail
