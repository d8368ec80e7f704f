#include "sinks/sqlite/partitions.hpp"

#include <algorithm>
#include <limits>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::int64_t kLastTime = std::numeric_limits<std::int64_t>::max() - (std::int64_t{1} << 40);

constexpr const char* kColumns =
    "id, rows, first_ns, last_ns, most_tie, bytes, stored_from_ns, stored_to_ns, last_gap, closed, packed";

}  // namespace

SizePlan plan_sizes(const Keep& keep) {
  SizePlan plan;
  const std::uint64_t cap = keep.bytes.value_or(kFreePartitionBytes * kParts);
  const std::uint64_t log = std::clamp<std::uint64_t>(cap / 16, 2U << 20, 32U << 20);
  if (keep.bytes) plan.file_bytes = cap - log;
  plan.partition_bytes = (cap - log) / kParts;
  plan.wal_soft_bytes = log / 4;
  plan.wal_hard_bytes = log / 2;
  return plan;
}

Status Partitions::load() {
  list_.clear();
  close_tables();
  changed_ = false;
  const Result<std::int64_t> page = database_.number("PRAGMA page_size");
  if (!page) return page.status();
  page_bytes_ = static_cast<std::uint64_t>(*page);
  Result<Statement> all =
      database_.prepare(std::string("SELECT ") + kColumns + " FROM partition ORDER BY id");
  if (!all) return all.status();
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    const auto at = [&all](int column) { return all->integer(column); };
    list_.push_back({at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10)});
  }
  if (code != SQLITE_DONE) return database_.fault("cannot list the partitions");
  // One of the other form is closed with the next row.
  const bool packed = form_ == RowForm::packed;
  if (list_.empty() || list_.back().closed != 0 || (list_.back().packed != 0) != packed) return {};
  return use_current();
}

void Partitions::close_tables() {
  inserter_.close();
  chunks_ = {};
}

Status Partitions::use_current() {
  const Partition& current = list_.back();
  newest_key_ =
      current.rows > 0 ? current.last_ns + current.most_tie : std::numeric_limits<std::int64_t>::min();
  last_time_ = last_key_ = std::numeric_limits<std::int64_t>::min();
  if (form_ == RowForm::plain) return inserter_.use(rows_table(current.id));
  const std::string table = packed_table(current.id);
  Result<Statement> find = database_.prepare("SELECT max(key) FROM " + table + " WHERE key BETWEEN ? AND ?");
  if (!find) return find.status();
  Result<Statement> insert =
      database_.prepare("INSERT INTO " + table + "(key, origin, layout, rows, data) VALUES(?,?,?,?,?)");
  if (!insert) return insert.status();
  chunks_ = {std::move(*find), std::move(*insert)};
  return {};
}

std::optional<std::int64_t> Partitions::newest_stored_ns() const {
  std::optional<std::int64_t> newest;
  for (const Partition& partition : list_) {
    newest = std::max(newest.value_or(partition.stored_to_ns), partition.stored_to_ns);
  }
  return newest;
}

Status Partitions::move_along(const RetentionStep& step) {
  for (Partition& partition : list_) {
    if (partition.stored_to_ns < step.since_ns) continue;
    step.move(partition.stored_from_ns);
    step.move(partition.stored_to_ns);
    if (Status saved = save(partition); !saved) return saved;
  }
  return {};
}

Status Partitions::begin(std::int64_t stored_ns, std::int64_t now_ns) {
  now_ns_ = now_ns;
  const bool late =
      !list_.empty() && keep_.age && stored_ns - list_.back().stored_from_ns > keep_.age->count() / kParts;
  if (!is_open() || late) {
    if (Status rolled = roll(stored_ns); !rolled) return rolled;
  } else if (Status trimmed = trim(now_ns, 0); !trimmed) {
    return trimmed;
  }
  if (list_.back().stored_to_ns < stored_ns) {
    list_.back().stored_to_ns = stored_ns;
    if (list_.back().rows > 0) changed_ = true;  // an idle node writes nothing
  }
  return shrink_file();
}

Status Partitions::roll(std::int64_t stored_ns) {
  std::int64_t id = 1;
  std::int64_t last_gap = 0;
  if (!list_.empty()) {
    Partition& old = list_.back();
    id = old.id + 1;
    last_gap = old.last_gap;
    if (old.closed == 0) {
      if (Status flushed = inserter_.flush(); !flushed) return flushed;
      close_tables();
      if (old.packed == 0) {
        if (Status indexed = database_.run(create_rows_index(old.id)); !indexed) return indexed;
      }
      old.closed = 1;
      if (Status saved = save(old); !saved) return saved;
    }
  }
  if (Status trimmed = trim(now_ns_, plan_.partition_bytes); !trimmed) return trimmed;
  const bool packed = form_ == RowForm::packed;
  if (Status made = database_.run(packed ? create_packed_table(id) : create_rows_table(id)); !made) {
    return made;
  }
  Partition fresh;
  fresh.id = id;
  fresh.packed = packed ? 1 : 0;
  fresh.stored_from_ns = fresh.stored_to_ns = stored_ns;
  fresh.last_gap = last_gap;
  list_.push_back(fresh);
  if (Status saved = save(fresh); !saved) return saved;
  if (Status viewed = create_view(database_); !viewed) return viewed;
  return use_current();
}

