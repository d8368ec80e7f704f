// A lane for a sink that wants the newest: bounded in bytes and batches, drops the oldest, never reads the
// journal.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "pipeline/gap_log.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/sink_writer.hpp"

namespace cantrail {

class LiveLane final : public Lane {
 public:
  struct Limits {
    std::size_t bytes = 4U << 20;
    std::size_t batches = 0;  // 0: only bytes limit; 1: the newest alone
  };
  LiveLane(std::string type, SinkContext context, std::unique_ptr<Sink> sink, const LaneKeys& keys,
           Limits limits, GapLog& gaps, const Ledger& before = {});
  ~LiveLane() override;

  Status prepare() override;
  void start() override;
  void joins(std::uint64_t seq, std::uint64_t records) override;
  void offer(const BatchPtr& batch) override;
  bool drain(MonoTime deadline) override;
  void end_by(MonoTime deadline) override;
  [[nodiscard]] LaneBooks books() const override;
  [[nodiscard]] LaneStatus status(const Sequencer& sequencer) const override;
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return history_; }

 private:
  struct Queued {
    BatchPtr batch;
    std::size_t bytes;
  };

  void run();
  bool wait_for_work();
  std::vector<BatchPtr> take_group();
  void write(std::vector<BatchPtr> group);
  void back_off(const Fault& fault);
  void drop_oldest_until(std::size_t room_bytes);
  void count_dropped(const RawBatch& batch);
  void note(LaneState state, std::string message);

  Limits limits_;
  Ledger before_;  // of the lanes that had this one's place
  GapLog& gaps_;
  SinkWriter writer_;
  std::shared_ptr<HistoryReader> history_;
  std::thread thread_;
  BackOff back_off_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t in_flight_ = 0;       // records of the group being written
  std::uint64_t joined_at_ = 0;       // its first record, by its number in the epoch
  std::uint64_t offered_end_ = 0;     // behind the last record offered
  std::optional<GapRecord> dropped_;  // since the last write
  LaneStatus status_;                 // ledger.received and pending are filled by status()
  bool idle_ = false;                 // the lane waits until something comes
  std::optional<MonoTime> deadline_;  // draining
  std::optional<MonoTime> end_by_;    // no drain lasts longer
  bool done_ = false;
};

}  // namespace cantrail
