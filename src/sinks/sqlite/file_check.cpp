#include "sinks/sqlite/file_check.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <sqlite3.h>

#include "base/text.hpp"
#include "sinks/sqlite/blob_text.hpp"
#include "sinks/sqlite/packed_reader.hpp"
#include "sinks/sqlite/rollup.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::uint64_t kKeyBytes = 16;  // what an entry of an index takes, about

// Bytes that are not what was written, or that the disk does not give back.
bool is_damage(int code) {
  return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
         code == SQLITE_IOERR_CORRUPTFS;
}

// In seconds, for people.
std::string moment(std::int64_t time_ns) {
  return to_rfc3339(WallTime{time_ns}).substr(0, 19) + "Z";
}

// A value's content, in whichever form it is kept; why it cannot be right.
class Content {
 public:
  explicit Content(Database& database) : chunks_(database) {}

  std::optional<std::string> wrong_rows(Statement& row) {
    const auto layout = chunks_.layout(row.integer(1));
    if (!layout) return layout.fault().message;
    const auto chunk = unpack_chunk(as_text(row.blob(3)), (*layout)->schema);
    if (!chunk) return chunk.fault().message;
    if (static_cast<std::int64_t>(chunk->rows()) != row.integer(2)) return "a value has lost rows";
    return std::nullopt;
  }
  std::optional<std::string> wrong_rollup(Statement& row) {
    const Status read = rollup_.get(as_text(row.blob(1)));
    return read ? std::nullopt : std::optional(read.fault().message);
  }

 private:
  ChunkReader chunks_;
  RollupBlock rollup_;
};

}  // namespace

Result<bool> FileCheck::step(Database& database, const Slice& slice) {
  const Budget budget{bytes_ + slice.bytes, std::chrono::steady_clock::now() + slice.time};
  if (Status begun = database.run("BEGIN"); !begun) return begun.fault();
  Result<bool> ended = false;
  if (Status listed = list(database); !listed) ended = listed.fault();
  while (ended && part_ < parts_.size() && !over(budget)) {
    const Result<bool> whole = look_at(database, parts_[part_], budget);
    if (!whole) ended = whole.fault();
    if (whole && *whole) next_part();
  }
  if (!ended && ended.fault().kind == FaultKind::corrupt) {  // of what there is, nothing can be known
    damaged_.push_back("the list of its tables (" + ended.fault().message + ")");
    listed_ = true;
    part_ = parts_.size();
    ended = true;
  }
  if (ended) ended = part_ == parts_.size();
  database.rollback();
  return ended;
}

bool FileCheck::over(const Budget& budget) const {
  return bytes_ >= budget.bytes || std::chrono::steady_clock::now() >= budget.until;
}

void FileCheck::next_part() {
  ++part_;
  key_ = rowid_ = kFirst;
}

Status FileCheck::list(Database& database) {
  constexpr std::array<std::pair<std::string_view, Kind>, 13> kKinds{{{"rows_", Kind::plain},
                                                                      {"packed_", Kind::packed},
                                                                      {"seconds_", Kind::rollup},
                                                                      {"minutes_", Kind::rollup},
                                                                      {"hours_", Kind::rollup},
                                                                      {"gap", Kind::plain},
                                                                      {"latest", Kind::plain},
                                                                      {"partition", Kind::small},
                                                                      {"origin", Kind::small},
                                                                      {"stream", Kind::small},
                                                                      {"layout", Kind::small},
                                                                      {"cursor", Kind::small},
                                                                      {"rollup", Kind::small}}};
  if (listed_) return {};
  Result<Statement> names = database.prepare(
      "SELECT name, tbl_name, type = 'index' FROM sqlite_schema WHERE type = 'table' OR name GLOB "
      "'rows_*_stream' ORDER BY rowid");
  if (!names) return names.status();
  parts_.clear();
  int code = names->step();
  for (; code == SQLITE_ROW; code = names->step()) {
    const std::string name(names->text(0));
    if (names->integer(2) != 0) {
      parts_.push_back({Kind::index, name, std::string(names->text(1))});
      continue;
    }
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&name](const auto& one) {
      return one.first.ends_with('_') ? name.starts_with(one.first) : name == one.first;
    });
    if (kind != kKinds.end()) parts_.push_back({kind->second, name, {}});
  }
  if (code != SQLITE_DONE) return database.fault("cannot read what it holds");
  listed_ = true;
  return {};
}

