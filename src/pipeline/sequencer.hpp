// The one point where batches get their place: every sealed batch of every source passes here and is handed,
// in one order, to the journal and to the main chain. Thread-safe; holds its lock for two queue operations.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "model/batch.hpp"
#include "pipeline/batch_queue.hpp"
#include "pipeline/catalog_store.hpp"

namespace cantrail {

// What the journal did not get, summed up until it can be written down.
struct LostRecords {
  std::uint64_t batches = 0, records = 0;
  WallTime from, to;
  GapReason reason = GapReason::journal_failed;  // disk_full: of all of them
  Position last;                                 // of the last lost batch: free for the record of the gap
  std::uint64_t end_record = 0;                  // behind the last lost record
  std::vector<GapRecord> gaps;  // that the lost batches themselves told of; at most kMostGaps

  void add(const RawBatch& batch);  // its fate is known
  void add(const LostRecords& later);
  [[nodiscard]] bool none() const { return batches == 0; }

  static constexpr std::size_t kMostGaps = 1000;
};

struct JournalEntry {
  RawBatchPtr batch;
  LostRecords lost_before;  // the journal's queue was full
};

class Sequencer {
 public:
  // What the journal may have waiting. Beyond it (a stalled disk) a batch goes on without the journal: marked
  // lost, so that capture and live view are not held up; the journal's writer writes the gap down.
  static constexpr std::size_t kJournalQueueBytes = 8U << 20;

  Sequencer(JournalId journal, std::uint32_t epoch, std::shared_ptr<CatalogStore> catalogs)
      : catalogs_(std::move(catalogs)), next_{journal, epoch, 1, 0} {}

  // Precondition: sealed, and accounted in the pool. Gives the batch its position and the newest catalog:
  // what its source holds ids of is in there, and where ids are others by now, the batch gets these. From now
  // on nobody changes it.
  void submit(std::shared_ptr<RawBatch> batch);

  // For sources that can wait: room in both queues.
  [[nodiscard]] bool wait_for_room(Duration patience);

  struct Head {
    Position next;              // of the next batch
    std::uint64_t records = 0;  // sequenced in this epoch
  };
  [[nodiscard]] Head head() const;

  [[nodiscard]] BatchQueue<JournalEntry>& journal_queue() { return journal_queue_; }
  [[nodiscard]] BatchQueue<RawBatchPtr>& chain_queue() { return chain_queue_; }
  [[nodiscard]] bool closed() const { return journal_queue_.closed(); }
  void close();                           // after the last submit()
  [[nodiscard]] LostRecords take_lost();  // after close(): what no later entry will tell of

 private:
  std::shared_ptr<CatalogStore> catalogs_;
  mutable std::mutex mutex_;
  Position next_;
  std::uint64_t records_ = 0;
  LostRecords lost_;
  BatchQueue<JournalEntry> journal_queue_;
  BatchQueue<RawBatchPtr> chain_queue_;
};

}  // namespace cantrail
