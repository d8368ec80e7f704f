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
  last_record_ = rate_noted_ = parts_.clock.mono();
  write_rate_.add(rate_noted_, 0);
  sync_.start();
  thread_ = std::thread([this] { run(); });
}

void JournalWriter::stop() {
  if (thread_.joinable()) thread_.join();
}

void JournalWriter::run() {
  auto& queue = parts_.sequencer.journal_queue();
  while (!queue.finished()) {
    if (auto entry = queue.pop(kTick)) write(*entry);
    tick();
    note_rate();
  }
  lost_.add(parts_.sequencer.take_lost());
  append_last_lost();
  owes_a_gap_.store(false, std::memory_order_release);
  processed_.store(parts_.sequencer.head().next.seq - 1, std::memory_order_release);
  sync_.finish();
  if (auto closed = parts_.journal.close_cleanly(); !closed) {
    parts_.log.write(Severity::error, "journal", closed.fault().message);
  }
}

void JournalWriter::write(const JournalEntry& entry) {
  lost_.add(entry.lost_before);
  const RawBatch& batch = *entry.batch;
  if (const auto step = clock_watch_.note(batch.clock)) {
    parts_.log.write(Severity::warning, "clock", to_string(*step));
  }
  catalog_ = batch.catalog;
  if (!batch.tick) last_record_ = parts_.clock.mono();
  if (!append_patiently(batch)) {
    lose(batch);
  } else {
    batch.fate.store(JournalFate::accepted, std::memory_order_release);
    sync_.appended(batch);
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
    health_.since.reset();
    return true;
  }
  if (health_.ok) {
    health_.since = parts_.clock.wall();
    parts_.log.write(Severity::error, "journal",
                     appended.fault().message +
                         "; capture and live view go on, but nothing can be recorded until it works again");
  }
  retry_at_ = parts_.clock.mono() + kRetry;
  loss_ = appended.fault().kind == FaultKind::exhausted ? JournalFate::no_room : JournalFate::lost;
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
  const GapRecord loss{lost_.from, lost_.to, lost_.reason, "journal", lost_.records, 0};
  if (lost_.records != 0) batch.gaps.push_back(loss);
  auto appended = batch.gaps.empty() ? Status{} : parts_.journal.append(batch);
  if (!appended) return appended;
  if (lost_.records != 0) parts_.gaps.add(loss);
  lost_ = {};
  return {};
}

// On a full disk with the room that was kept for this; it may not suffice for a catalog.
void JournalWriter::append_last_lost() {
  Status written = append_lost(catalog_);
  if (!written && written.fault().kind == FaultKind::exhausted && parts_.journal.use_reserve()) {
    written = append_lost(nullptr);
  }
  if (!written) parts_.log.write(Severity::error, "journal", written.fault().message);
}

void JournalWriter::lose(const RawBatch& batch) {
  batch.fate.store(loss_, std::memory_order_release);
  lost_.add(batch);
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

void JournalWriter::note_rate() {
  constexpr Duration kEvery = std::chrono::seconds(1);
  const MonoTime now = parts_.clock.mono();
  if (now - rate_noted_ < kEvery) return;
  rate_noted_ = now;
  const std::uint64_t bytes = parts_.journal.stats().written_bytes;
  const std::lock_guard lock(mutex_);
  write_rate_.add(now, bytes);
}

JournalWriter::Health JournalWriter::health() const {
  const std::lock_guard lock(mutex_);
  Health health = health_;
  health.unsynced_age = sync_.unsynced_age();
  health.written_bytes_per_day = write_rate_.per_day(parts_.clock.mono());
  return health;
}

}  // namespace cantrail
