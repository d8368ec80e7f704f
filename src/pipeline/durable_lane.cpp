#include "pipeline/durable_lane.hpp"

#include <algorithm>

#include "pipeline/group_wait.hpp"

namespace cantrail {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(2);
constexpr std::uint64_t kNearBatches = 256;
constexpr Duration kSlotPatience = std::chrono::milliseconds(100);

SinkContext with_dead_letters(SinkContext context, RejectedRows& rejected) {
  context.rejected = &rejected;
  return context;
}

}  // namespace

DurableLane::DurableLane(Parts parts)
    : parts_(std::move(parts)),
      dead_letters_(parts_.dead_letter_path, parts_.context.files),
      writer_(with_dead_letters(parts_.context, dead_letters_), std::move(parts_.sink), parts_.keys),
      from_journal_({parts_.journal, parts_.journal_writer, parts_.catalogs, parts_.gaps,
                     [this] { return out_of_time(); }}),
      ledger_(parts_.journal.epoch()) {
  status_.name = parts_.context.name;
  status_.type = parts_.type;
  status_.durable = true;
  status_.state = LaneState::catching_up;
  door_->lane = this;
  if (!parts_.books || !parts_.books->durable) return;
  ledger_ = *parts_.books->durable;
  unanswered_.batches = std::move(parts_.books->unanswered);
  cursor_ = parts_.books->cursor;
}

DurableLane::~DurableLane() {
  {
    const std::lock_guard lock(door_->mutex);
    door_->lane = nullptr;
  }
  if (thread_.joinable()) drain(parts_.context.clock.mono());
}

Status DurableLane::prepare() {
  const auto stored = writer_.open();
  if (auto reader = writer_.history()) history_ = fresh_history(door_, std::move(reader));
  recordings_ = writer_.recordings();
  const auto is_fatal = [](const Fault& fault) {
    return fault.kind == FaultKind::config || fault.kind == FaultKind::bug;
  };
  if (!stored) {
    if (is_fatal(stored.fault())) return stored.status();
    note(LaneState::backing_off, stored.fault().message);
  }
  // Also where it is away: it owes from now on, even if it is away for the whole run.
  Status obeyed = obey(stored ? *stored : std::nullopt);
  if (obeyed || is_fatal(obeyed.fault())) return obeyed;
  writer_.close();  // a full disk, on which its start cannot be remembered: its thread tries again
  note(LaneState::backing_off, obeyed.fault().message);
  return {};
}

void DurableLane::start() {
  thread_ = std::thread([this] { run(); });
}

void DurableLane::joins(std::uint64_t seq, std::uint64_t) {
  const std::lock_guard lock(mutex_);
  last_offered_seq_ = seq;
}

void DurableLane::offer(const BatchPtr& batch) {
  const std::lock_guard lock(mutex_);
  last_offered_seq_ = batch->begin().seq;
  if (!collecting_ || !says_something(*batch->raw)) return;
  if (queue_.bytes() + memory_bytes(*batch) > parts_.queue_bytes && !queue_.empty()) {
    queue_.clear();  // too slow for the main chain: the journal has it all
    collecting_ = false;
    wake_.notify_one();
    return;
  }
  queue_.push(batch);
  if (queue_.size() == 1 || queue_.fills(writer_.traits())) wake_.notify_one();
}

void DurableLane::run() {
  while (!all_done() && !out_of_time()) {
    if (!writer_.is_open() && !open()) continue;
    if (!note_open()) continue;
    if (behind_) {
      catch_up();
    } else {
      follow();
    }
  }
  if (writer_.is_open()) {
    if (const auto flushed = writer_.flush(); !flushed) {
      parts_.context.log.write(Severity::warning, status_.name, flushed.fault().message);
    }
  }
  writer_.close();
  const std::lock_guard lock(mutex_);
  drained_ = !behind_ && queue_.empty();
}

bool DurableLane::open() {
  const auto stored = writer_.open();
  if (!stored) {
    back_off(stored.fault());
    return false;
  }
  if (const auto obeyed = obey(*stored); !obeyed) {
    back_off(obeyed.fault());
    return false;
  }
  return true;
}

void DurableLane::follow() {
  if (!wait_for_work()) return tell_of_silence();
  {
    const std::lock_guard lock(mutex_);
    if (!collecting_) {
      behind_ = true;
      return;
    }
  }
  Group group = take_group();
  if (!group.batches.empty()) {
    if (const auto fault = write(std::move(group))) back_off(*fault);
  } else if (!all_done()) {
    std::this_thread::sleep_for(kPoll);  // the front is still on its way into the journal
  }
  const std::lock_guard lock(mutex_);
  if (hurried_ && !front_may_be_stored()) {
    hurried_ = false;
    written_.notify_all();
  }
}

void DurableLane::hurry() {
  {
    const std::lock_guard lock(mutex_);
    if (nothing_waits()) return;
    hurried_ = true;
  }
  wake_.notify_all();
}

