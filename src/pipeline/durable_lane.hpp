// A lane for a store: nothing accepted is lost on it. While it is caught up it takes batches from the main
// chain, but only those whose journal write has returned. When it is behind (after a restart, an outage, or
// when its queue is full) it lets go of the queue and reads the journal from its cursor, decoding as it goes;
// near the head it starts to queue again, and joins when what it has read meets what it has queued. Before it
// decodes what it reads, it reads back as far as named signals remember: their rows are those of the main
// chain.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "journal/journal.hpp"
#include "pipeline/batch_decoder.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/dead_letters.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_writer.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/lane_ledger.hpp"
#include "pipeline/lane_starts.hpp"
#include "pipeline/sink_writer.hpp"
#include "pipeline/write_rate.hpp"

namespace cantrail {

// How many lanes read the journal at the same time: more would only make the disk seek.
using CatchUpSlots = std::counting_semaphore<2>;

class DurableLane;
// The way from readers, which may outlive the lane, to the lane.
struct LaneDoor {
  std::mutex mutex;
  DurableLane* lane = nullptr;  // nullptr: gone
};

class DurableLane final : public Lane {
 public:
  struct Parts {
    std::string type;
    SinkContext context;
    std::unique_ptr<Sink> sink;
    LaneKeys keys;
    bool from_oldest = false;  // where a new store begins: the oldest record, or now
    std::size_t queue_bytes = 4U << 20;
    std::string dead_letter_path;
    LaneStarts& starts;
    Journal& journal;
    const JournalWriter& journal_writer;
    std::shared_ptr<CatalogStore> catalogs;
    CatchUpSlots& slots;
    GapLog& gaps;
    Duration longest_back_off = kLongestBackOff;
  };
  explicit DurableLane(Parts parts);
  ~DurableLane() override;

  Status prepare() override;
  void start() override;
  void offer(const BatchPtr& batch) override;
  bool drain(MonoTime deadline) override;
  void hurry() override;
  // Writes what has been accepted by now, within `patience`, but no more often than once a second; then what
  // the history answers holds it. Any thread.
  void freshen(Duration patience);
  [[nodiscard]] LaneStatus status(const Sequencer& sequencer) const override;
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return history_; }

 private:
  using Group = std::vector<BatchPtr>;

  void run();
  bool open();
  Status obey(const std::optional<Position>& stored);
  [[nodiscard]] Status check_origin(const Position& stored);
  bool note_open();
  void warn_of_older_journal();

  void follow();    // one group while caught up
  void catch_up();  // reads the journal until it meets the queue, a fault, or the end
  [[nodiscard]] bool safe_to_hand_over(const RawBatch& batch) const;
  [[nodiscard]] bool met_the_queue(bool at_end, std::uint64_t processed_seq);
  Result<Group> read_group();
  Status recall(const RawBatch& first, const CompiledCatalog& catalog);
  Result<CompiledCatalogPtr> prepare_to_decode(JournalReader& reader, JournalReader::Item& item);
  Group take_group();
  BatchPtr take_lost();
  [[nodiscard]] bool nothing_waits() const;
  void drop_queued_before_cursor();
  void wait_for_work();

  [[nodiscard]] std::optional<Fault> write(Group group);
  void settle(const Group& group, std::uint32_t first_index, const WriteOutcome& outcome);
  void tell_of_refused(const WriteOutcome& outcome);
  void back_off(const Fault& fault);
  void note(LaneState state, std::string message);
  [[nodiscard]] bool out_of_time() const;
  [[nodiscard]] bool all_done() const;

  Parts parts_;
  DeadLetters dead_letters_;
  SinkWriter writer_;
  std::shared_ptr<LaneDoor> door_ = std::make_shared<LaneDoor>();
  std::shared_ptr<HistoryReader> history_;
  std::thread thread_;
  BackOff back_off_{parts_.longest_back_off};

  // Of the lane's thread alone:
  Position cursor_;                   // next record to hand over; what the store's cursor should be
  std::optional<Position> furthest_;  // that the store's cursor can have got to in this run
  bool noted_open_ = false;
  bool behind_ = true;
  std::unique_ptr<JournalReader> reader_;
  std::optional<JournalReader::Item> read_ahead_;  // did not fit the group before
  BatchDecoder decoder_;
  bool begins_anew_ = false;        // what the reader gives next does not follow what was decoded last
  Group unanswered_;                // handed over, and then the store was gone: it may have it or not
  std::uint64_t lost_earlier_ = 0;  // records of earlier epochs whose loss the last group read tells of

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<BatchPtr> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t queued_records_ = 0;
  bool collecting_ = false;                                // offers are queued
  std::uint64_t last_offered_seq_ = 0, boundary_seq_ = 0;  // boundary: last one not queued
  LaneLedger ledger_;
  LaneStatus status_;
  std::optional<MonoTime> deadline_;  // draining
  bool hurried_ = false;              // what is queued does not wait for more
  std::condition_variable written_;   // hurried_ has become false
  std::optional<MonoTime> freshened_;
  bool drained_ = false;
  WriteRate write_rate_;
};

}  // namespace cantrail
