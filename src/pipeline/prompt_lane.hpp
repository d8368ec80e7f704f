// A lane for a sink of this process's own memory (SinkTraits::prompt): written on the main chain's thread as
// soon as nothing more is there to decode, without a queue and a thread to wake.
#pragma once

#include <mutex>
#include <vector>

#include "pipeline/gap_log.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/sink_writer.hpp"

namespace cantrail {

class PromptLane final : public Lane {
 public:
  PromptLane(std::string type, SinkContext context, std::unique_ptr<Sink> sink, const LaneKeys& keys,
             GapLog& gaps, const Ledger& before = {});
  ~PromptLane() override;

  Status prepare() override;
  void start() override {}
  void joins(std::uint64_t seq, std::uint64_t records) override;
  void offer(const BatchPtr& batch) override;
  void caught_up() override;
  bool drain(MonoTime deadline) override;
  [[nodiscard]] LaneBooks books() const override;
  [[nodiscard]] LaneStatus status(const Sequencer& sequencer) const override;
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return history_; }

 private:
  [[nodiscard]] bool belongs_to_group(const Batch& batch) const;
  Status write_group();
  void drop_group(const Fault& fault);

  Ledger before_;  // of the lanes that had this one's place
  GapLog& gaps_;
  SinkWriter writer_;
  std::shared_ptr<HistoryReader> history_;
  std::vector<BatchPtr> group_;  // of one catalog
  std::uint64_t group_records_ = 0;

  mutable std::mutex mutex_;       // guards what follows
  std::uint64_t joined_at_ = 0;    // its first record, by its number in the epoch
  std::uint64_t offered_end_ = 0;  // behind the last record offered
  LaneStatus status_;              // ledger.received is filled by status()
};

}  // namespace cantrail
