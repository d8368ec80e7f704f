#include "pipeline/prompt_lane.hpp"

#include <algorithm>
#include <utility>

namespace cantrail {

PromptLane::PromptLane(std::string type, SinkContext context, std::unique_ptr<Sink> sink,
                       const LaneKeys& keys, GapLog& gaps, const Ledger& before)
    : before_(before), gaps_(gaps), writer_(std::move(context), std::move(sink), keys) {
  status_.name = writer_.context().name;
  status_.type = std::move(type);
  status_.state = LaneState::live;
}

PromptLane::~PromptLane() {
  writer_.close();
}

Status PromptLane::prepare() {
  const auto opened = writer_.open();
  history_ = writer_.history();
  return opened.status();
}

void PromptLane::joins(std::uint64_t, std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  joined_at_ = offered_end_ = records;
}

void PromptLane::offer(const BatchPtr& batch) {
  if (!group_.empty() && !belongs_to_group(*batch)) caught_up();
  const std::lock_guard lock(mutex_);
  offered_end_ = batch->raw->first_record + batch->raw->records();
  if (batch->raw->records() == 0 && batch->raw->gaps.empty()) return;
  group_.push_back(batch);
  group_records_ += batch->raw->records();
  status_.ledger.pending = group_records_;
}

bool PromptLane::belongs_to_group(const Batch& batch) const {
  return group_.front()->raw->catalog->digest == batch.raw->catalog->digest &&
         group_records_ < writer_.traits().records;
}

void PromptLane::caught_up() {
  if (group_.empty()) return;
  if (const Status written = write_group(); !written) drop_group(written.fault());
  group_.clear();
  group_records_ = 0;
}

Status PromptLane::write_group() {
  if (!writer_.is_open()) {
    if (const auto opened = writer_.open(); !opened) return opened.status();
  }
  writer_.leave_out(group_);
  const auto outcome = writer_.write(group_, 0, group_.front()->begin(), group_.back()->end());
  if (!outcome) return outcome.status();
  const std::lock_guard lock(mutex_);
  add_fates(*outcome, status_.ledger);
  status_.ledger.pending = 0;
  status_.state = LaneState::live;
  status_.message.clear();
  return {};
}

// Nothing that is newer waits for it.
void PromptLane::drop_group(const Fault& fault) {
  writer_.close();
  writer_.context().log.write(Severity::warning, writer_.context().name, fault.message);
  const auto [from, first_to] = time_span(*group_.front()->raw);
  GapRecord gap{from, first_to, GapReason::lane_overflow, writer_.context().name, group_records_, 0};
  for (const BatchPtr& batch : group_) {
    const auto [begin, end] = time_span(*batch->raw);
    gap.from = std::min(gap.from, begin);
    gap.to = std::max(gap.to, end);
  }
  gaps_.add(gap);
  const std::lock_guard lock(mutex_);
  status_.ledger.dropped += group_records_;
  status_.ledger.pending = 0;
  status_.state = LaneState::failed;
  status_.message = fault.message;
}

bool PromptLane::drain(MonoTime deadline) {
  (void)deadline;
  caught_up();
  if (writer_.is_open()) writer_.flush().ignore();
  writer_.close();
  return true;
}

LaneStatus PromptLane::status(const Sequencer& sequencer) const {
  LaneStatus status;
  std::uint64_t offered_end = 0, joined_at = 0;
  {
    const std::lock_guard lock(mutex_);
    status = status_;
    offered_end = offered_end_;
    joined_at = joined_at_;
  }
  const std::uint64_t head = sequencer.head().records;
  status.ledger.received = head - joined_at;
  status.ledger.pending += head - offered_end;
  status.ledger += before_;
  return status;
}

LaneBooks PromptLane::books() const {
  const std::lock_guard lock(mutex_);
  Ledger ledger = status_.ledger;
  ledger.received = ledger.settled();
  ledger += before_;
  return {ledger, std::nullopt, {}, {}};
}

}  // namespace cantrail
