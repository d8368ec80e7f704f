// A lane for a store: nothing accepted is lost on it. While it is caught up it takes batches from the main
// chain, but only those whose journal write has returned. When it is behind (after a restart, an outage, or
// when its queue is full) it lets go of the queue and reads the journal from its cursor, decoding as it goes;
// near the head it starts to queue again, and joins when what it has read meets what it has queued. Before it
// decodes what it reads, it reads back as far as named signals remember: their rows are those of the main
// chain.
#pragma once

#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

#include "pipeline/dead_letters.hpp"
#include "pipeline/fresh_history.hpp"
#include "pipeline/journal_groups.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/lane_ledger.hpp"
#include "pipeline/lane_queue.hpp"
#include "pipeline/lane_starts.hpp"
#include "pipeline/sink_writer.hpp"
#include "pipeline/write_rate.hpp"

namespace cantrail {

// How many lanes read the journal at the same time: more would only make the disk seek.
using CatchUpSlots = std::counting_semaphore<2>;

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
    // Where the lane is added while the node runs: the head at that moment, and the account of the lane whose
    // place it takes, if one was there before in this run.
    std::optional<Sequencer::Head> joins_at = std::nullopt;
    std::optional<LaneBooks> books = std::nullopt;
  };
  explicit DurableLane(Parts parts);
  ~DurableLane() override;

  Status prepare() override;
  void start() override;
  void joins(std::uint64_t seq, std::uint64_t records) override;
  void offer(const BatchPtr& batch) override;
  bool drain(MonoTime deadline) override;
  void end_by(MonoTime deadline) override;
  [[nodiscard]] LaneBooks books() const override;
  void hurry() override;
  // Writes what has been accepted by now, within `patience`, but no more often than once a second; then what
  // the history answers holds it. Any thread.
  void freshen(Duration patience);
  [[nodiscard]] LaneStatus status(const Sequencer& sequencer) const override;
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return history_; }
  [[nodiscard]] std::shared_ptr<RecordingList> recordings() const override { return recordings_; }

 private:
  using Group = JournalGroups::Group;

  void run();
  bool open();
  Status obey(const std::optional<Position>& stored);
  [[nodiscard]] Status check_origin(const Position& stored);
  void owe_from(std::optional<std::uint64_t> record);
  void pass_over();
  bool note_open();
  void warn_of_older_journal();

  void follow();    // one group while caught up
  void catch_up();  // reads the journal until it meets the queue, a fault, or the end
  [[nodiscard]] bool met_the_queue(bool at_end, std::uint64_t processed_seq);
  Group take_group();
  [[nodiscard]] bool nothing_waits() const;
  [[nodiscard]] bool front_may_be_stored() const;
  [[nodiscard]] bool wait_for_work();  // false: nothing came, and the sink is to be told
  void tell_of_silence();

  [[nodiscard]] std::optional<Fault> write(Group group);
  void settle(const Group& group, std::uint32_t first_index, const WriteOutcome& outcome);
  void warn_of_another_cursor(const Position& stored);
  void tell_of_refused(const WriteOutcome& outcome);
  void fall_behind();
  void back_off(const Fault& fault);  // of the store: it is opened again, and says where it is
  void pause(const Fault& fault);     // then on from here
  void note(LaneState state, std::string message);
  [[nodiscard]] bool out_of_time() const;
  [[nodiscard]] bool all_done() const;

  Parts parts_;
  DeadLetters dead_letters_;
  SinkWriter writer_;
  std::shared_ptr<LaneDoor> door_ = std::make_shared<LaneDoor>();
  std::shared_ptr<HistoryReader> history_;
  std::shared_ptr<RecordingList> recordings_;
  std::thread thread_;
  BackOff back_off_{parts_.longest_back_off};

  // Of the lane's thread alone:
  Position cursor_;                   // next record to hand over; what the store's cursor should be
  std::optional<Position> furthest_;  // that the store's cursor can have got to in this run
  bool noted_open_ = false;
  bool warned_of_older_journal_ = false;
  bool behind_ = true;
  JournalGroups from_journal_;
  Group unanswered_;  // handed over, and then the store was gone: it may have it or not

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  LaneQueue queue_;
  bool collecting_ = false;                                // offers are queued
  std::uint64_t last_offered_seq_ = 0, boundary_seq_ = 0;  // boundary: last one not queued
  LaneLedger ledger_;
  LaneStatus status_;
  std::optional<MonoTime> deadline_;  // draining
  std::optional<MonoTime> end_by_;    // no drain lasts longer
  bool hurried_ = false;              // what is queued does not wait for more
  std::condition_variable written_;   // hurried_ has become false
  std::optional<MonoTime> freshened_;
  bool drained_ = false;
  WriteRate write_rate_;
};

}  // namespace cantrail