void DurableLane::freshen(Duration patience) {
  constexpr Duration kLeastBetween = std::chrono::seconds(1);
  std::unique_lock lock(mutex_);
  const MonoTime now = parts_.context.clock.mono();
  if (nothing_waits() || (freshened_ && now - *freshened_ < kLeastBetween)) return;
  freshened_ = now;
  hurried_ = true;
  wake_.notify_all();
  written_.wait_for(lock, patience, [this] { return !hurried_; });
}

// Nothing waits here: it is all written, or the journal is read as fast as it goes.
bool DurableLane::nothing_waits() const {
  return queue_.empty() || status_.state != LaneState::caught_up || deadline_.has_value();
}

bool DurableLane::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return !queue_.empty() || !collecting_ || deadline_; };
  const Duration idle = writer_.traits().idle;
  if (idle <= Duration::zero()) {
    wake_.wait(lock, there);
  } else if (!wake_.wait_for(lock, idle, there)) {
    return false;
  }
  if (queue_.empty()) return true;
  // The oldest record waits no longer than that, also where a group had to end early.
  const ClockPair& taken = queue_.front()->raw->clock;
  const Duration wait = group_wait(writer_.traits(), taken.wall);
  const Duration age = parts_.context.clock.mono() - taken.mono;
  wake_.wait_for(lock, std::clamp(wait - age, Duration(0), wait),
                 [&] { return queue_.fills(writer_.traits()) || !collecting_ || deadline_ || hurried_; });
  return true;
}

void DurableLane::tell_of_silence() {
  const auto again = writer_.idle();
  if (!again) return back_off(again.fault());
  if (!*again) return;
  {
    const std::lock_guard lock(mutex_);
    ledger_.expect_filtered_again();
  }
  if (const auto obeyed = obey(*again); !obeyed) back_off(obeyed.fault());
}

bool DurableLane::front_may_be_stored() const {
  if (queue_.empty()) return false;
  const RawBatch& raw = *queue_.front()->raw;
  return raw.fate.load(std::memory_order_acquire) == JournalFate::accepted &&
         parts_.journal_writer.may_be_stored(raw);
}

DurableLane::Group DurableLane::take_group() {
  const std::lock_guard lock(mutex_);
  queue_.drop_before(cursor_);  // the main chain may offer late what was read from the journal
  Group group;
  std::size_t records = 0, bytes = 0;
  if (!queue_.empty() && is_lost(queue_.front()->raw->fate)) {
    group.batches.push_back(queue_.take_lost());
    return group;
  }
  while (front_may_be_stored() && records < writer_.traits().records && bytes < writer_.traits().bytes) {
    if (!group.batches.empty() && !continues(*group.batches.back()->raw, *queue_.front()->raw)) break;
    group.batches.push_back(queue_.pop());
    records += group.batches.back()->raw->records();
    bytes += memory_bytes(*group.batches.back());
  }
  return group;
}

void DurableLane::catch_up() {
  if (!parts_.slots.try_acquire_for(kSlotPatience)) return;
  note(LaneState::catching_up, "");
  std::optional<Fault> of_journal, of_store;
  while (behind_ && !out_of_time()) {
    const std::uint64_t processed = parts_.journal_writer.processed_seq();
    const bool told = !parts_.journal_writer.owes_a_gap();
    auto group = from_journal_.next(cursor_, writer_.traits());
    if (!group) {
      of_journal = group.fault();
      break;
    }
    // Short of a gap that the journal still owes is not its end: what is queued does not hold that loss.
    const bool at_end = group->at_end && told;
    const bool idle = group->batches.empty();
    if (!idle) of_store = write(std::move(*group));
    if (of_store) break;
    if (met_the_queue(at_end, processed)) {
      behind_ = false;
      from_journal_.reset();
      note(LaneState::caught_up, "");
    } else if (idle) {
      std::this_thread::sleep_for(kPoll);
    }
  }
  parts_.slots.release();
  if (of_journal) pause(*of_journal);
  if (of_store) back_off(*of_store);
}

// Near the head offers are queued again. When the cursor has passed all that was offered before that (or, at
// the end of the journal, all of it has been processed), nothing lies between journal and queue.
bool DurableLane::met_the_queue(bool at_end, std::uint64_t processed_seq) {
  const std::lock_guard lock(mutex_);
  const bool near =
      at_end || (cursor_.epoch == parts_.journal.epoch() && cursor_.seq + kNearBatches > last_offered_seq_);
  if (!collecting_) {
    if (near) {
      collecting_ = true;
      boundary_seq_ = last_offered_seq_;
    }
    return false;
  }
  queue_.drop_before(cursor_);
  const bool passed = cursor_.epoch == parts_.journal.epoch() && cursor_.seq > boundary_seq_;
  return passed || (at_end && processed_seq >= boundary_seq_);
}

