#include "sinks/sqlite/store.hpp"

#include <algorithm>
#include <limits>

#include <sqlite3.h>

#include "base/text.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::uint64_t kLogFrameHead = 24;
constexpr int kWriteWaitMs = 2500;  // over the 2 s that a read may take
// As in Partitions; and the file's numbers of streams must fit the keys.
constexpr std::int64_t kLastTime = std::numeric_limits<std::int64_t>::max() - (std::int64_t{1} << 40);
constexpr std::size_t kMostRowTextBytes = kMostRowBytes - (std::size_t{64} << 10);  // of a packed row

int note_frames(void* frames, sqlite3*, const char*, int count) {
  *static_cast<int*>(frames) = count;
  return SQLITE_OK;
}

// Where a record of the batch that is no frame is, or a derived row without one: behind the frames, or at the
// last record.
std::uint32_t index_of(const Batch& batch, encode::RowRef ref) {
  const RawBatch& raw = *batch.raw;
  if (ref.block < batch.blocks.size()) {
    const StreamBlock& block = batch.blocks[ref.block];
    if (!block.frame().empty()) return block.frame()[ref.row];
    return static_cast<std::uint32_t>(std::max<std::size_t>(raw.records(), 1) - 1);
  }
  std::size_t index = raw.frames.size() + ref.row;
  for (std::size_t i = 0; i < ref.block - batch.blocks.size(); ++i) index += raw.rows[i].rows();
  return static_cast<std::uint32_t>(index);
}

bool frame_derived(const Batch& batch, encode::RowRef ref) {
  return ref.block < batch.blocks.size() && !batch.blocks[ref.block].frame().empty();
}

const StreamBlock& block_of(const Batch& batch, encode::RowRef ref) {
  return ref.block < batch.blocks.size() ? batch.blocks[ref.block]
                                         : batch.rows()[ref.block - batch.blocks.size()];
}

bool same_batch(const Position& a, const Position& b) {
  return a.journal == b.journal && a.epoch == b.epoch && a.seq == b.seq;
}

}  // namespace

Store::Store(Database database, const StoreOptions& options, std::string lane, Clock& clock, Log& log)
    : database_(std::move(database)),
      keep_(options.keep),
      lane_(std::move(lane)),
      clock_(clock),
      log_(log),
      form_(options.form),
      rollups_(database_, options.rollups, plan_sizes(keep_).file_bytes / 40),
      partitions_(database_, keep_, form_, rollups_),
      streams_(database_) {}

Store::~Store() {
  database_.rollback();
}

Result<std::unique_ptr<Store>> Store::open(const std::string& path, const StoreOptions& options,
                                           const std::string& lane, Clock& clock, Log& log) {
  Result<Database> database = Database::open(path, Access::write, options.vfs);
  if (!database) return database.fault();
  if (Status ready = prepare_file(*database, plan_sizes(options.keep).wal_soft_bytes); !ready)
    return ready.fault();
  std::unique_ptr<Store> store(new Store(std::move(*database), options, lane, clock, log));
  sqlite3_wal_hook(store->database_.handle(), note_frames, &store->wal_frames_);
  if (Status loaded = store->look_for_others(); !loaded) return loaded.fault();
  const Result<std::int64_t> page = store->database_.number("PRAGMA page_size");
  if (!page) return page.fault();
  store->log_frame_bytes_ = static_cast<std::uint64_t>(*page) + kLogFrameHead;
  sqlite3_busy_timeout(store->database_.handle(), kWriteWaitMs);
  store->begin_retention(options);
  return store;
}

void Store::begin_retention(const StoreOptions& options) {
  std::optional<Duration> shortest = keep_.age;
  for (const Keep& keep : options.rollups) {
    if (keep.age) shortest = std::min(shortest.value_or(*keep.age), *keep.age);
  }
  retention_.emplace(clock_, partitions_.newest_stored_ns(), shortest);
  if (shortest && retention_->waits()) {
    log_.write(Severity::warning, lane_, database_.path() + ": " + retention_->why_it_waits());
  }
}

// Within the transaction.
Status Store::catch_up() {
  const std::optional<RetentionStep> step = retention_->catch_up();
  if (!step) return {};
  if (Status moved = rollups_.move_along(*step); !moved) return moved;
  return partitions_.move_along(*step);
}

