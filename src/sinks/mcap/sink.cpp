#include "sinks/mcap/sink.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::mcap_sink {
namespace {

// A file's summary is held until its end; a file that is never split else ends when it has grown to that.
constexpr std::size_t kMostSummaryBytes = std::size_t{8} << 20U;
// Parts up to that size are finished before open() returns.
constexpr std::uint64_t kAtOnceBytes = std::uint64_t{4} << 20U;
constexpr std::size_t kMostFileNameBytes = 128;
constexpr const char* kLockName = "recordings.lock";
constexpr Duration kIdle = std::chrono::seconds(1);

bool same_batch(const Position& a, const Position& b) {
  return a.journal == b.journal && a.epoch == b.epoch && a.seq == b.seq;
}

// "20261121T074900Z": no colons, which some file systems refuse, and names sort by it. Not before 1970.
std::string compact_time(WallTime time) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-21T07:49:00"
  std::string text = to_rfc3339(std::max(time, WallTime{})).substr(0, kSeconds);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string file_letters(const std::string& text) {
  std::string safe = printable(text, kMostFileNameBytes);
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c == '/' || c == '\\'; }, '_');
  return safe.empty() || safe.front() == '.' ? "_" + safe : safe;
}

}  // namespace

SinkTraits McapSink::traits() const {
  SinkTraits traits;
  traits.durable = true;
  traits.records = 16384;  // some chunks, so that one is compressed while the next is filled
  traits.bytes = 2 << 20;
  traits.delay = options_.delay;
  traits.idle = kIdle;
  return traits;
}

Result<std::optional<Position>> McapSink::open(const SinkContext& context) {
  context_.emplace(context);
  failed_ = false;
  if (file_ && file_->lost_sync()) {
    if (Status cut = file_->cut_to_synced(); !cut) return cut.fault();
  }
  if (file_ && (file_->lost_sync() || file_->journal() != context.journal)) file_.reset();
  if (Status made = context.files.make_directories(options_.folder); !made) return made.fault();
  if (Status claimed = claim_folder(); !claimed) return claimed.fault();
  if (!loaded_) {
    if (Status loaded = recordings_->load(context, options_.keep.age); !loaded) return loaded.fault();
    loaded_ = true;
  }
  if (Status recovered = recover_left(); !recovered) return recovered.fault();
  recordings_->take_calls(true);
  if (!triggering_) recordings_->end_looking(context.journal);
  cursor_ = file_ ? file_->mark().cursor : recordings_->cursor(context.journal);
  if (triggering_) {
    triggering_->restart(cursor_);
    looked_at_ = context.clock.mono();
    if (const auto from = recordings_->looks_from(context.journal)) cursor_ = from;
  }
  return cursor_;
}

// Two that record into one folder would take each other's files for what a crash has left.
Status McapSink::claim_folder() {
  const std::string path = join_path(options_.folder, kLockName);
  if (claim_ && context_->files.exists(path)) return {};
  auto file = context_->files.open(path, OpenMode::append_or_create);
  if (!file) return file.status();
  if (!(*file)->claim()) {
    return {FaultKind::unavailable,
            options_.folder + " is recorded into by another node or sink: each needs a folder of its own"};
  }
  claim_ = std::move(*file);
  return {};
}

Status McapSink::recover_left() {
  const auto names = context_->files.list(options_.folder);
  if (!names) return names.status();
  std::vector<LeftPart> found;
  for (const std::string& name : *names) {
    if (!name.ends_with(kPart)) continue;
    const std::string path = join_path(options_.folder, name.substr(0, name.size() - kPart.size()));
    if ((file_ && file_->path() == path) || finisher_.has(path)) continue;
    auto part = cut_part(context_->files, path);
    if (!part) return part.status();
    if (*part) found.push_back(std::move(**part));
  }
  // The names too: what is recorded next must not outlive them.
  if (!found.empty()) {
    if (Status synced = context_->files.sync_directory(options_.folder); !synced) return synced;
  }
  const std::atomic<bool> never = false;
  for (LeftPart& part : found) {
    recordings_->move_cursor(*part.end.cursor);
    if (part.end.bytes > kAtOnceBytes) {
      finisher_.add(*context_, std::move(part));
    } else if (Status finished = finish_part(*context_, *recordings_, part, never); !finished) {
      context_->log.write(Severity::warning, context_->name, finished.fault().message);
    }
  }
  return {};
}

