// The thread that makes the journal safe against a power cut, on schedule, and not at all while nothing was
// recorded. It is not the writer's: a disk that takes seconds over fdatasync holds up no append, so that a
// crash of the process meanwhile costs no more than at other times.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "component/context.hpp"
#include "journal/journal.hpp"

namespace cantrail {

class JournalSync {
 public:
  struct Parts {
    Journal& journal;
    Clock& clock;
    Log& log;
    Duration interval;  // from the first append behind a sync to the next
  };
  explicit JournalSync(Parts parts) : parts_(parts) {}
  ~JournalSync() { finish(); }

  void start();
  // Syncs what is left, and ends. Nothing may be appended from now on.
  void finish();

  // The writer's thread, behind each append. Ticks alone are not synced, an idle node leaves the disk asleep;
  // but for one behind a sync that failed, so that what waits for the next one does not wait for ever.
  void appended(const RawBatch& batch);

  // Any thread. Everything accepted up to this seq of the epoch survives a power cut.
  [[nodiscard]] std::uint64_t synced_seq() const { return synced_seq_.load(std::memory_order_acquire); }
  // Any thread. The last source position that is safe on disk; empty: none yet. After a failed sync not all
  // of this run is safe, and no position moves any more.
  [[nodiscard]] SourcePosition synced_position(SourceId source) const;
  // Any thread. Age of the oldest record that a power cut would cost.
  [[nodiscard]] Duration unsynced_age() const;

 private:
  void run();
  void sync(std::unique_lock<std::mutex>& lock);

  Parts parts_;
  std::thread thread_;
  std::atomic<std::uint64_t> synced_seq_{0};

  mutable std::mutex mutex_;  // guards what follows; not held during a sync
  std::condition_variable wake_;
  bool finishing_ = false;
  bool failed_ = false;       // one of this run
  bool last_failed_ = false;  // the last one
  std::uint64_t appended_seq_ = 0;
  std::optional<MonoTime> unsynced_since_;  // first append since the last sync began
  std::optional<MonoTime> syncing_since_;   // the same of what is being synced now
  std::map<SourceId, SourcePosition> appended_positions_, synced_positions_;
};

}  // namespace cantrail