// True: there is no more of it.
Result<bool> FileCheck::look_at(Database& database, const Part& part, const Budget& budget) {
  Result<Statement> still_there = database.prepare("SELECT 1 FROM sqlite_schema WHERE name=?");
  if (!still_there) return still_there.fault();
  still_there->bind(1, part.name);
  const int code = still_there->step();
  if (code == SQLITE_DONE) return true;  // `keep` has removed it
  if (code != SQLITE_ROW) return database.fault("cannot read what it holds");
  still_there->reset();
  if (part.kind == Kind::small) return look_at_whole(database, part);
  return part.kind == Kind::index ? look_at_index(database, part, budget)
                                  : look_at_keys(database, part, budget);
}

Result<bool> FileCheck::look_at_keys(Database& database, const Part& part, const Budget& budget) {
  const char* columns = part.kind == Kind::packed   ? "rowid, layout, rows, data"
                        : part.kind == Kind::rollup ? "rowid, data"
                                                    : "rowid, *";
  Result<Statement> rows = database.prepare(std::string("SELECT ") + columns + " FROM " + part.name +
                                            " WHERE rowid >= ? ORDER BY rowid");
  if (!rows) return rows.fault();
  rows->bind(1, key_);
  Content content(database);
  int code = rows->step();
  for (; code == SQLITE_ROW; code = rows->step()) {
    const std::int64_t key = rows->integer(0);
    std::optional<std::string> wrong;
    if (key < key_) wrong = "its keys are out of order";
    if (!wrong && part.kind == Kind::packed) wrong = content.wrong_rows(*rows);
    if (!wrong && part.kind == Kind::rollup) wrong = content.wrong_rollup(*rows);
    if (wrong) {
      note_damage(database, part, *wrong);
      return true;
    }
    bytes_ += rows->row_bytes();
    if (key == std::numeric_limits<std::int64_t>::max()) return true;
    key_ = key + 1;
    if (over(budget)) return false;
  }
  return end_at(code, database, part);
}

Result<bool> FileCheck::look_at_index(Database& database, const Part& part, const Budget& budget) {
  Result<Statement> entries =
      database.prepare("SELECT stream, rowid FROM " + part.table + " INDEXED BY " + part.name +
                       " WHERE (stream, rowid) > (?, ?) ORDER BY stream, rowid");
  if (!entries) return entries.fault();
  entries->bind(1, key_);
  entries->bind(2, rowid_);
  int code = entries->step();
  for (; code == SQLITE_ROW; code = entries->step()) {
    const std::pair last(key_, rowid_), here(entries->integer(0), entries->integer(1));
    if (here <= last) {
      note_damage(database, part, "its entries are out of order");
      return true;
    }
    std::tie(key_, rowid_) = here;
    bytes_ += kKeyBytes;
    if (over(budget)) return false;
  }
  return end_at(code, database, part);
}

// A table that stays small, with its indices.
Result<bool> FileCheck::look_at_whole(Database& database, const Part& part) {
  Result<Statement> check = database.prepare("PRAGMA quick_check(" + part.name + ")");
  if (!check) return check.fault();
  const int code = check->step();
  if (code == SQLITE_ROW) {
    const std::string said(check->text(0));
    if (said != "ok") note_damage(database, part, said);
    return true;
  }
  return end_at(code, database, part);
}

// There are no more rows of it, or they cannot be read.
Result<bool> FileCheck::end_at(int code, Database& database, const Part& part) {
  if (code == SQLITE_DONE) return true;
  const Fault fault = database.fault("cannot be read");
  if (!is_damage(code)) return fault;
  note_damage(database, part, sqlite3_errstr(code));
  return true;
}

void FileCheck::note_damage(Database& database, const Part& part, const std::string& why) {
  const std::string& table = part.kind == Kind::index ? part.table : part.name;
  std::string what = "the table " + part.name + " (" + why + ")";
  if (part.kind == Kind::rollup) what = "rollups (" + part.name + ": " + why + ")";
  if (table.starts_with("rows_") || table.starts_with("packed_")) {
    what = "rows (" + part.name + ": " + why + ")";
    Result<Statement> span = database.prepare(
        "SELECT first_ns, last_ns FROM partition WHERE ? IN ('rows_' || id, 'packed_' || id)");
    if (span) span->bind(1, table);
    if (span && span->step() == SQLITE_ROW) {
      what = "rows from " + moment(span->integer(0)) + " to " + moment(span->integer(1)) + " (" + part.name +
             ": " + why + ")";
    }
  }
  damaged_.push_back(std::move(what));
}

}  // namespace cantrail::sqlite
