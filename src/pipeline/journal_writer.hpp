// The thread that writes the journal: appends each batch as it is sealed, and says what became of every batch
// (another makes it safe against a power cut: journal_sync.hpp). While the journal cannot be written, batches
// are lost for the durable sinks (and the loss is written down as soon as writing works again), but nobody
// waits.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "component/context.hpp"
#include "journal/journal.hpp"
#include "pipeline/batch_pool.hpp"
#include "pipeline/clock_watch.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_sync.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/write_rate.hpp"

namespace cantrail {

class JournalWriter {
 public:
  struct Parts {
    Journal& journal;
    Sequencer& sequencer;
    BatchPool& pool;  // of tick batches
    GapLog& gaps;
    Clock& clock;
    Log& log;
    SyncMode sync;
  };
  explicit JournalWriter(Parts parts)
      : parts_(parts), sync_({parts.journal, parts.clock, parts.log, sync_interval(parts.sync)}) {}
  ~JournalWriter() { stop(); }

  void start();
  // Writes what is queued, syncs, marks the orderly end. The sequencer must be closed.
  void stop();

  // Any thread. Everything up to this seq of the epoch has its fate, and what was accepted can be read.
  [[nodiscard]] std::uint64_t processed_seq() const { return processed_.load(std::memory_order_acquire); }

  // Any thread. Records up to processed_seq() (asked before) were lost, and the journal does not say so yet:
  // its end is not all that is to be known. Never after stop().
  [[nodiscard]] bool owes_a_gap() const { return owes_a_gap_.load(std::memory_order_acquire); }

  // Any thread. Everything accepted up to this seq of the epoch survives a power cut.
  [[nodiscard]] std::uint64_t synced_seq() const { return sync_.synced_seq(); }

  // Any thread. Stores get the records of sources that resume only when they are synced: else a power cut
  // could leave a store ahead of the journal, and the source would deliver again what the store has.
  [[nodiscard]] bool may_be_stored(const RawBatch& accepted) const {
    return accepted.source_position.empty() || accepted.position.epoch != parts_.journal.epoch() ||
           accepted.position.seq <= synced_seq();
  }

  // Any thread. The last source position that is safe on disk; empty: none yet.
  [[nodiscard]] SourcePosition synced_position(SourceId source) const {
    return sync_.synced_position(source);
  }

  struct Health {
    bool ok = true;
    std::string message;            // why not
    std::optional<WallTime> since;  // not ok
    Duration unsynced_age{};
    std::optional<std::uint64_t> written_bytes_per_day;
  };
  [[nodiscard]] Health health() const;

  // Any thread. Where the wall clock was set, as the batches' clocks tell it.
  [[nodiscard]] ClockSteps clock_steps() const { return clock_watch_.steps(); }

 private:
  void run();
  void write(const JournalEntry& entry);
  bool try_append(const RawBatch& batch);
  Status append_lost(const CatalogPtr& catalog);
  void append_last_lost();
  bool append_patiently(const RawBatch& batch);
  void lose(const RawBatch& batch);
  void tick();
  void note_rate();

  Parts parts_;
  JournalSync sync_;
  ClockWatch clock_watch_;
  std::thread thread_;
  std::atomic<std::uint64_t> processed_{0};
  std::atomic<bool> owes_a_gap_{false};

  // Of the writer's thread alone:
  LostRecords lost_;
  std::optional<MonoTime> retry_at_;
  JournalFate loss_ = JournalFate::lost;  // what a batch that is not tried meanwhile gets
  MonoTime last_record_;
  MonoTime rate_noted_;
  CatalogPtr catalog_;  // of the last batch seen

  mutable std::mutex mutex_;  // guards what follows
  Health health_;
  WriteRate write_rate_;
};

}  // namespace cantrail
