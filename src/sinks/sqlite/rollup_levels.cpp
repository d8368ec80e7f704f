#include "sinks/sqlite/rollup_levels.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "sinks/sqlite/partitions.hpp"

namespace cantrail::sqlite {
namespace {}  // namespace

const LevelTraits& traits_of(Level level) {
  static constexpr std::array<LevelTraits, kLevels.size()> kTraits{{{"1s", "seconds_", kSecondNs, kMinuteNs},
                                                                    {"1m", "minutes_", kMinuteNs, kMinuteNs},
                                                                    {"1h", "hours_", kHourNs, kHourNs}}};
  return kTraits[static_cast<std::size_t>(level)];
}

std::string level_table(Level level, std::int64_t partition) {
  return traits_of(level).table + std::to_string(partition);
}

RollupLevels::RollupLevels(Database& database, const LevelKeeps& keeps, std::uint64_t partition_bytes)
    : database_(database), keeps_(keeps), partition_bytes_(partition_bytes) {}

std::uint64_t RollupLevels::Tables::bytes() const {
  std::uint64_t sum = 0;
  for (const Partition& partition : list) sum += static_cast<std::uint64_t>(partition.bytes);
  return sum;
}

std::uint64_t RollupLevels::most_bytes(Level level) const {
  const std::uint64_t of_file = partition_bytes_ > 0 ? partition_bytes_ : kFreePartitionBytes;
  return keep(level).bytes ? std::min(of_file, *keep(level).bytes / kParts) : of_file;
}

Status RollupLevels::load() {
  for (const Level level : kLevels) {
    Tables& here = tables(level);
    here = {};
    Result<Statement> all = database_.prepare(
        "SELECT id, bytes, stored_from_ns, stored_to_ns, closed FROM rollup WHERE level=? ORDER BY id");
    if (!all) return all.status();
    all->bind(1, static_cast<std::int64_t>(level));
    int code = all->step();
    for (; code == SQLITE_ROW; code = all->step()) {
      here.list.push_back(
          {all->integer(0), all->integer(1), all->integer(2), all->integer(3), all->integer(4)});
    }
    if (code != SQLITE_DONE) return database_.fault("cannot list the rollups");
    if (here.list.empty() || here.list.back().closed != 0) continue;
    // The bytes of an open one are noted when it is closed: once, and not with each transaction.
    Partition& open = here.list.back();
    const Result<std::int64_t> bytes =
        database_.number("SELECT coalesce(sum(length(data) + " + std::to_string(kRollupOverhead) +
                         "), 0) FROM " + level_table(level, open.id));
    if (!bytes) return bytes.status();
    open.bytes = *bytes;
    if (Status used = use_current(level); !used) return used;
  }
  return {};
}

Status RollupLevels::use_current(Level level) {
  Tables& here = tables(level);
  const std::string table = level_table(level, here.list.back().id);
  const auto prepare = [&](Statement& statement, const std::string& sql) {
    Result<Statement> made = database_.prepare(sql);
    if (made) statement = std::move(*made);
    return made.status();
  };
  if (Status s = prepare(here.find_last, "SELECT max(key) FROM " + table + " WHERE key BETWEEN ? AND ?"); !s)
    return s;
  if (Status s = prepare(here.read, "SELECT data FROM " + table + " WHERE key=?"); !s) return s;
  if (Status s = prepare(here.insert, "INSERT INTO " + table + "(key, data) VALUES(?,?)"); !s) return s;
  return prepare(here.replace, "REPLACE INTO " + table + "(key, data) VALUES(?,?)");
}

Status RollupLevels::begin(std::int64_t stored_ns, std::int64_t now_ns) {
  for (const Level level : kLevels) {
    Tables& here = tables(level);
    const bool open = !here.list.empty() && here.list.back().closed == 0;
    const bool late = open && keep(level).age &&
                      stored_ns - here.list.back().stored_from_ns > keep(level).age->count() / kParts;
    const bool full = open && static_cast<std::uint64_t>(here.list.back().bytes) >= most_bytes(level);
    if (!open || late || full) {
      if (Status rolled = roll(level, stored_ns); !rolled) return rolled;
    }
    here.list.back().stored_to_ns = std::max(here.list.back().stored_to_ns, stored_ns);
    if (Status trimmed = trim(level, now_ns); !trimmed) return trimmed;
  }
  return {};
}

Status RollupLevels::move_along(const RetentionStep& step) {
  for (const Level level : kLevels) {
    for (Partition& partition : tables(level).list) {
      if (partition.stored_to_ns < step.since_ns) continue;
      step.move(partition.stored_from_ns);
      step.move(partition.stored_to_ns);
      if (Status saved = save(level, partition); !saved) return saved;
    }
  }
  return {};
}

Status RollupLevels::roll(Level level, std::int64_t stored_ns) {
  Tables& here = tables(level);
  Partition fresh;
  fresh.id = 1;
  fresh.stored_from_ns = fresh.stored_to_ns = stored_ns;
  if (!here.list.empty()) {
    Partition& old = here.list.back();
    fresh.id = old.id + 1;
    old.closed = 1;
    if (Status saved = save(level, old); !saved) return saved;
  }
  if (Status made = database_.run("CREATE TABLE " + level_table(level, fresh.id) +
                                  "(key INTEGER PRIMARY KEY, data BLOB)");
      !made) {
    return made;
  }
  here.list.push_back(fresh);
  if (Status saved = save(level, fresh); !saved) return saved;
  return use_current(level);
}

Status RollupLevels::trim(Level level, std::int64_t now_ns) {
  const Tables& here = tables(level);
  while (!here.list.empty() && here.list.front().closed != 0) {
    const bool old = keep(level).age && now_ns - here.list.front().stored_to_ns > keep(level).age->count();
    if (!old && (!keep(level).bytes || here.bytes() <= *keep(level).bytes)) break;
    if (Status dropped = drop_oldest(level); !dropped) return dropped;
  }
  return {};
}

Status RollupLevels::drop_oldest(Level level) {
  Tables& here = tables(level);
  const std::int64_t id = here.list.front().id;
  Status dropped =
      database_.run("DROP TABLE " + level_table(level, id) + "; DELETE FROM rollup WHERE level=" +
                    std::to_string(static_cast<int>(level)) + " AND id=" + std::to_string(id));
  if (dropped) here.list.erase(here.list.begin());
  return dropped;
}

Status RollupLevels::save(Level level, const Partition& partition) {
  Result<Statement> statement = database_.prepare(
      "REPLACE INTO rollup(level, id, bytes, stored_from_ns, stored_to_ns, closed) VALUES(?,?,?,?,?,?)");
  if (!statement) return statement.status();
  int parameter = 0;
  for (const std::int64_t value : {static_cast<std::int64_t>(level), partition.id, partition.bytes,
                                   partition.stored_from_ns, partition.stored_to_ns, partition.closed}) {
    statement->bind(++parameter, value);
  }
  return statement->run() == SQLITE_DONE ? Status{} : database_.fault("cannot note the rollups");
}

std::uint64_t RollupLevels::bytes() const {
  std::uint64_t sum = 0;
  for (const Tables& here : tables_) sum += here.bytes();
  return sum;
}

Result<bool> RollupLevels::drop_one() {
  std::optional<Level> largest;
  std::uint64_t most = 0;
  for (const Level level : kLevels) {
    const Tables& here = tables(level);
    if (here.list.empty() || here.list.front().closed == 0) continue;
    if (!largest || here.bytes() > most) {
      largest = level;
      most = here.bytes();
    }
  }
  if (!largest) return false;
  if (Status dropped = drop_oldest(*largest); !dropped) return dropped.fault();
  return true;
}

Status RollupLevels::add(Level level, std::int64_t block, std::int64_t stream, const RollupBlock& rollup) {
  if (rollup.empty()) return {};
  const std::int64_t key = block_key(block, stream);
  if (level != Level::seconds) return merge(level, key, rollup);
  bytes_.clear();
  rollup.put(bytes_, code_);
  return append(level, key);
}

// Seconds: behind what is stored of this minute. There is always a turn left: a transaction takes one, and
// where the last is taken they are merged.
Status RollupLevels::append(Level level, std::int64_t key) {
  Tables& here = tables(level);
  const std::int64_t last = key + kMostTurns - 1;
  here.find_last.bind(1, key);
  here.find_last.bind(2, last);
  const int code = here.find_last.step();
  const bool taken = code == SQLITE_ROW && !here.find_last.is_null(0);
  const std::int64_t next = taken ? here.find_last.integer(0) + 1 : key;
  here.find_last.reset();
  if (code != SQLITE_ROW) return database_.fault("cannot look into the rollups");
  if (next > last) {
    RollupBlock later;
    if (Status got = later.get(bytes_); !got) return got;
    return merge(level, last, later);
  }
  here.insert.bind(1, next);
  here.insert.bind(2, std::span(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()));
  if (here.insert.run() != SQLITE_DONE) return database_.fault("cannot write rollups");
  here.list.back().bytes += static_cast<std::int64_t>(bytes_.size()) + kRollupOverhead;
  return {};
}

Status RollupLevels::merge(Level level, std::int64_t key, const RollupBlock& rollup) {
  Tables& here = tables(level);
  here.read.bind(1, key);
  const int code = here.read.step();
  std::int64_t before = 0;
  Status got;
  stored_.clear();
  if (code == SQLITE_ROW) {
    const auto data = here.read.blob(0);
    before = static_cast<std::int64_t>(data.size()) + kRollupOverhead;
    got = stored_.get({reinterpret_cast<const char*>(data.data()), data.size()});
  }
  here.read.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return database_.fault("cannot read rollups");
  if (!got) return {FaultKind::corrupt, database_.path() + ": " + got.fault().message};
  stored_.merge(rollup);
  bytes_.clear();
  stored_.put(bytes_, code_);
  here.replace.bind(1, key);
  here.replace.bind(2, std::span(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()));
  if (here.replace.run() != SQLITE_DONE) return database_.fault("cannot write rollups");
  here.list.back().bytes += static_cast<std::int64_t>(bytes_.size()) + kRollupOverhead - before;
  return {};
}

}  // namespace cantrail::sqlite
