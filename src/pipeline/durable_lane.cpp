#include "pipeline/durable_lane.hpp"

#include <algorithm>

#include "pipeline/gap_batch.hpp"
#include "pipeline/group_wait.hpp"

namespace cantrail {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(2);
constexpr std::uint64_t kNearBatches = 256;
constexpr Duration kSlotPatience = std::chrono::milliseconds(100);

[[nodiscard]] bool says_something(const RawBatch& batch) {
  return batch.records() != 0 || !batch.gaps.empty();
}

// A group has one catalog, one epoch, and no record missing inside.
[[nodiscard]] bool continues(const RawBatch& last, const RawBatch& next) {
  return last.position.epoch == next.position.epoch &&
         last.first_record + last.records() == next.first_record &&
         (last.catalog == next.catalog || last.catalog->digest == next.catalog->digest);
}

[[nodiscard]] bool fits(const StreamBlock& rows, const Catalog& catalog) {
  return rows.stream() < catalog.streams.size() &&
         rows.fields() == catalog.streams[rows.stream()].row->fields.size();
}

// Reads a store's history once the lane has written what waits.
class FreshHistory final : public HistoryReader {
 public:
  FreshHistory(std::shared_ptr<LaneDoor> door, std::shared_ptr<HistoryReader> reader)
      : door_(std::move(door)), reader_(std::move(reader)) {}

  Result<std::vector<HistoryRow>> rows(const HistoryQuery& query) override { return fresh().rows(query); }
  Result<std::vector<HistoryRow>> latest() override { return fresh().latest(); }
  Result<std::vector<GapRecord>> gaps(std::optional<WallTime> since, std::optional<WallTime> until,
                                      std::size_t limit) override {
    return fresh().gaps(since, until, limit);
  }
  Result<HistoryStats> stats() override { return fresh().stats(); }
  Result<std::vector<SignalName>> signals() override { return fresh().signals(); }
  Result<Series> series(const SeriesQuery& query) override { return fresh().series(query); }

 private:
  HistoryReader& fresh() {
    constexpr Duration kPatience = std::chrono::seconds(1);
    const std::lock_guard lock(door_->mutex);
    if (door_->lane != nullptr) door_->lane->freshen(kPatience);
    return *reader_;
  }

  std::shared_ptr<LaneDoor> door_;
  std::shared_ptr<HistoryReader> reader_;
};

SinkContext with_dead_letters(SinkContext context, RejectedRows& rejected) {
  context.rejected = &rejected;
  return context;
}

}  // namespace

DurableLane::DurableLane(Parts parts)
    : parts_(std::move(parts)),
      dead_letters_(parts_.dead_letter_path, parts_.context.files),
      writer_(with_dead_letters(parts_.context, dead_letters_), std::move(parts_.sink), parts_.keys),
      ledger_(parts_.journal.epoch()) {
  status_.name = parts_.context.name;
  status_.type = parts_.type;
  status_.durable = true;
  status_.state = LaneState::catching_up;
  door_->lane = this;
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
  if (auto reader = writer_.history()) history_ = std::make_shared<FreshHistory>(door_, std::move(reader));
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

void DurableLane::offer(const BatchPtr& batch) {
  const std::lock_guard lock(mutex_);
  last_offered_seq_ = batch->begin().seq;
  if (!collecting_ || !says_something(*batch->raw)) return;
  const std::size_t bytes = memory_bytes(*batch);
  if (queued_bytes_ + bytes > parts_.queue_bytes && !queue_.empty()) {
    queue_.clear();  // too slow for the main chain: the journal has it all
    queued_bytes_ = queued_records_ = 0;
    collecting_ = false;
    wake_.notify_one();
    return;
  }
  queue_.push_back(batch);
  queued_bytes_ += bytes;
  queued_records_ += batch->raw->records();
  if (queue_.size() == 1 || queued_records_ >= writer_.traits().records ||
      queued_bytes_ >= writer_.traits().bytes) {
    wake_.notify_one();
  }
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
  wait_for_work();
  {
    const std::lock_guard lock(mutex_);
    if (!collecting_) {
      behind_ = true;
      return;
    }
  }
  Group group = take_group();
  if (!group.empty()) {
    if (const auto fault = write(std::move(group))) back_off(*fault);
  } else if (!all_done()) {
    std::this_thread::sleep_for(kPoll);  // the front is still on its way into the journal
  }
  const std::lock_guard lock(mutex_);
  const bool more = !queue_.empty() && queue_.front()->raw->fate == JournalFate::accepted &&
                    safe_to_hand_over(*queue_.front()->raw);
  if (hurried_ && !more) {
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

void DurableLane::wait_for_work() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return !queue_.empty() || !collecting_ || deadline_; });
  if (queue_.empty()) return;
  // The oldest record waits no longer than that, also where a group had to end early.
  const ClockPair& taken = queue_.front()->raw->clock;
  const Duration wait = group_wait(writer_.traits(), taken.wall);
  const Duration age = parts_.context.clock.mono() - taken.mono;
  wake_.wait_for(lock, std::clamp(wait - age, Duration(0), wait), [&] {
    return queued_records_ >= writer_.traits().records || queued_bytes_ >= writer_.traits().bytes ||
           !collecting_ || deadline_ || hurried_;
  });
}