// A batch ages from when the node took it, also if it comes late. A time that would make it old already, or
// lies ahead, is not believed.
std::int64_t Store::stored_ns(const RawBatch& raw) const {
  const std::int64_t now = retention_->now_ns();
  const std::int64_t taken = raw.clock.wall.ns;
  const bool believed = taken > 0 && taken <= now && (!keep_.age || now - taken < keep_.age->count());
  return believed ? taken : now;
}

Result<std::optional<Position>> Store::cursor(const JournalId& journal) {
  Result<Statement> find = database_.prepare(
      "SELECT epoch, seq, idx FROM cursor WHERE journal=? ORDER BY epoch DESC, seq DESC, idx DESC LIMIT 1");
  if (!find) return find.fault();
  find->bind(1, std::span<const std::uint8_t>(journal.bytes));
  const int code = find->step();
  if (code == SQLITE_DONE) return std::optional<Position>();
  if (code != SQLITE_ROW) return database_.fault("cannot read the cursor");
  Position position{journal, static_cast<std::uint32_t>(find->integer(0)),
                    static_cast<std::uint64_t>(find->integer(1)),
                    static_cast<std::uint32_t>(find->integer(2))};
  return std::optional<Position>(position);
}

bool Store::knows_other_journal(const JournalId& journal) {
  Result<Statement> find = database_.prepare("SELECT 1 FROM cursor WHERE journal<>? LIMIT 1");
  if (!find) return false;
  find->bind(1, std::span<const std::uint8_t>(journal.bytes));
  return find->step() == SQLITE_ROW;
}

Status Store::move_cursor(const Position& upto) {
  Result<Statement> move =
      database_.prepare("REPLACE INTO cursor(journal, lane, epoch, seq, idx) VALUES(?,?,?,?,?)");
  if (!move) return move.status();
  move->bind(1, std::span<const std::uint8_t>(upto.journal.bytes));
  move->bind(2, lane_);
  move->bind(3, std::int64_t{upto.epoch});
  move->bind(4, static_cast<std::int64_t>(upto.seq));
  move->bind(5, std::int64_t{upto.index});
  return move->run() == SQLITE_DONE ? Status{} : database_.fault("cannot move the cursor");
}

void Store::use(const CatalogPtr& catalog) {
  if (catalog == catalog_) return;
  catalog_ = catalog;
  streams_.forget();
  last_.assign(catalog ? catalog->streams.size() : 0, {});
  text_.reset();
  if (catalog) text_.emplace(*catalog);
}

Result<WriteOutcome> Store::write(std::span<const BatchPtr> batches, const Position& expected,
                                  const Position& upto, RejectedRows* rejected) {
  if (!batches.empty()) use(batches.front()->raw->catalog);
  if (Status begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun.fault();
  if (Status looked = look_for_others(); !looked) {
    database_.rollback();
    return looked.fault();
  }
  Result<std::optional<Position>> found = cursor(upto.journal);
  if (!found || (*found && **found != expected)) {
    database_.rollback();
    if (!found) return found.fault();
    WriteOutcome elsewhere;
    elsewhere.durable = *found;
    return elsewhere;
  }
  Result<WriteOutcome> outcome = write_all(batches, expected, upto);
  if (outcome && rejected != nullptr && !outcome->rejected.empty()) {
    if (Status kept = rejected->set_aside(batches, outcome->rejected); !kept) outcome = kept.fault();
  }
  if (outcome) {
    if (Status committed = database_.run("COMMIT"); !committed) outcome = committed.fault();
  }
  if (!outcome) {
    database_.rollback();
    return outcome;
  }
  outcome->durable = upto;
  checkpoint();
  return outcome;
}

// Another program (`replay --dbc`) may have changed the file since the last write: what is known of it is
// read again.
Status Store::look_for_others() {
  const Result<std::int64_t> version = database_.number("PRAGMA data_version");
  if (!version) return version.status();
  if (*version == data_version_) return {};
  streams_.forget();
  if (Status loaded = partitions_.load(); !loaded) return loaded;
  if (Status loaded = rollups_.load(); !loaded) return loaded;
  data_version_ = *version;
  return {};
}

Result<WriteOutcome> Store::write_all(std::span<const BatchPtr> batches, const Position& expected,
                                      const Position& upto) {
  WriteOutcome outcome;
  for (const StreamId stream : touched_) last_[stream].set = false;
  touched_.clear();
  pending_.clear();
  if (Status caught_up = catch_up(); !caught_up) return caught_up.fault();
  const std::int64_t now = retention_->now_ns();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const RawBatch& raw = *batches[i]->raw;
    const std::int64_t stored = std::min(stored_ns(raw), now);
    if (Status begun = rollups_.begin(stored, now); !begun) return begun.fault();
    if (Status begun = partitions_.begin(stored, now); !begun) return begun.fault();
    Part part{*batches[i], i, 0, raw.records()};
    if (same_batch(expected, raw.position)) part.from = std::min<std::size_t>(expected.index, part.to);
    if (same_batch(upto, raw.position)) part.to = std::min<std::size_t>(upto.index, part.to);
    if (Status written = write_gaps(part); !written) return written.fault();
    if (form_ == RowForm::packed) {
      take_packed(part, outcome);
    } else if (Status written = write_plain(part, outcome); !written) {
      return written.fault();
    }
  }
  if (Status written = write_pending(); !written) return written.fault();
  if (Status written = write_latest(batches); !written) return written.fault();
  if (Status saved = partitions_.save(); !saved) return saved.fault();
  if (Status moved = move_cursor(upto); !moved) return moved.fault();
  return outcome;
}