Status McapSink::catalog(const CatalogPtr&, const CatalogPtr& new_catalog) {
  auto channels = Channels::of(new_catalog);
  if (!channels) return channels.status();
  channels_ = std::move(*channels);
  if (triggering_) triggering_->bind(*new_catalog);
  if (options_.trip) options_.trip->bind(*new_catalog);
  return {};
}

Result<WriteOutcome> McapSink::write(std::span<const BatchPtr> batches, const Position& expected,
                                     const Position& upto) {
  WriteOutcome outcome;
  if (cursor_ && *cursor_ != expected) {
    outcome.durable = cursor_;
    return outcome;
  }
  if (Status there = still_there(); !there) return there.fault();
  if (triggering_ && !batches.empty()) {
    if (const auto back = triggering_->look(batches, recordings_->calls())) {
      cursor_ = outcome.durable = back;
      outcome.again = true;
      return outcome;
    }
  }
  if (batches.empty()) return move_cursor(upto);
  if (!channels_) {  // a gap from before the first catalog
    if (Status known = catalog(nullptr, std::make_shared<Catalog>()); !known) return known.fault();
  }
  Status written = write_all(batches, expected, upto, outcome);
  if (Status drained = line_.drain(); written) written = std::move(drained);
  count_written();
  if (!written) {
    settle_after_fault();
    return written.fault();
  }
  cursor_ = upto;
  outcome.durable = upto;
  quiet_since_ = context_->clock.mono();
  if (triggering_ && quiet_since_ - looked_at_ >= kSyncEvery) look_from_here();
  return outcome;
}

// After that nothing is known: open() begins with what it finds, and the journal has what is missing.
Status McapSink::still_there() {
  if (!file_ || file_->is_there()) return {};
  const std::string part = file_->path() + std::string(kPart);
  file_.reset();
  loaded_ = false;
  settle_after_fault();
  return {FaultKind::unavailable, part + " was removed or renamed while it was written to"};
}

Status McapSink::write_all(std::span<const BatchPtr> batches, const Position& expected, const Position& upto,
                           WriteOutcome& outcome) {
  hold_to_limits();
  if (file_ && must_end()) {
    if (Status ended = end_file(); !ended) return ended;
  }
  if (file_) {
    if (Status used = file_->use(channels_); !used) return used;
    next_ = file_->mark();
  }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const Batch& batch = *batches[i];
    Part part{batch, 0, batch.raw->records()};
    if (same_batch(expected, batch.begin())) part.from = std::min<std::size_t>(expected.index, part.to);
    if (same_batch(upto, batch.begin())) part.to = std::min<std::size_t>(upto.index, part.to);
    if (triggering_) {
      const bool in_window = triggering_->windows().wanted()[i] != 0;
      if (!in_window || triggering_->windows().is_recorded(batch.end())) {
        if (Status left = leave_out(part, in_window, outcome); !left) return left;
        continue;
      }
    }
    if (ends_before(batch) && file_) {
      if (Status ended = end_open_file(); !ended) return ended;
    }
    if (!file_) {
      if (Status begun = begin_file(batch, i); !begun) return begun;
    }
    on_trip_ = next_on_trip_;
    if (Status filled = write_batch(part, outcome); !filled) return filled;
    if (!batch.raw->frames.empty()) last_frames_ = batch.raw->clock.wall;
    if (triggering_) triggering_->windows().recorded(batch.end());
    const bool last = i + 1 == batches.size();
    if (last || builder_.bytes() >= options_.chunk_bytes) {
      if (Status ended = end_chunk(last ? upto : batch.end()); !ended) return ended;
    }
  }
  return builder_.empty() ? Status{} : end_chunk(*next_.cursor);
}

