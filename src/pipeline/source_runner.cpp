#include "pipeline/source_runner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr Duration kSealAfter = std::chrono::milliseconds(2);
constexpr Duration kBusySeal = std::chrono::milliseconds(3);  // a third fewer threads woken
constexpr std::size_t kBusyRecords = 8;  // in a batch: then the next frames are as good as there
constexpr Duration kIdleRead = std::chrono::milliseconds(50);   // how soon a stop is noticed
constexpr Duration kLastRead = std::chrono::milliseconds(200);  // the most a stop waits for a busy source
constexpr Duration kRoomPatience = std::chrono::milliseconds(20);
constexpr Duration kFirstRetry = std::chrono::milliseconds(100);
constexpr Duration kLastRetry = std::chrono::seconds(1);
constexpr std::size_t kMostPendingGaps = 64;
constexpr Duration kHintEvery = std::chrono::seconds(1);
constexpr Duration kClockStep = std::chrono::milliseconds(50);

// The same moment for all busy sources, so that what their batches wake is woken once for all of them.
MonoTime next_common_seal(MonoTime now) {
  return now + (kBusySeal - Duration(now.ns % kBusySeal.count()));
}

}  // namespace

SourceRunner::SourceRunner(Parts parts) : parts_(std::move(parts)), traits_(parts_.source->traits()) {
  status_.name = parts_.name;
  status_.type = parts_.type;
  status_.records = parts_.before.records;
  status_.gaps = parts_.before.gaps;
  status_.lost = parts_.before.lost;
  status_.last_record = parts_.before.last_record;
}

void SourceRunner::start() {
  thread_ = std::thread([this] { run(); });
}

void SourceRunner::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Status SourceRunner::first_open(Duration patience) {
  std::unique_lock lock(mutex_);
  opened_.wait_for(lock, patience, [&] { return first_open_.has_value(); });
  return first_open_.value_or(Status{});
}

SourceStatus SourceRunner::status() const {
  std::unique_lock lock(mutex_);
  SourceStatus status = status_;
  lock.unlock();
  if (status.hint.empty()) status.hint = complaint_of_decoder();
  return status;
}

bool SourceRunner::ended() const {
  const std::lock_guard lock(mutex_);
  return status_.state == SourceState::ended || status_.state == SourceState::failed;
}

SourceContext SourceRunner::context() const {
  return {parts_.name, parts_.id, parts_.clock, parts_.files, parts_.log, *parts_.catalogs, &parts_.blobs};
}

void SourceRunner::note(SourceState state, std::string message) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.message = std::move(message);
  status_.hint.clear();
}

void SourceRunner::note_hint() {
  const MonoTime now = parts_.clock.mono();
  if (now < next_hint_) return;
  next_hint_ = now + kHintEvery;
  std::string hint = parts_.source->hint();
  // A source that says itself why nothing useful comes needs no other's guess.
  if (const std::string complaint = complaint_of_decoder();
      hint.empty() && !complaint.empty() && !complained_) {
    parts_.log.write(Severity::warning, parts_.name, complaint);
    complained_ = true;
  }
  const std::lock_guard lock(mutex_);
  status_.hint = std::move(hint);
}

std::string SourceRunner::complaint_of_decoder() const {
  return parts_.tally != nullptr ? parts_.tally->complaint(parts_.id) : std::string();
}

// Without a word a recording that was read before would look like a bus that is silent.
void SourceRunner::note_end() {
  const std::uint64_t records = status().records;
  const bool read_before = parts_.resume_at && records == 0;
  const std::string message = read_before ? "was read to its end in an earlier run, and is not read again"
                                          : "ended after " + counted(records, "record");
  parts_.log.write(Severity::note, parts_.name, message);
  note(SourceState::ended, message);
}

void SourceRunner::run() {
  if (parts_.resume_at) last_position_ = *parts_.resume_at;
  Duration retry = kFirstRetry;
  while (!stopping_) {
    if (open()) {
      retry = kFirstRetry;
      read_until_fault();
      parts_.source->close();
    }
    if (ended()) return;
    wait_for_source(parts_.clock.mono() + retry);
    retry = std::min(retry * 2, kLastRetry);
  }
}