Status Partitions::drop_oldest() {
  const Partition oldest = list_.front();
  const std::string id = std::to_string(oldest.id);
  // The view goes first: a view over a missing table would make the file look broken to its readers.
  Status dropped = database_.run("DROP VIEW IF EXISTS frames; DROP TABLE " +
                                 (oldest.packed != 0 ? packed_table(oldest.id) : rows_table(oldest.id)) +
                                 "; DELETE FROM partition WHERE id=" + id +
                                 "; DELETE FROM gap WHERE id<=" + std::to_string(oldest.last_gap));
  if (!dropped) return dropped;
  list_.erase(list_.begin());
  return {};
}

// Drops closed partitions until every limit holds, with room for another partition if `wanted_bytes` are.
// Only a few at a time: after `keep` was lowered the rest follows in the next transactions.
Status Partitions::trim(std::int64_t now_ns, std::uint64_t wanted_bytes) {
  constexpr int kMostAtOnce = 4;
  const std::size_t before = list_.size();
  for (int dropped = 0; dropped < kMostAtOnce; ++dropped) {
    const bool closed = !list_.empty() && list_.front().closed != 0;
    if (closed && (too_old(list_.front(), now_ns) || too_many(wanted_bytes))) {
      if (Status gone = drop_oldest(); !gone) return gone;
      continue;
    }
    if (plan_.file_bytes == 0) break;
    const Result<std::uint64_t> used = used_bytes();
    if (!used) return used.status();
    if (*used + wanted_bytes <= plan_.file_bytes) break;
    const Result<bool> made = make_room();
    if (!made) return made.status();
    if (!*made) break;
  }
  return list_.size() < before ? create_view(database_) : Status{};
}

bool Partitions::too_old(const Partition& partition, std::int64_t now_ns) const {
  return keep_.age && now_ns - partition.stored_to_ns > keep_.age->count();
}

bool Partitions::too_many(std::uint64_t wanted_bytes) const {
  if (!keep_.rows) return false;
  std::int64_t rows = 0;
  for (const Partition& partition : list_) rows += partition.rows;
  return static_cast<std::uint64_t>(rows) + (wanted_bytes > 0 ? *keep_.rows / kParts : 0) > *keep_.rows;
}

// Rows go first, so that the coarse past stays; but rollups never take more than half of the file.
Result<bool> Partitions::make_room() {
  const bool closed = !list_.empty() && list_.front().closed != 0;
  if (!closed || rollups_.bytes() > plan_.file_bytes / 2) {
    Result<bool> dropped = rollups_.drop_one();
    if (!dropped || *dropped || !closed) return dropped;
  }
  if (Status dropped = drop_oldest(); !dropped) return dropped.fault();
  return true;
}

Result<std::uint64_t> Partitions::used_bytes() {
  const Result<std::int64_t> pages = database_.number("PRAGMA page_count");
  if (!pages) return pages.fault();
  const Result<std::int64_t> free_pages = database_.number("PRAGMA freelist_count");
  if (!free_pages) return free_pages.fault();
  return static_cast<std::uint64_t>(*pages - *free_pages) * page_bytes_;
}

// Where `keep` was lowered, the file is larger than it may be: gives pages back, a little in each
// transaction.
Status Partitions::shrink_file() {
  if (plan_.file_bytes == 0) return {};
  const Result<std::int64_t> pages = database_.number("PRAGMA page_count");
  if (!pages) return pages.status();
  const std::uint64_t most = plan_.file_bytes / page_bytes_;
  const auto now = static_cast<std::uint64_t>(*pages);
  if (now <= most + most / 50) return {};
  return database_.run("PRAGMA incremental_vacuum(" +
                       std::to_string(std::min<std::uint64_t>(now - most, 512)) + ")");
}

bool Partitions::full() const {
  const Partition& current = list_.back();
  return static_cast<std::uint64_t>(current.bytes) >= plan_.partition_bytes ||
         (keep_.rows && static_cast<std::uint64_t>(current.rows) >= *keep_.rows / kParts);
}

// Free numbers behind a time that is taken are looked for at random in a window that doubles: a few tries,
// however many rows share the time, and the window stays in proportion to their number.
Result<Stored> Partitions::insert_near(const RowValues& row, std::int64_t key) {
  constexpr int kMostTries = 40;
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    bool taken = false;
    const Result<int> code = inserter_.try_one(row, key, taken);
    if (!code) return code.fault();
    if (*code == SQLITE_DONE && !taken) {
      count(row, key);
      return Stored::yes;
    }
    const int kind = *code & 0xFF;
    if (kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH || kind == SQLITE_CONSTRAINT) {
      why_ = sqlite3_errstr(kind);
      return Stored::refused;
    }
    if (*code != SQLITE_DONE) return database_.fault("cannot insert a row");
    scatter_ ^= scatter_ << 13;
    scatter_ ^= scatter_ >> 7;
    scatter_ ^= scatter_ << 17;
    key = row.time_ns + 1 + static_cast<std::int64_t>(scatter_ & ((std::uint64_t{2} << attempt) - 1));
  }
  why_ = "too many rows share one time";
  return Stored::refused;
}