// A fault: the store has the group or not, and will say so when it is opened again.
std::optional<Fault> DurableLane::write(Group group) {
  writer_.leave_out(group.batches);
  const RawBatch& first = *group.batches.front()->raw;
  const bool within = cursor_.epoch == first.position.epoch && cursor_.seq == first.position.seq;
  const std::uint32_t first_index = within && first.records() != 0 ? cursor_.index : 0;
  {
    const std::lock_guard lock(mutex_);
    ledger_.align(first, first_index);
  }
  const Position upto = group.batches.back()->end();
  const WallTime captured = group.batches.back()->raw->clock.wall;
  furthest_ = std::max(furthest_.value_or(upto), upto);
  const auto outcome = writer_.write(group.batches, first_index, cursor_, upto);
  if (!outcome) {
    unanswered_ = std::move(group);
    return outcome.fault();
  }
  if (outcome->durable && *outcome->durable != upto) {
    if (outcome->again) {
      const std::lock_guard lock(mutex_);
      ledger_.expect_filtered_again();
    } else {
      warn_of_another_cursor(*outcome->durable);
    }
    const auto obeyed = obey(outcome->durable);
    return obeyed ? std::nullopt : std::optional(obeyed.fault());
  }
  tell_of_refused(*outcome);
  cursor_ = upto;
  back_off_.reset();
  const std::lock_guard lock(mutex_);
  settle(group, first_index, *outcome);
  status_.cursor = cursor_;
  status_.written_until = captured;
  status_.written_bytes = writer_.written_bytes();
  if (status_.written_bytes) write_rate_.add(parts_.context.clock.mono(), *status_.written_bytes);
  return std::nullopt;
}

void DurableLane::settle(const Group& group, std::uint32_t first_index, const WriteOutcome& outcome) {
  ledger_.lose_earlier(group.lost_earlier);
  ledger_.settle(group.batches, first_index, outcome);
  ledger_.lose_here(group.lost_here);
}

void DurableLane::warn_of_another_cursor(const Position& stored) {
  parts_.context.log.write(Severity::warning, status_.name,
                           "the store's cursor is " + to_string(stored) + " and not " + to_string(cursor_) +
                               "; going on from there");
}

void DurableLane::tell_of_refused(const WriteOutcome& outcome) {
  if (outcome.rejected.empty()) return;
  parts_.context.log.write(Severity::error, status_.name,
                           std::to_string(outcome.rejected.size()) + " rows refused (" +
                               outcome.rejected.front().reason + "); set aside in " + dead_letters_.path());
}

// What is queued does not join up with the cursor any more.
void DurableLane::fall_behind() {
  behind_ = true;
  const std::lock_guard lock(mutex_);
  queue_.clear();
  collecting_ = false;
}

void DurableLane::back_off(const Fault& fault) {
  writer_.close();
  from_journal_.reset();
  pause(fault);
}

void DurableLane::pause(const Fault& fault) {
  note(fault.kind == FaultKind::bug ? LaneState::failed : LaneState::backing_off, fault.message);
  parts_.context.log.write(Severity::warning, status_.name, fault.message + "; trying again");
  fall_behind();
  std::unique_lock lock(mutex_);
  if (!deadline_)
    wake_.wait_for(lock, back_off_.next(), [&] { return deadline_.has_value(); });
  else
    wake_.wait_for(lock, std::min<Duration>(back_off_.next(), std::chrono::milliseconds(500)));
}

bool DurableLane::drain(MonoTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = std::min(deadline, end_by_.value_or(deadline));
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return drained_;
}

void DurableLane::end_by(MonoTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    end_by_ = std::min(deadline, end_by_.value_or(deadline));
    if (deadline_) deadline_ = std::min(*deadline_, *end_by_);
  }
  wake_.notify_all();
}

LaneBooks DurableLane::books() const {
  const std::lock_guard lock(mutex_);
  return {{}, ledger_, unanswered_.batches, cursor_};
}

bool DurableLane::out_of_time() const {
  const std::lock_guard lock(mutex_);
  return deadline_ && parts_.context.clock.mono() >= *deadline_;
}

bool DurableLane::all_done() const {
  const std::lock_guard lock(mutex_);
  return deadline_ && !behind_ && queue_.empty();
}

void DurableLane::note(LaneState state, std::string message) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.message = std::move(message);
}

LaneStatus DurableLane::status(const Sequencer& sequencer) const {
  const std::lock_guard lock(mutex_);
  LaneStatus status = status_;
  status.queued_bytes = queue_.bytes();
  status.check = writer_.check();
  if (status.written_bytes) status.written_bytes_per_day = write_rate_.per_day(parts_.context.clock.mono());
  status.ledger = ledger_.current(sequencer.head().records);
  status.earlier = ledger_.earlier();
  return status;
}

}  // namespace cantrail