bool SourceRunner::open() {
  const auto resume = last_position_.empty() ? std::nullopt : std::optional(last_position_);
  Status opened = parts_.source->open(context(), resume);
  if (opened) {
    note(SourceState::running, "");
    tell_of_absence();
  } else {
    const bool hopeless = opened.fault().kind == FaultKind::config || opened.fault().kind == FaultKind::bug;
    if (status().message != opened.fault().message) {
      parts_.log.write(hopeless ? Severity::error : Severity::warning, parts_.name, opened.fault().message);
    }
    note(hopeless ? SourceState::failed : SourceState::waiting, opened.fault().message);
  }
  const std::lock_guard lock(mutex_);
  if (!first_open_) first_open_ = opened;
  opened_.notify_all();
  return opened.ok();
}

// The time without the source, before this start or since it failed, is a gap of unknown count; a source that
// resumes delivers what it missed.
void SourceRunner::tell_of_absence() {
  const WallTime now = parts_.clock.wall();
  if (auto downtime = std::exchange(parts_.downtime, std::nullopt)) {
    downtime->to = std::max(downtime->from, now);
    add_pending_gap(std::move(*downtime));
  }
  const auto since = std::exchange(down_since_, std::nullopt);
  if (since && !traits_.resumes) {
    add_pending_gap({*since, std::max(*since, now), GapReason::source_down, parts_.name, std::nullopt, 0});
  }
}

// Reads until the source ends, fails, or the node stops. What was read before a fault is sealed and counts.
void SourceRunner::read_until_fault() {
  while (!stopping_) {
    Result<ReadOutcome> outcome = ReadOutcome::idle;
    if (clock_stepped()) seal();
    if (take_batch()) {
      outcome = fill(*batch_);
      const bool due = seal_at_ && parts_.clock.mono() >= *seal_at_;
      if (!outcome || *outcome == ReadOutcome::ended || builder_.full() || due) seal();
    } else if (!traits_.can_wait) {
      drop_and_count(outcome);
    }
    acknowledge();
    note_hint();
    if (!outcome) {
      parts_.log.write(Severity::warning, parts_.name, outcome.fault().message);
      const bool hopeless =
          outcome.fault().kind == FaultKind::bug || outcome.fault().kind == FaultKind::config;
      note(hopeless ? SourceState::failed : SourceState::waiting, outcome.fault().message);
      down_since_ = parts_.clock.wall();
      return;
    }
    if (*outcome == ReadOutcome::ended) return note_end();
  }
  if (!traits_.can_wait) read_what_is_there();
  if (!pending_gaps_.empty() && !batch_) (void)take_batch();
  seal();
}

// At a stop: what the kernel has queued is gone with the socket, so it is taken first.
void SourceRunner::read_what_is_there() {
  const MonoTime end = parts_.clock.mono() + kLastRead;
  Result<ReadOutcome> outcome = ReadOutcome::more;
  while (outcome && *outcome == ReadOutcome::more && parts_.clock.mono() < end) {
    if (!take_batch()) {
      drop_and_count(outcome);
      continue;
    }
    outcome = parts_.source->read(builder_, parts_.clock.mono());
    if (builder_.full()) seal();
  }
}

// One read. Once the first frames are there, the rest of the batch's two milliseconds is slept through, and
// then all that has come is taken in one go: a busy bus costs 500 reads a second, not one for each frame. A
// very busy one is not even asked for the first.
Result<ReadOutcome> SourceRunner::fill(RawBatch& batch) {
  Result<ReadOutcome> outcome = ReadOutcome::idle;
  if (std::exchange(busy_, false)) {
    seal_at_ = next_common_seal(parts_.clock.mono());
  } else {
    const std::size_t before = batch.records();
    outcome = parts_.source->read(builder_, seal_at_.value_or(parts_.clock.mono() + kIdleRead));
    const bool first = before == 0 && batch.records() != 0;
    if (!first && batch.gaps.empty()) return outcome;
    if (!seal_at_) seal_at_ = parts_.clock.mono() + kSealAfter;
    if (!outcome || *outcome == ReadOutcome::ended || traits_.can_wait || builder_.full()) {
      return outcome;
    }
  }
  sleep_until(*seal_at_);
  do {
    outcome = parts_.source->read(builder_, parts_.clock.mono());
  } while (outcome && *outcome == ReadOutcome::more && !builder_.full());
  return outcome;
}

bool SourceRunner::take_batch() {
  if (batch_) return true;
  if (traits_.can_wait) {
    if (!parts_.sequencer.wait_for_room(kRoomPatience)) return false;
    batch_ = parts_.pool.acquire_within(kRoomPatience);
  } else {
    batch_ = parts_.pool.acquire();
  }
  if (!batch_) return false;
  builder_.begin(*batch_);
  batch_->can_wait = traits_.can_wait;
  if (!pending_gaps_.empty()) seal_at_ = parts_.clock.mono() + kSealAfter;
  for (GapRecord& gap : pending_gaps_) builder_.add_gap(std::move(gap));
  pending_gaps_.clear();
  return true;
}

