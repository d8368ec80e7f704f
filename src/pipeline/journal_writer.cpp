#include "pipeline/journal_writer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr Duration kRetry = std::chrono::seconds(1);
constexpr Duration kTick = std::chrono::seconds(1);
constexpr Duration kHeldRetry = std::chrono::milliseconds(200);

}  // namespace

void JournalWriter::start() {
  last_record_ = parts_.clock.mono();
  thread_ = std::thread([this] { run(); });
}

void JournalWriter::stop() {
  if (thread_.joinable()) thread_.join();
}

void JournalWriter::run() {
  auto& queue = parts_.sequencer.journal_queue();
  while (!queue.finished()) {
    if (auto entry = queue.pop(until_next_duty())) write(*entry);
    sync_if_due(false);
    tick();
  }
  lost_.add(parts_.sequencer.take_lost());
  if (const auto written = append_lost(catalog_); !written) {
    parts_.log.write(Severity::error, "journal", written.fault().message);
  }
  owes_a_gap_.store(false, std::memory_order_release);
  processed_.store(parts_.sequencer.head().next.seq - 1, std::memory_order_release);
  unsynced_since_ = unsynced_since_.value_or(parts_.clock.mono());
  sync_if_due(true);
  if (auto closed = parts_.journal.close_cleanly(); !closed) {
    parts_.log.write(Severity::error, "journal", closed.fault().message);
  }
}

Duration JournalWriter::until_next_duty() const {
  const MonoTime now = parts_.clock.mono();
  MonoTime next = now + kTick;
  if (unsynced_since_) next = std::min(next, *unsynced_since_ + sync_interval(parts_.sync));
  return std::max(next - now, Duration::zero());
}

void JournalWriter::write(const JournalEntry& entry) {
  lost_.add(entry.lost_before);
  const RawBatch& batch = *entry.batch;
  catalog_ = batch.catalog;
  const MonoTime now = parts_.clock.mono();
  if (!batch.tick) last_record_ = now;
  if (!append_patiently(batch)) {
    lose(batch);
  } else {
    batch.fate.store(JournalFate::accepted, std::memory_order_release);
    if (!batch.source_position.empty()) appended_positions_[batch.source] = batch.source_position;
    if (!batch.tick && !unsynced_since_) {
      unsynced_since_ = now;
      const std::lock_guard lock(mutex_);
      published_unsynced_since_ = now;
    }
  }
  owes_a_gap_.store(!lost_.none(), std::memory_order_release);
  processed_.store(batch.position.seq, std::memory_order_release);
}

// A batch whose source can wait is tried until it is in, or the node stops: then the source, which resumes at
// its journaled position, delivers it again. Others are lost while the journal is in trouble.
bool JournalWriter::append_patiently(const RawBatch& batch) {
  if (!batch.can_wait) {
    return !(retry_at_ && parts_.clock.mono() < *retry_at_) && try_append(batch);
  }
  while (!try_append(batch)) {
    if (parts_.sequencer.closed()) return false;
    std::this_thread::sleep_for(kHeldRetry);
  }
  return true;
}

bool JournalWriter::try_append(const RawBatch& batch) {
  Status appended = append_lost(batch.catalog);
  if (appended) appended = parts_.journal.append(batch);
  const std::lock_guard lock(mutex_);
  if (appended) {
    if (!health_.ok) parts_.log.write(Severity::note, "journal", "writing works again");
    retry_at_.reset();
    health_.ok = true;
    health_.message.clear();
    return true;
  }
  if (health_.ok) {
    parts_.log.write(Severity::error, "journal",
                     appended.fault().message +
                         "; capture and live view go on, but nothing can be recorded until it works again");
  }
  retry_at_ = parts_.clock.mono() + kRetry;
  health_.ok = false;
  health_.message = appended.fault().message;
  return false;
}

// What was lost is written down at the place of the last lost batch, ahead of the next one.
Status JournalWriter::append_lost(const CatalogPtr& catalog) {
  if (lost_.none()) return {};
  RawBatch batch;
  batch.position = lost_.last;
  batch.first_record = lost_.end_record;
  batch.catalog = catalog;
  batch.source = kNoSource;
  batch.clock = parts_.clock.pair();
  batch.gaps = lost_.gaps;
  for (GapRecord& gap : batch.gaps) gap.before_index = 0;
  const GapRecord loss{lost_.from, lost_.to, GapReason::journal_failed, "journal", lost_.records, 0};
  if (lost_.records != 0) batch.gaps.push_back(loss);
  auto appended = batch.gaps.empty() ? Status{} : parts_.journal.append(batch);
  if (!appended) return appended;
  if (lost_.records != 0) parts_.gaps.add(loss);
  lost_ = {};
  return {};
}

void JournalWriter::lose(const RawBatch& batch) {
  batch.fate.store(JournalFate::lost, std::memory_order_release);
  lost_.add(batch);
}

void JournalWriter::sync_if_due(bool now) {
  if (!unsynced_since_) return;
  if (!now && parts_.clock.mono() - *unsynced_since_ < sync_interval(parts_.sync)) return;
  unsynced_since_.reset();
  const auto synced = parts_.journal.sync();
  const std::lock_guard lock(mutex_);
  published_unsynced_since_.reset();
  if (synced) {
    if (!sync_failed_) synced_positions_ = appended_positions_;
    synced_.store(processed_.load(std::memory_order_relaxed), std::memory_order_release);
    return;
  }
  sync_failed_ = true;
  parts_.log.write(Severity::error, "journal", synced.fault().message + "; going on in a new segment");
  health_.message = synced.fault().message;
}

void JournalWriter::tick() {
  const MonoTime now = parts_.clock.mono();
  if (now - last_record_ < kTick || parts_.sequencer.journal_queue().finished()) return;
  last_record_ = now;
  auto batch = parts_.pool.acquire();
  if (!batch) return;
  batch->source = kNoSource;
  batch->tick = true;
  batch->clock = parts_.clock.pair();
  parts_.pool.account(*batch);
  parts_.sequencer.submit(std::move(batch));
}

SourcePosition JournalWriter::synced_position(SourceId source) const {
  const std::lock_guard lock(mutex_);
  const auto at = synced_positions_.find(source);
  return at != synced_positions_.end() ? at->second : SourcePosition{};
}

JournalWriter::Health JournalWriter::health() const {
  const std::lock_guard lock(mutex_);
  Health health = health_;
  if (published_unsynced_since_) health.unsynced_age = parts_.clock.mono() - *published_unsynced_since_;
  return health;
}

}  // namespace cantrail