Status Store::write_gaps(const Part& part) {
  const bool to_the_end = part.to == part.batch.raw->records();
  for (const GapRecord& gap : part.batch.raw->gaps) {
    if (gap.before_index < part.from || (gap.before_index >= part.to && !to_the_end)) continue;
    Result<Statement> insert = database_.prepare("INSERT INTO gap VALUES(?,?,?,?,?,?)");
    if (!insert) return insert.status();
    const std::int64_t id = partitions_.next_gap();
    insert->bind(1, id);
    insert->bind(2, gap.from.ns);
    insert->bind(3, gap.to.ns);
    insert->bind(4, static_cast<std::int64_t>(gap.reason));
    insert->bind(5, gap.where);
    if (gap.count) {
      constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
      insert->bind(6, static_cast<std::int64_t>(std::min(*gap.count, kMost)));
    }
    if (insert->run() != SQLITE_DONE) return database_.fault("cannot insert a gap");
    partitions_.account_gap(id, gap.where.size());
  }
  return {};
}

Result<RowValues> Store::values(const Batch& batch, encode::RowRef ref, std::uint32_t index) {
  const StreamBlock& block = block_of(batch, ref);
  const Result<const Streams::Entry*> stream = streams_.entry(*catalog_, block.stream());
  if (!stream) return stream.fault();
  const Result<std::int64_t> origin = streams_.origin(batch.raw->position);
  if (!origin) return origin.fault();
  return row_maker_.make(batch, block, ref.row, index, **stream, *origin, *text_);
}

Status Store::write_plain(const Part& part, WriteOutcome& outcome) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  const Batch& batch = part.batch;
  const bool whole = part.from == 0 && part.to == batch.raw->records();
  const std::size_t frames =
      std::min(batch.raw->frames.size(), part.to) - std::min(batch.raw->frames.size(), part.from);
  std::size_t frames_with_rows = 0;
  std::uint32_t counted = kNone, refused = kNone;  // the record of the last row that was
  rows_.start(batch);
  for (encode::RowRef ref; rows_.next(ref);) {
    const std::uint32_t index = index_of(batch, ref);
    if (!whole && (index < part.from || index >= part.to)) continue;
    const bool of_frame = frame_derived(batch, ref);
    const bool is_record = of_frame || ref.block >= batch.blocks.size();
    if (is_record && index != counted) {
      counted = index;
      ++outcome.delivered;
      if (of_frame) ++frames_with_rows;
    }
    const Result<RowValues> row = values(batch, ref, index);
    if (!row) return row.status();
    const Result<Stored> stored = partitions_.insert(*row);
    if (!stored) return stored.status();
    if (*stored == Stored::yes) {
      const StreamBlock& block = block_of(batch, ref);
      remember(part.number, ref, block.stream(), index);
      pending_.add({&batch, &block, ref.row, ref.row + 1, index, false});
    } else if (!is_record) {
      log_.write(Severity::warning, lane_, "a derived row cannot be stored: " + partitions_.why());
    } else if (index != refused) {
      refused = index;
      --outcome.delivered;
      outcome.rejected.push_back({part.number, ref.block, ref.row, partitions_.why()});
    }
  }
  const std::size_t left_out = batch.left_out_between(part.from, std::min(batch.raw->frames.size(), part.to));
  const std::size_t parts = batch.parts_between(part.from, std::min(batch.raw->frames.size(), part.to));
  outcome.delivered += parts;
  outcome.undecoded += frames - frames_with_rows - left_out - parts;
  return {};
}