Status McapSink::end_open_file() {
  Status ended = builder_.empty() ? Status{} : end_chunk(*next_.cursor);
  if (Status drained = line_.drain(); ended) ended = std::move(drained);
  return ended ? end_file() : ended;
}

// Of a window, it is in a file already: an earlier run has recorded it.
Status McapSink::leave_out(const Part& part, bool in_window, WriteOutcome& outcome) {
  const std::uint64_t records = part.to - part.from - part.batch.left_out_between(part.from, part.to);
  (in_window ? outcome.delivered : outcome.filtered) += records;
  const bool recorded = triggering_->windows().is_recorded(part.batch.end());
  return file_ && !in_window && !recorded ? end_open_file() : Status{};
}

// A crash begins to look for triggers there.
Status McapSink::look_from(const std::optional<Position>& position) {
  if (!position || position == recordings_->looks_from(context_->journal)) return {};
  recordings_->look_from(*position);
  return recordings_->save();
}

void McapSink::look_from_here() {
  looked_at_ = context_->clock.mono();
  if (file_ && !file_->sync()) return;  // what a power cut takes must be found again; the next write says why
  if (const Status saved = look_from(triggering_->windows().resume_at()); !saved) {  // an older one does, too
    context_->log.write(Severity::warning, context_->name, saved.fault().message);
  }
}

bool McapSink::is_over() const {
  const WallTime now = context_->clock.wall();
  if (triggering_) return false;
  return options_.split.ends_by_time(began_, now) ||
         (last_frames_ && options_.split.ends_by_trip(*last_frames_, now));
}

Result<std::optional<Position>> McapSink::idle() {
  const std::optional<Position> none;
  if (!context_) return none;
  if (Status there = still_there(); !there) return there.fault();
  bool over = file_ && is_over();
  if (triggering_) {
    const Duration silence = context_->clock.mono() - quiet_since_;
    if (const auto back = triggering_->idle(silence, recordings_->calls())) {
      cursor_ = back;
      return back;
    }
    over = file_ && triggering_->windows().over(silence);
  }
  if (!over) return none;
  if (Status ended = end_file(); !ended) {
    settle_after_fault();
    return ended.fault();
  }
  return none;
}

Status McapSink::write_batch(const Part& part, WriteOutcome& outcome) {
  const WriteOutcome before = outcome;
  if (Status filled = filler_.fill(*channels_, part, builder_, outcome); !filled) return filled;
  Ledger& ledger = next_.ledger;
  if (next_.cursor && next_.cursor->epoch != part.batch.begin().epoch) ledger = {};  // a book an epoch
  next_.cursor = part.batch.end();
  ledger.delivered += outcome.delivered - before.delivered;
  ledger.undecoded += outcome.undecoded - before.undecoded;
  ledger.filtered += part.batch.left_out_between(part.from, part.to);
  ledger.received += part.to - part.from;
  return {};
}

Status McapSink::end_chunk(const Position& cursor) {
  next_.cursor = cursor;
  if (Status ended = filler_.end_chunk(context_->name, next_, builder_); !ended) return ended;
  line_.submit(builder_, *file_, next_);
  return {};
}

bool McapSink::must_end() const {
  const bool large = options_.split.bytes && file_->bytes() >= *options_.split.bytes;
  return large || file_->summary().chunks.memory_bytes() >= kMostSummaryBytes ||
         !channels_->extend(file_->channels());
}

bool McapSink::ends_before(const Batch& batch) {
  const RawBatch& raw = *batch.raw;
  if (raw.records() == 0) return false;
  bool new_trip =
      !raw.frames.empty() && last_frames_ && options_.split.ends_by_trip(*last_frames_, raw.clock.wall);
  if (options_.trip) {
    const Condition::Outcome outcome = options_.trip->look(batch, on_trip_);
    next_on_trip_ = outcome.at_last;
    new_trip |= outcome.begins;
  }
  return new_trip || options_.split.ends_by_time(began_, raw.clock.wall);
}

