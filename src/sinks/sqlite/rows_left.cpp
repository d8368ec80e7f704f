#include "sinks/sqlite/rows_left.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/row_chunk.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

struct Seqs {
  std::int64_t from, to;  // [from, to)
};
using SeqsOfOrigin = std::map<std::int64_t, std::vector<Seqs>>;

Result<SeqsOfOrigin> lost_by_origin(Database& database, std::span<const LostStretch> lost) {
  SeqsOfOrigin found;
  if (lost.empty()) return found;
  Result<Statement> origins = database.prepare("SELECT id, epoch FROM origin WHERE journal=?");
  if (!origins) return origins.fault();
  origins->bind(1, std::span<const std::uint8_t>(lost.front().to.journal.bytes));
  int code = origins->step();
  for (; code == SQLITE_ROW; code = origins->step()) {
    const auto epoch = static_cast<std::uint32_t>(origins->integer(1));
    for (const auto& [from, to] : lost) {
      if (from.epoch > epoch || to.epoch < epoch) continue;
      const Seqs seqs{
          from.epoch < epoch ? 0 : static_cast<std::int64_t>(from.seq),
          to.epoch > epoch ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(to.seq)};
      if (seqs.from < seqs.to) found[origins->integer(0)].push_back(seqs);
    }
  }
  if (code != SQLITE_DONE) return database.fault("cannot read the origins of rows");
  return found;
}

struct Table {
  std::int64_t id, first_ns, last_ns, most_tie;
  bool packed;
};

Result<std::vector<Table>> tables_between(Database& database, std::int64_t from_ns, std::int64_t to_ns) {
  std::vector<Table> tables;
  Result<Statement> all = database.prepare(
      "SELECT id, first_ns, last_ns, most_tie, packed FROM partition "
      "WHERE rows>0 AND last_ns>=? AND first_ns<? ORDER BY id");
  if (!all) return all.fault();
  all->bind(1, from_ns);
  all->bind(2, to_ns);
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    tables.push_back({all->integer(0), std::max(all->integer(1), from_ns),
                      std::min(all->integer(2), to_ns - 1), all->integer(3), all->integer(4) != 0});
  }
  if (code != SQLITE_DONE) return database.fault("cannot list the partitions");
  return tables;
}

void count(std::int64_t time, std::int64_t seq, const std::vector<Seqs>& lost, const Table& table,
           RowsLeft& left) {
  if (time < table.first_ns || time > table.last_ns) return;
  if (std::ranges::none_of(lost, [seq](const Seqs& one) { return seq >= one.from && seq < one.to; })) return;
  left.first_ns = left.rows == 0 ? time : std::min(left.first_ns, time);
  left.last_ns = left.rows == 0 ? time : std::max(left.last_ns, time);
  ++left.rows;
}

Status count_packed(Database& database, const Table& table, const SeqsOfOrigin& lost,
                    const std::set<std::int64_t>& but, RowsLeft& left) {
  Result<Statement> all = database.prepare("SELECT key, origin, data FROM " + packed_table(table.id) +
                                           " WHERE key >= ? AND key < ? ORDER BY key");
  if (!all) return all.status();
  all->bind(1, block_key(floor_div(table.first_ns, kMinuteNs), 0));
  all->bind(2, block_key(floor_div(table.last_ns, kMinuteNs) + 1, 0));
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    const auto seqs = lost.find(all->integer(1));
    if (seqs == lost.end() || but.contains(stream_of_key(all->integer(0)))) continue;
    const auto data = all->blob(2);
    const auto places = places_of_chunk({reinterpret_cast<const char*>(data.data()), data.size()});
    if (!places) return {FaultKind::corrupt, database.path() + ": " + places.fault().message};
    for (std::size_t row = 0; row < places->seq.size(); ++row)
      count(places->time_ns[row], places->seq[row], seqs->second, table, left);
  }
  return code == SQLITE_DONE ? Status{} : database.fault("cannot read the rows");
}

Status count_plain(Database& database, const Table& table, const SeqsOfOrigin& lost,
                   const std::set<std::int64_t>& but, RowsLeft& left) {
  Result<Statement> all = database.prepare("SELECT key - tie, stream, origin, seq FROM " +
                                           rows_table(table.id) + " WHERE key >= ? AND key <= ?");
  if (!all) return all.status();
  all->bind(1, table.first_ns);
  all->bind(2, table.last_ns + table.most_tie);
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    const auto seqs = lost.find(all->integer(2));
    if (seqs == lost.end() || but.contains(all->integer(1))) continue;
    count(all->integer(0), all->integer(3), seqs->second, table, left);
  }
  return code == SQLITE_DONE ? Status{} : database.fault("cannot read the rows");
}

}  // namespace

Result<RowsLeft> rows_of(Database& database, std::span<const LostStretch> lost, std::int64_t from_ns,
                         std::int64_t to_ns, const std::set<std::int64_t>& but) {
  RowsLeft left;
  const auto origins = lost_by_origin(database, lost);
  if (!origins) return origins.fault();
  if (origins->empty()) return left;
  const auto tables = tables_between(database, from_ns, to_ns);
  if (!tables) return tables.fault();
  for (const Table& table : *tables) {
    Status counted = table.packed ? count_packed(database, table, *origins, but, left)
                                  : count_plain(database, table, *origins, but, left);
    if (!counted) return counted.fault();
  }
  return left;
}

}  // namespace cantrail::sqlite