const char* Store::refusal(const StreamBlock& block, std::size_t row) const {
  if (block.time_ns()[row] > kLastTime) return "its time is beyond the year 2262";
  const RowSchema& schema = *catalog_->streams[block.stream()].row;
  if (text_bytes(block, schema, row) > kMostRowTextBytes) return "string or blob too big";
  return nullptr;
}

void Store::take_packed(const Part& part, WriteOutcome& outcome) {
  const Batch& batch = part.batch;
  const RawBatch& raw = *batch.raw;
  const std::size_t frames = raw.frames.size();
  has_row_.assign(frames, false);
  const std::uint64_t before = outcome.delivered;
  std::uint32_t block = 0;
  for (; block < batch.blocks.size(); ++block) {
    take_block(part, block, std::max<std::size_t>(raw.records(), 1) - 1, outcome);
  }
  const std::uint64_t of_frames = outcome.delivered - before;
  std::size_t refused = 0;
  for (std::size_t i = outcome.rejected.size(); i-- > 0 && outcome.rejected[i].batch == part.number;)
    ++refused;
  std::size_t first_record = frames;
  for (const StreamBlock& rows : batch.rows()) {
    take_block(part, block++, first_record, outcome);
    first_record += rows.rows();
  }
  const std::size_t left_out = batch.left_out_between(part.from, std::min(frames, part.to));
  const std::size_t parts = batch.parts_between(part.from, std::min(frames, part.to));
  outcome.delivered += parts;
  outcome.undecoded +=
      std::min(frames, part.to) - std::min(frames, part.from) - of_frames - refused - left_out - parts;
}

// Rows of one block that the part covers. Each record has one fate, however many rows come from it.
void Store::take_block(const Part& part, std::uint32_t number, std::size_t first_record,
                       WriteOutcome& outcome) {
  const StreamBlock& block = block_of(part.batch, {number, 0});
  RowRun run{&part.batch,
             &block,
             0,
             0,
             static_cast<std::uint32_t>(first_record),
             number >= part.batch.blocks.size()};
  const bool of_frames = run.of_frames();
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    const std::uint32_t record = run.record(row);
    if (record < part.from || record >= part.to) continue;
    if (run.rows_are_records && part.batch.leaves_out(record)) continue;
    const bool counts = run.rows_are_records || (of_frames && !has_row_[record]);
    if (of_frames) has_row_[record] = true;
    if (const char* why = refusal(block, row)) {
      if (counts) {
        outcome.rejected.push_back({part.number, number, row, why});
      } else {
        log_.write(Severity::warning, lane_, std::string("a derived row cannot be stored: ") + why);
      }
      continue;
    }
    if (counts) ++outcome.delivered;
    run.from = row;
    run.to = row + 1;
    pending_.add(run);
    remember(part.number, {number, row}, block.stream(), record);
  }
}

Status Store::write_pending() {
  pending_streams_.clear();
  for (const StreamId stream : pending_.streams()) {
    const Result<const Streams::Entry*> entry = streams_.entry(*catalog_, stream);
    if (!entry) return entry.status();
    if ((*entry)->id >= kMostStreams) {
      return {FaultKind::rejected, database_.path() + ": it knows too many streams; begin another file"};
    }
    pending_streams_.push_back({stream, (*entry)->id, has_text(*catalog_->streams[stream].row)});
  }
  return pending_.each_group(pending_streams_, [this](StreamId stream, const RowGroup& group) {
    return write_group(stream, **streams_.entry(*catalog_, stream), group);
  });
}