// Records of sources that resume are handed over only when a power cut could not take them back from the
// journal.
bool DurableLane::safe_to_hand_over(const RawBatch& batch) const {
  return batch.source_position.empty() || batch.position.epoch != parts_.journal.epoch() ||
         batch.position.seq <= parts_.journal_writer.synced_seq();
}

DurableLane::Group DurableLane::take_group() {
  const std::lock_guard lock(mutex_);
  drop_queued_before_cursor();  // the main chain may offer late what was read from the journal
  Group group;
  std::size_t records = 0, bytes = 0;
  while (!queue_.empty() && records < writer_.traits().records && bytes < writer_.traits().bytes) {
    const RawBatch& raw = *queue_.front()->raw;
    const JournalFate fate = raw.fate.load(std::memory_order_acquire);
    if (fate == JournalFate::lost && group.empty()) return {take_lost()};
    if (fate != JournalFate::accepted || !safe_to_hand_over(raw)) break;
    if (!group.empty() && !continues(*group.back()->raw, raw)) break;
    bytes += memory_bytes(*queue_.front());
    records += raw.records();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  queued_records_ -= records;
  return group;
}

// The run of lost batches at the front of the queue, as one gap.
BatchPtr DurableLane::take_lost() {
  const BatchPtr first = queue_.front();
  const TimeSpan begin = time_span(*first->raw);
  GapRecord gap{begin.from, begin.to, GapReason::journal_failed, "journal", 0, 0};
  BatchPtr last;
  while (!queue_.empty() && queue_.front()->raw->fate == JournalFate::lost) {
    last = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= memory_bytes(*last);
    queued_records_ -= last->raw->records();
    gap.to = std::max(gap.to, time_span(*last->raw).to);
    *gap.count += last->raw->records();
  }
  return gap_batch(*last->raw, last->begin(), last->raw->first_record + last->raw->records(), std::move(gap));
}

void DurableLane::catch_up() {
  if (!parts_.slots.try_acquire_for(kSlotPatience)) return;
  note(LaneState::catching_up, "");
  std::optional<Fault> fault;
  while (!fault && behind_ && !out_of_time()) {
    const std::uint64_t processed = parts_.journal_writer.processed_seq();
    const bool told = !parts_.journal_writer.owes_a_gap();
    auto group = read_group();
    if (!group) {
      fault = group.fault();
      break;
    }
    // Short of a gap that the journal still owes is not its end: what is queued does not hold that loss.
    const bool at_end = group->empty() && !read_ahead_ && told;
    if (!group->empty()) fault = write(std::move(*group));
    if (fault) break;
    if (met_the_queue(at_end, processed)) {
      behind_ = false;
      reader_.reset();
      read_ahead_.reset();
      note(LaneState::caught_up, "");
    } else if (group->empty()) {
      std::this_thread::sleep_for(kPoll);
    }
  }
  parts_.slots.release();
  if (fault) back_off(*fault);
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
  drop_queued_before_cursor();
  const bool passed = cursor_.epoch == parts_.journal.epoch() && cursor_.seq > boundary_seq_;
  return passed || (at_end && processed_seq >= boundary_seq_);
}

void DurableLane::drop_queued_before_cursor() {
  while (!queue_.empty() && queue_.front()->begin() < cursor_) {
    queued_bytes_ -= memory_bytes(*queue_.front());
    queued_records_ -= queue_.front()->raw->records();
    queue_.pop_front();
  }
}

Result<DurableLane::Group> DurableLane::read_group() {
  Group group;
  if (!reader_) {
    auto reader = parts_.journal.read(cursor_);
    if (!reader) return reader.fault();
    reader_ = std::move(*reader);
    begins_anew_ = true;
  }
  std::size_t records = 0, bytes = 0;
  while (records < writer_.traits().records && bytes < writer_.traits().bytes) {
    if (!read_ahead_) {
      auto item = reader_->next();
      if (!item) return item.fault();
      if (!*item) break;
      read_ahead_ = std::move(**item);
    }
    if (read_ahead_->missing && !group.empty()) break;
    if (!safe_to_hand_over(*read_ahead_->batch)) break;
    const auto catalog = prepare_to_decode(*reader_, *read_ahead_);
    if (!catalog) return catalog.fault();
    const RawBatch& raw = *read_ahead_->batch;
    if (read_ahead_->missing) {  // told first, in a group of its own
      parts_.gaps.add(*read_ahead_->missing);
      lost_earlier_ = read_ahead_->missing_earlier;
      return Group{gap_batch_before(raw, *std::exchange(read_ahead_->missing, std::nullopt))};
    }
    if (!group.empty() && !continues(*group.back()->raw, raw)) break;
    if (std::exchange(begins_anew_, false)) {
      if (auto recalled = recall(raw, **catalog); !recalled) return recalled.fault();
    }
    const BatchPtr batch = decoder_.decode(read_ahead_->batch, *catalog);
    read_ahead_.reset();
    if (!says_something(*batch->raw)) continue;
    records += batch->raw->records();
    bytes += memory_bytes(*batch);
    group.push_back(batch);
  }
  return group;
}

// What named signals remember at `first`, the batch to be read next: decodes what the plan reaches back to,
// and nothing comes of it. Times are those of sealing; what comes late is late by about the same then as now.
Status DurableLane::recall(const RawBatch& first, const CompiledCatalog& catalog) {
  constexpr Duration kMargin = std::chrono::seconds(5);
  decoder_.forget();
  if (catalog.derivation == nullptr || catalog.derivation->lookback_ns == 0) return {};
  const Duration reach = std::chrono::nanoseconds(catalog.derivation->lookback_ns) + kMargin;
  auto reader = parts_.journal.read_from_time(first.clock.wall - reach);
  if (!reader) return reader.status();
  while (!out_of_time()) {
    auto item = (*reader)->next();
    if (!item) return item.status();
    if (!*item || (*item)->batch->position >= first.position) break;
    if ((*item)->batch->position.epoch != first.position.epoch) continue;
    if ((*item)->catalog != catalog.catalog->digest) continue;
    const auto of_item = prepare_to_decode(**reader, **item);
    if (!of_item) return of_item.status();
    (void)decoder_.decode((*item)->batch, *of_item);
  }
  return {};
}

// Gives the batch its catalog and takes out what does not fit it.
Result<CompiledCatalogPtr> DurableLane::prepare_to_decode(JournalReader& reader, JournalReader::Item& item) {
  // A gap may have been written without a catalog: there is nothing to decode.
  const bool has_none = item.catalog == Digest{} && item.batch->records() == 0;
  CompiledCatalogPtr catalog = has_none ? parts_.catalogs->current() : parts_.catalogs->find(item.catalog);
  if (!catalog) {
    auto definition = reader.definition(item.catalog);
    if (!definition) return definition.fault();
    auto compiled = parts_.catalogs->add(*definition);
    if (!compiled) return compiled.fault();
    catalog = *compiled;
  }
  item.batch->catalog = CatalogStore::reference(catalog);
  // What the journal's checksum holds together was written so; a journal of another make may hold anything.
  std::erase_if(item.batch->rows, [&](const StreamBlock& rows) { return !fits(rows, *catalog->catalog); });
  return catalog;
}

// A fault: the store has the group or not, and will say so when it is opened again.
std::optional<Fault> DurableLane::write(Group group) {
  writer_.leave_out(group);
  const RawBatch& first = *group.front()->raw;
  const bool within = cursor_.epoch == first.position.epoch && cursor_.seq == first.position.seq;
  const std::uint32_t first_index = within && first.records() != 0 ? cursor_.index : 0;
  {
    const std::lock_guard lock(mutex_);
    ledger_.align(first, first_index);
  }
  const Position upto = group.back()->end();
  furthest_ = std::max(furthest_.value_or(upto), upto);
  const auto outcome = writer_.write(group, first_index, cursor_, upto);
  if (!outcome) {
    unanswered_ = std::move(group);
    return outcome.fault();
  }
  if (outcome->durable && *outcome->durable != upto) {
    parts_.context.log.write(Severity::warning, status_.name,
                             "the store's cursor is " + to_string(*outcome->durable) + " and not " +
                                 to_string(cursor_) + "; going on from there");
    const auto obeyed = obey(outcome->durable);
    return obeyed ? std::nullopt : std::optional(obeyed.fault());
  }
  tell_of_refused(*outcome);
  cursor_ = upto;
  back_off_.reset();
  const std::lock_guard lock(mutex_);
  settle(group, first_index, *outcome);
  status_.cursor = cursor_;
  status_.written_bytes = writer_.written_bytes();
  if (status_.written_bytes) write_rate_.add(parts_.context.clock.mono(), *status_.written_bytes);
  return std::nullopt;
}

void DurableLane::settle(const Group& group, std::uint32_t first_index, const WriteOutcome& outcome) {
  ledger_.lose_earlier(std::exchange(lost_earlier_, 0));
  ledger_.settle(group, first_index, outcome);
}

void DurableLane::tell_of_refused(const WriteOutcome& outcome) {
  if (outcome.rejected.empty()) return;
  parts_.context.log.write(Severity::error, status_.name,
                           std::to_string(outcome.rejected.size()) + " rows refused (" +
                               outcome.rejected.front().reason + "); set aside in " + dead_letters_.path());
}

void DurableLane::back_off(const Fault& fault) {
  writer_.close();
  reader_.reset();
  read_ahead_.reset();
  note(fault.kind == FaultKind::bug ? LaneState::failed : LaneState::backing_off, fault.message);
  parts_.context.log.write(Severity::warning, status_.name, fault.message + "; trying again");
  std::unique_lock lock(mutex_);
  queue_.clear();
  queued_bytes_ = queued_records_ = 0;
  collecting_ = false;
  behind_ = true;
  if (!deadline_)
    wake_.wait_for(lock, back_off_.next(), [&] { return deadline_.has_value(); });
  else
    wake_.wait_for(lock, std::min<Duration>(back_off_.next(), std::chrono::milliseconds(500)));
}

bool DurableLane::drain(MonoTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = deadline;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return drained_;
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
  status.queued_bytes = queued_bytes_;
  if (status.written_bytes) status.written_bytes_per_day = write_rate_.per_day(parts_.context.clock.mono());
  status.ledger = ledger_.current(sequencer.head().records);
  status.earlier = ledger_.earlier();
  return status;
}

}  // namespace cantrail
