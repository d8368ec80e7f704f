#include "sinks/sqlite/schema.hpp"

#include <vector>

#include <sqlite3.h>

namespace cantrail::sqlite {
namespace {

constexpr const char* kTables = R"(
CREATE TABLE origin(id INTEGER PRIMARY KEY, journal BLOB, epoch INTEGER, UNIQUE(journal, epoch));
CREATE TABLE stream(id INTEGER PRIMARY KEY, channel TEXT, message TEXT, can_id INTEGER, signals TEXT,
                    UNIQUE(channel, message));
CREATE TABLE partition(id INTEGER PRIMARY KEY, rows INTEGER, first_ns INTEGER, last_ns INTEGER,
                       most_tie INTEGER, bytes INTEGER, stored_from_ns INTEGER, stored_to_ns INTEGER,
                       last_gap INTEGER, closed INTEGER, packed INTEGER DEFAULT 0);
CREATE TABLE gap(id INTEGER PRIMARY KEY, from_ns INTEGER, to_ns INTEGER, reason INTEGER, place TEXT,
                 count INTEGER);
CREATE TABLE latest(stream INTEGER PRIMARY KEY, time_ns INTEGER, can_id INTEGER, origin INTEGER, seq INTEGER,
                    idx INTEGER, data BLOB, signals TEXT, labels TEXT);
CREATE TABLE cursor(journal BLOB, lane TEXT, epoch INTEGER, seq INTEGER, idx INTEGER,
                    PRIMARY KEY(journal, lane)) WITHOUT ROWID;
CREATE TABLE layout(id INTEGER PRIMARY KEY, stream INTEGER, fields BLOB);
CREATE INDEX layout_stream ON layout(stream);
CREATE TABLE rollup(level INTEGER, id INTEGER, bytes INTEGER, stored_from_ns INTEGER, stored_to_ns INTEGER,
                    closed INTEGER, PRIMARY KEY(level, id)) WITHOUT ROWID;
)";

// From the schema that had rows only. The partition that was open is closed: it holds rows that no rollup
// counts.
constexpr const char* kUpgrade = R"(
ALTER TABLE partition ADD COLUMN packed INTEGER DEFAULT 0;
UPDATE partition SET closed = 1;
CREATE TABLE layout(id INTEGER PRIMARY KEY, stream INTEGER, fields BLOB);
CREATE INDEX layout_stream ON layout(stream);
CREATE TABLE rollup(level INTEGER, id INTEGER, bytes INTEGER, stored_from_ns INTEGER, stored_to_ns INTEGER,
                    closed INTEGER, PRIMARY KEY(level, id)) WITHOUT ROWID;
)";

Status set_up_connection(Database& database, std::uint64_t wal_keep_bytes) {
  sqlite3_limit(database.handle(), SQLITE_LIMIT_LENGTH, kMostRowBytes);
  sqlite3_busy_timeout(database.handle(), 100);  // a node does not start behind somebody's lock
  // auto_vacuum counts only in a new file. Debian's SQLite overwrites what it frees unless told not to:
  // dropping a partition would write all of it through the log. The sorter of CREATE INDEX stays in memory
  // where it fits the cache.
  return database.run(
      "PRAGMA page_size=1024; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA "
      "synchronous=NORMAL;"
      "PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-4096;"
      "PRAGMA journal_size_limit=" +
      std::to_string(wal_keep_bytes));
}

// Tables and the version that says that they are there.
Status in_one_step(Database& database, const std::string& sql) {
  Status made =
      database.run("BEGIN IMMEDIATE;" + sql + "PRAGMA application_id=" + std::to_string(kApplicationId) +
                   ";PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";COMMIT");
  if (!made) database.rollback();
  return made;
}

}  // namespace

Status check_owner(const std::string& path, std::int64_t application_id, std::int64_t schema_version) {
  if (application_id != kApplicationId) {
    return {FaultKind::config, path + " is a database of another program; name another file in `path`"};
  }
  if (schema_version < kFirstSchema || schema_version > kSchemaVersion) {
    return {FaultKind::config, path + " was written by a newer cantrail (schema " +
                                   std::to_string(schema_version) + ", this one knows " +
                                   std::to_string(kSchemaVersion) +
                                   "); update cantrail, or name another file in `path`"};
  }
  return {};
}

Status prepare_file(Database& database, std::uint64_t wal_keep_bytes) {
  // Looked at before anything is set: a file that is not ours stays as it is.
  const Result<std::int64_t> tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.status();
  const Result<std::int64_t> owner = database.number("PRAGMA application_id");
  if (!owner) return owner.status();
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.status();
  if (*tables > 0) {
    if (Status ours = check_owner(database.path(), *owner, *version); !ours) return ours;
    if (Status set = set_up_connection(database, wal_keep_bytes); !set || *version == kSchemaVersion) {
      return set;
    }
    return in_one_step(database, *version == kSecondSchema ? "" : kUpgrade);
  }
  if (Status set = set_up_connection(database, wal_keep_bytes); !set) return set;
  return in_one_step(database, kTables);
}

std::string packed_table(std::int64_t partition) {
  return "packed_" + std::to_string(partition);
}

std::string create_packed_table(std::int64_t partition) {
  return "CREATE TABLE " + packed_table(partition) +
         "(key INTEGER PRIMARY KEY, origin INTEGER, layout INTEGER, rows INTEGER, data BLOB)";
}

std::string rows_table(std::int64_t partition) {
  return "rows_" + std::to_string(partition);
}

std::string create_rows_table(std::int64_t partition) {
  return "CREATE TABLE " + rows_table(partition) +
         "(key INTEGER PRIMARY KEY, stream INTEGER, tie INTEGER, origin INTEGER, seq INTEGER, idx INTEGER, "
         "can_id INTEGER, data BLOB, signals TEXT, labels TEXT)";
}

std::string create_rows_index(std::int64_t partition) {
  return "CREATE INDEX IF NOT EXISTS " + rows_table(partition) + "_stream ON " + rows_table(partition) +
         "(stream)";
}

Status create_view(Database& database) {
  constexpr std::size_t kMostTerms = 400;  // SQLite takes 500
  Result<Statement> list =
      database.prepare("SELECT id FROM partition WHERE packed=0 ORDER BY id DESC LIMIT ?");
  if (!list) return list.status();
  list->bind(1, static_cast<std::int64_t>(kMostTerms));
  std::string all;
  int code = list->step();
  for (; code == SQLITE_ROW; code = list->step()) {
    all += all.empty() ? "" : " UNION ALL ";
    all += "SELECT * FROM " + rows_table(list->integer(0));
  }
  list->reset();
  if (code != SQLITE_DONE) return database.fault("cannot list the partitions");
  if (Status dropped = database.run("DROP VIEW IF EXISTS frames"); !dropped || all.empty()) return dropped;
  return database.run(
      "CREATE VIEW frames AS SELECT r.key, r.key - r.tie AS time_ns, s.channel, s.message,"
      " coalesce(r.can_id, s.can_id) & 0x1FFFFFFF AS id, r.data, r.signals, r.labels,"
      " o.epoch, r.seq, r.idx FROM (" +
      all + ") r JOIN stream s ON s.id = r.stream JOIN origin o ON o.id = r.origin");
}

}  // namespace cantrail::sqlite