// A group's rows, and what they add to the rollups of its seconds, its minute and its hour.
Status Store::write_group(StreamId stream, const Streams::Entry& entry, const RowGroup& group) {
  constexpr std::int64_t kMinutesAnHour = 60, kMinuteUs = 60'000'000;
  const RowSchema& schema = *catalog_->streams[stream].row;
  if (form_ == RowForm::packed) {
    if (Status written = write_chunk(schema, entry, group); !written) return written;
  }
  maker_.roll_up(group.runs, schema, entry.slots, group.minute);
  if (maker_.seconds().empty()) return {};
  if (Status s = rollups_.add(Level::seconds, group.minute, entry.id, maker_.seconds()); !s) return s;
  if (Status s = rollups_.add(Level::minutes, group.minute, entry.id, maker_.whole(0)); !s) return s;
  const std::int64_t hour = floor_div(group.minute, kMinutesAnHour);
  const std::int64_t into_us = (group.minute - hour * kMinutesAnHour) * kMinuteUs;
  return rollups_.add(Level::hours, hour, entry.id, maker_.whole(into_us));
}

Status Store::write_chunk(const RowSchema& schema, const Streams::Entry& entry, const RowGroup& group) {
  const Result<std::int64_t> origin = streams_.origin(group.runs.front().batch->raw->position);
  if (!origin) return origin.status();
  ChunkValues chunk;
  chunk.minute = group.minute;
  chunk.stream = entry.id;
  chunk.origin = *origin;
  chunk.layout = entry.layout;
  chunk.rows = group.rows;
  chunk.first_ns = std::numeric_limits<std::int64_t>::max();
  chunk.last_ns = std::numeric_limits<std::int64_t>::min();
  for (const RowRun& run : group.runs) {
    for (const std::int64_t time : run.block->time_ns().subspan(run.from, run.rows())) {
      chunk.first_ns = std::min(chunk.first_ns, time);
      chunk.last_ns = std::max(chunk.last_ns, time);
    }
  }
  chunk_.clear();
  packer_.put(chunk_, group.runs, schema, entry.can_id);
  chunk.data = chunk_;
  return partitions_.insert(chunk);
}

void Store::remember(std::size_t batch, encode::RowRef row, StreamId stream, std::uint32_t index) {
  if (!last_[stream].set) touched_.push_back(stream);
  last_[stream] = {batch, row, index, true};
}

Status Store::write_latest(std::span<const BatchPtr> batches) {
  if (touched_.empty()) return {};
  Result<LatestRows> latest = LatestRows::open(database_);
  if (!latest) return latest.status();
  for (const StreamId stream : touched_) {
    const Last& last = last_[stream];
    const Result<RowValues> row = values(*batches[last.batch], last.row, last.index);
    if (!row) return row.status();
    if (Status put = latest->put(*row); !put) return put;
  }
  return {};
}

// Everything is committed here: trouble is told, and comes back as a fault of a later write if it lasts.
void Store::checkpoint() {
  const SizePlan& plan = partitions_.plan();
  const std::uint64_t bytes = static_cast<std::uint64_t>(wal_frames_) * log_frame_bytes_;
  if (wal_frames_ < tried_frames_) tried_frames_ = 0;  // the log began again
  const std::uint64_t tried = static_cast<std::uint64_t>(tried_frames_) * log_frame_bytes_;
  if (bytes < tried + plan.wal_soft_bytes) return;
  // Past the hard limit the writer waits for readers, none of which takes longer than 2 s.
  const int mode = bytes >= plan.wal_hard_bytes ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int in_log = 0, done = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, mode, &in_log, &done);
  tried_frames_ = code == SQLITE_OK && in_log == done ? 0 : wal_frames_;
  if (code == SQLITE_OK) return;
  const std::string why = code == SQLITE_BUSY
                              ? "another program keeps a read transaction open: the log beside " +
                                    database_.path() + " grows (" + format_bytes(bytes) + ")"
                              : database_.fault("cannot checkpoint").message;
  log_.write(Severity::warning, lane_, why);
}

void Store::checkpoint_all() {
  int in_log = 0, done = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &done);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    log_.write(Severity::warning, lane_, database_.fault("cannot checkpoint").message);
  }
}

}  // namespace cantrail::sqlite