std::string McapSink::name_of(WallTime start) const {
  const std::string time = compact_time(start);
  const std::pair<std::string_view, std::string_view> words[] = {
      {"node", context_->node}, {"sink", context_->name}, {"start", time}};
  return file_letters(fill_template(options_.name, words, RowSchema{}));
}

Status McapSink::begin_file(const Batch& first, std::size_t number) {
  const WallTime start = time_span(*first.raw).from;
  next_ = {triggering_ ? first.begin() : cursor_, {}};
  if (triggering_) {  // before a crash can find a file that has the cursor of half a window
    if (Status told = look_from(triggering_->windows().group_resumes_at()); !told) return told;
  }
  recover_left().ignore();  // what could not be finished before, for want of room perhaps
  auto file = RecordingFile::create(
      {context_->files, context_->clock, recordings_->free_path(name_of(start)), context_->node,
       context_->name, kSyncEvery, triggering_ ? triggering_->cause(number) : std::nullopt},
      channels_, next_, first.begin().journal, start);
  if (!file) return file.status();
  file_ = std::move(*file);
  began_ = first.raw->clock.wall;
  counted_bytes_ = 0;
  return {};
}

// Synced, listed with its cursor, then renamed: whatever happens in between, another try does the rest.
Status McapSink::end_file() {
  if (Status there = still_there(); !there) return there;
  if (file_->summary().chunks.empty()) {  // it could be made, and then nothing could be written
    const std::string part = file_->path() + std::string(kPart);
    file_.reset();
    return context_->files.remove(part);
  }
  if (Status finished = file_->finish(); !finished) return finished;
  const mcap::Statistics& statistics = file_->summary().statistics;
  const std::string name = file_->path().substr(file_->path().rfind('/') + 1) + std::string(kFinal);
  const auto digest = file_->digest();
  if (!digest) return digest.status();
  Status status =
      recordings_->add({name, file_->bytes(), static_cast<std::int64_t>(statistics.start_ns),
                        static_cast<std::int64_t>(statistics.end_ns), 0, statistics.messages, *digest},
                       file_->mark().cursor);
  if (status) status = file_->publish();
  if (!status) return status;
  count_written();
  if (!triggering_) cursor_ = file_->mark().cursor;
  file_.reset();
  return {};
}

// Without records the cursor alone moves.
Result<WriteOutcome> McapSink::move_cursor(const Position& upto) {
  WriteOutcome outcome;
  outcome.durable = upto;
  if (cursor_ == upto) return outcome;
  Status moved;
  if (triggering_) {  // in memory, as after batches
  } else if (file_) {
    next_ = file_->mark();
    moved = end_chunk(upto);
    if (Status drained = line_.drain(); moved) moved = std::move(drained);
  } else {
    recordings_->move_cursor(upto);
    moved = recordings_->save();
  }
  if (!moved) {
    settle_after_fault();
    return moved.fault();
  }
  cursor_ = upto;
  return outcome;
}

void McapSink::settle_after_fault() {
  failed_ = true;
  builder_.clear();
  filler_.restart();
  if (file_) cursor_ = file_->lost_sync() ? file_->synced().cursor : file_->mark().cursor;
}

void McapSink::hold_to_limits() {
  if (const Status held = recordings_->hold_to(options_.keep, file_ ? file_->bytes() : 0); !held) {
    context_->log.write(Severity::warning, context_->name, held.fault().message);
  }
}

void McapSink::count_written() {
  if (!file_ || file_->bytes() < counted_bytes_) return;
  written_bytes_ += file_->bytes() - counted_bytes_;
  counted_bytes_ = file_->bytes();
}

Status McapSink::flush() {
  return file_ ? file_->sync() : Status{};
}

void McapSink::close() {
  if (triggering_ && !failed_ && context_) look_from_here();
  recordings_->take_calls(false);
  if (!file_ || failed_) return;
  if (file_->lost_sync()) return;  // said by flush(); open() does the rest
  if (const Status ended = end_file(); !ended) {
    context_->log.write(Severity::warning, context_->name,
                        ended.fault().message + "; the recording is finished at the next start");
    file_.reset();
  }
}

}  // namespace cantrail::mcap_sink
