#include "pipeline/live_lane.hpp"

#include <algorithm>

#include "pipeline/batch_decoder.hpp"
#include "pipeline/gap_batch.hpp"

namespace cantrail {
namespace {

constexpr Duration kLastTries = std::chrono::milliseconds(100);

}  // namespace

LiveLane::LiveLane(std::string type, SinkContext context, std::unique_ptr<Sink> sink, const LaneKeys& keys,
                   Limits limits, GapLog& gaps, const Ledger& before)
    : limits_(limits), before_(before), gaps_(gaps), writer_(std::move(context), std::move(sink), keys) {
  status_.name = writer_.context().name;
  status_.type = std::move(type);
  status_.state = LaneState::live;
}

LiveLane::~LiveLane() {
  if (thread_.joinable()) drain(writer_.context().clock.mono());
}

Status LiveLane::prepare() {
  const auto opened = writer_.open();
  history_ = writer_.history();
  if (opened || opened.fault().kind == FaultKind::config || opened.fault().kind == FaultKind::bug) {
    return opened.status();
  }
  note(LaneState::backing_off, opened.fault().message);
  return {};
}

void LiveLane::start() {
  thread_ = std::thread([this] { run(); });
}

void LiveLane::joins(std::uint64_t, std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  joined_at_ = offered_end_ = records;
}

void LiveLane::offer(const BatchPtr& batch) {
  const std::size_t bytes = memory_bytes(*batch);
  {
    const std::lock_guard lock(mutex_);
    offered_end_ = batch->raw->first_record + batch->raw->records();
    if (done_ || (batch->raw->records() == 0 && batch->raw->gaps.empty())) return;
    drop_oldest_until(bytes);
    queue_.push_back({batch, bytes});
    queued_bytes_ += bytes;
    if (!idle_ && queued_bytes_ < writer_.traits().bytes) return;  // it looks by itself, soon
    idle_ = false;
  }
  wake_.notify_one();
}

void LiveLane::drop_oldest_until(std::size_t room_bytes) {
  const auto full = [&] {
    return (limits_.batches != 0 && queue_.size() >= limits_.batches) ||
           queued_bytes_ + room_bytes > std::max(limits_.bytes, room_bytes);
  };
  while (!queue_.empty() && full()) {
    count_dropped(*queue_.front().batch->raw);
    queued_bytes_ -= queue_.front().bytes;
    queue_.pop_front();
  }
}

void LiveLane::count_dropped(const RawBatch& batch) {
  const auto [from, to] = time_span(batch);
  if (!dropped_) dropped_ = GapRecord{from, to, GapReason::lane_overflow, status_.name, 0, 0};
  dropped_->from = std::min(dropped_->from, from);
  dropped_->to = std::max(dropped_->to, to);
  *dropped_->count += batch.records();
  status_.ledger.dropped += batch.records();
}

void LiveLane::run() {
  while (wait_for_work()) {
    if (!writer_.is_open()) {
      if (const auto opened = writer_.open(); !opened) {
        back_off(opened.fault());
        continue;
      }
      note(LaneState::live, "");
    }
    write(take_group());
  }
  writer_.flush().ignore();
  writer_.close();
}

// After a group as long as the sink likes for more of them, and then, where none has come, for the next: what
// comes after a silence is not held up, and a busy bus does not wake the lane for each batch. False: the end.
bool LiveLane::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto enough = [&] { return queued_bytes_ >= writer_.traits().bytes || deadline_.has_value(); };
  wake_.wait_for(lock, writer_.traits().delay, enough);
  idle_ = queue_.empty();
  wake_.wait(lock, [&] { return !queue_.empty() || deadline_; });
  idle_ = false;
  if (!deadline_ || (!queue_.empty() && writer_.context().clock.mono() < *deadline_)) return true;
  done_ = true;
  return false;
}

std::vector<BatchPtr> LiveLane::take_group() {
  const std::lock_guard lock(mutex_);
  std::vector<BatchPtr> group;
  if (queue_.empty()) return group;
  const Digest digest = queue_.front().batch->raw->catalog->digest;
  while (!queue_.empty() && (group.empty() || in_flight_ < writer_.traits().records) &&
         queue_.front().batch->raw->catalog->digest == digest) {
    in_flight_ += queue_.front().batch->raw->records();
    queued_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front().batch));
    queue_.pop_front();
  }
  if (dropped_) {
    gaps_.add(*dropped_);
    group.insert(group.begin(),
                 gap_batch_before(*group.front()->raw, *std::exchange(dropped_, std::nullopt)));
  }
  return group;
}

void LiveLane::write(std::vector<BatchPtr> group) {
  if (group.empty()) return;
  writer_.leave_out(group);
  const auto outcome = writer_.write(group, 0, group.front()->begin(), group.back()->end());
  {
    const std::lock_guard lock(mutex_);
    if (outcome) {
      add_fates(*outcome, status_.ledger);
    } else {
      // A live lane does not repeat: newer values are on their way.
      for (const BatchPtr& batch : group) count_dropped(*batch->raw);
    }
    in_flight_ = 0;
  }
  if (!outcome) return back_off(outcome.fault());
  back_off_.reset();
}

void LiveLane::back_off(const Fault& fault) {
  writer_.close();
  note(fault.kind == FaultKind::bug ? LaneState::failed : LaneState::backing_off, fault.message);
  writer_.context().log.write(Severity::warning, status_.name, fault.message);
  std::unique_lock lock(mutex_);
  if (deadline_) {
    wake_.wait_for(lock, kLastTries);
  } else {
    wake_.wait_for(lock, back_off_.next(), [&] { return deadline_.has_value(); });
  }
}

bool LiveLane::drain(MonoTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = std::min(deadline, end_by_.value_or(deadline));
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

void LiveLane::end_by(MonoTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    end_by_ = std::min(deadline, end_by_.value_or(deadline));
    if (deadline_) deadline_ = std::min(*deadline_, *end_by_);
  }
  wake_.notify_all();
}

void LiveLane::note(LaneState state, std::string message) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.message = std::move(message);
}

LaneStatus LiveLane::status(const Sequencer& sequencer) const {
  LaneStatus status;
  std::uint64_t offered_end = 0, joined_at = 0;
  {
    const std::lock_guard lock(mutex_);
    status = status_;
    status.queued_bytes = queued_bytes_;
    offered_end = offered_end_;
    joined_at = joined_at_;
    status.ledger.pending = in_flight_;
    for (const Queued& queued : queue_) status.ledger.pending += queued.batch->raw->records();
  }
  const std::uint64_t head = sequencer.head().records;
  status.ledger.received = head - joined_at;
  status.ledger.pending += head - offered_end;
  status.ledger += before_;
  return status;
}

// What it still had goes with it.
LaneBooks LiveLane::books() const {
  const std::lock_guard lock(mutex_);
  Ledger ledger = status_.ledger;
  for (const Queued& queued : queue_) ledger.dropped += queued.batch->raw->records();
  ledger.received = ledger.settled();
  ledger += before_;
  return {ledger, std::nullopt, {}, {}};
}

}  // namespace cantrail