// The same gap going on makes one record; a source in trouble cannot fill the memory with them.
void SourceRunner::add_pending_gap(GapRecord gap) {
  for (GapRecord& known : pending_gaps_) {
    const bool full = pending_gaps_.size() >= kMostPendingGaps;
    if (known.reason != gap.reason || (known.where != gap.where && !full)) continue;
    known.to = std::max(known.to, gap.to);
    known.count = known.count && gap.count ? std::optional(*known.count + *gap.count) : std::nullopt;
    return;
  }
  gap.before_index = 0;
  pending_gaps_.push_back(std::move(gap));
}

void SourceRunner::drop_and_count(Result<ReadOutcome>& outcome) {
  overflow_.clear();
  builder_.begin(overflow_);
  outcome = parts_.source->read(builder_, parts_.clock.mono() + kSealAfter);
  const std::size_t dropped = overflow_.records();
  for (GapRecord& gap : overflow_.gaps) add_pending_gap(std::move(gap));
  const WallTime now = parts_.clock.wall();
  if (dropped != 0) add_pending_gap({now, now, GapReason::pool_exhausted, parts_.name, dropped, 0});
  place_blobs();
}

void SourceRunner::seal() {
  if (!batch_) return;
  RawBatch& batch = *batch_;
  seal_at_.reset();
  if (batch.records() == 0 && batch.gaps.empty()) return;  // stays in use
  busy_ = !traits_.can_wait && batch.records() >= kBusyRecords;
  batch.source = parts_.id;
  batch.clock = parts_.clock.pair();
  if (!batch.source_position.empty()) last_position_ = batch.source_position;
  end_absence_at_first_record(batch);
  parts_.pool.account(batch);
  const std::shared_ptr<RawBatch> sealed = std::move(batch_);
  parts_.sequencer.submit(sealed);
  note_sealed(*sealed);
  place_blobs();
}

// All rows that the builder was given have their positions now, or were dropped.
void SourceRunner::place_blobs() {
  const std::vector<Digest> named = builder_.take_blobs();
  if (!named.empty()) parts_.blobs.named(named, parts_.sequencer.head().next);
}

// An absence is known to be over once the source is open, and the first frame may be a moment older.
void SourceRunner::end_absence_at_first_record(RawBatch& batch) {
  if (batch.frames.empty()) return;
  const WallTime first{batch.frames.time_ns().front()};
  for (GapRecord& gap : batch.gaps) {
    if (gap.before_index != 0 || gap.reason != GapReason::source_down) continue;
    gap.to = std::max(gap.from, std::min(gap.to, first));
  }
}

// Behind the sequencer, so that no source has counted what no lane owes yet.
void SourceRunner::note_sealed(const RawBatch& batch) {
  std::uint64_t lost = 0;
  for (const GapRecord& gap : batch.gaps) {
    parts_.gaps.add(gap);
    lost += gap.count.value_or(0);
  }
  const std::lock_guard lock(mutex_);
  status_.records += batch.records();
  status_.gaps += batch.gaps.size();
  status_.lost += lost;
  if (batch.records() != 0) status_.last_record = batch.clock.wall;
}

// Frames before and after a step of the wall clock do not share a batch.
bool SourceRunner::clock_stepped() {
  const ClockPair now = parts_.clock.pair();
  const Duration offset{now.wall.ns - now.mono.ns};
  const Duration before = std::exchange(clock_offset_, offset).value_or(offset);
  return std::chrono::abs(offset - before) > kClockStep;
}

void SourceRunner::acknowledge() {
  SourcePosition synced = parts_.journal.synced_position(parts_.id);
  if (synced.empty() || synced == acknowledged_) return;
  acknowledged_ = std::move(synced);
  parts_.source->ack(acknowledged_);
}

// The source's own sign comes first; until it does, opening is tried now and then all the same.
void SourceRunner::wait_for_source(MonoTime retry_at) {
  while (!stopping_ && parts_.clock.mono() < retry_at) {
    const MonoTime until = std::min(retry_at, parts_.clock.mono() + kIdleRead);
    if (parts_.source->wait_for_return(until)) return;
    sleep_until(until);
  }
}

void SourceRunner::sleep_until(MonoTime when) {
  while (!stopping_) {
    const Duration left = when - parts_.clock.mono();
    if (left <= Duration::zero()) return;
    std::this_thread::sleep_for(std::min(left, kIdleRead));
  }
}

}  // namespace cantrail