Result<Stored> Partitions::insert(const RowValues& row) {
  if (full()) {
    if (Status rolled = roll(list_.back().stored_to_ns); !rolled) return rolled.fault();
  }
  if (row.time_ns > kLastTime) {
    why_ = "its time is beyond the year 2262";
    return Stored::refused;
  }
  const std::int64_t key = row.time_ns == last_time_ ? last_key_ + 1 : row.time_ns;
  const std::size_t bytes = row.data.size() + row.signals.size() + row.labels.size();
  if (key <= newest_key_ || bytes > RowInserter::kMostCopied) return insert_near(row, key);
  if (Status appended = inserter_.append(row, key); !appended) return appended.fault();
  count(row, key);
  return Stored::yes;
}

Result<std::int64_t> Partitions::free_key(const ChunkValues& chunk) {
  const std::int64_t first = block_key(chunk.minute, chunk.stream);
  chunks_.find_last.bind(1, first);
  chunks_.find_last.bind(2, first + kMostTurns - 1);
  const int code = chunks_.find_last.step();
  const bool taken = code == SQLITE_ROW && !chunks_.find_last.is_null(0);
  const std::int64_t key = taken ? chunks_.find_last.integer(0) + 1 : first;
  chunks_.find_last.reset();
  if (code != SQLITE_ROW) return database_.fault("cannot look into the rows");
  return key;
}

Status Partitions::insert(const ChunkValues& chunk) {
  if (full()) {
    if (Status rolled = roll(list_.back().stored_to_ns); !rolled) return rolled;
  }
  Result<std::int64_t> key = free_key(chunk);
  if (key && *key >= block_key(chunk.minute, chunk.stream) + kMostTurns) {  // a clock that stands still
    if (Status rolled = roll(list_.back().stored_to_ns); !rolled) return rolled;
    key = free_key(chunk);
  }
  if (!key) return key.status();
  int parameter = 0;
  for (const std::int64_t value : {*key, chunk.origin, chunk.layout, chunk.rows}) {
    chunks_.insert.bind(++parameter, value);
  }
  chunks_.insert.bind(++parameter,
                      std::span(reinterpret_cast<const std::uint8_t*>(chunk.data.data()), chunk.data.size()));
  if (chunks_.insert.run() != SQLITE_DONE) return database_.fault("cannot insert rows");
  Partition& current = list_.back();
  const bool first = current.rows == 0;
  current.rows += chunk.rows;
  current.first_ns = first ? chunk.first_ns : std::min(current.first_ns, chunk.first_ns);
  current.last_ns = first ? chunk.last_ns : std::max(current.last_ns, chunk.last_ns);
  current.bytes += kChunkOverhead + static_cast<std::int64_t>(chunk.data.size());
  changed_ = true;
  return {};
}

void Partitions::count(const RowValues& row, std::int64_t key) {
  Partition& current = list_.back();
  const bool first = current.rows++ == 0;
  current.first_ns = first ? row.time_ns : std::min(current.first_ns, row.time_ns);
  current.last_ns = first ? row.time_ns : std::max(current.last_ns, row.time_ns);
  current.most_tie = std::max(current.most_tie, key - row.time_ns);
  current.bytes +=
      kRowOverhead + static_cast<std::int64_t>(row.data.size() + row.signals.size() + row.labels.size());
  last_time_ = row.time_ns;
  last_key_ = key;
  newest_key_ = std::max(newest_key_, key);
  changed_ = true;
}

void Partitions::account_gap(std::int64_t gap_id, std::size_t bytes) {
  list_.back().last_gap = gap_id;
  list_.back().bytes += static_cast<std::int64_t>(bytes) + kRowOverhead;
  changed_ = true;
}

Status Partitions::save() {
  if (Status flushed = inserter_.flush(); !flushed) return flushed;
  if (!changed_ || list_.empty()) return {};
  changed_ = false;
  return save(list_.back());
}

Status Partitions::save(const Partition& p) {
  Result<Statement> statement = database_.prepare(std::string("REPLACE INTO partition(") + kColumns +
                                                  ") VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  if (!statement) return statement.status();
  int parameter = 0;
  for (const std::int64_t value : {p.id, p.rows, p.first_ns, p.last_ns, p.most_tie, p.bytes, p.stored_from_ns,
                                   p.stored_to_ns, p.last_gap, p.closed, p.packed}) {
    statement->bind(++parameter, value);
  }
  return statement->run() == SQLITE_DONE ? Status{} : database_.fault("cannot note the partition");
}

}  // namespace cantrail::sqlite
