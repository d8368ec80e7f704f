#include "sinks/sqlite/stored_rollups.hpp"

#include <optional>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"

namespace cantrail::sqlite {

Status StoredRollups::load() {
  tables_ = {};
  Result<Statement> all = database_.prepare("SELECT level, id, stored_from_ns FROM rollup");
  if (!all) return all.status();
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    const auto level = static_cast<std::size_t>(all->integer(0));
    if (level < tables_.size()) tables_[level][all->integer(1)] = all->integer(2);
  }
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot list the rollups");
}

Result<RollupBlock> StoredRollups::get(Level level, std::int64_t block, std::int64_t stream) {
  RollupBlock all, one;
  for (const auto& [table, begun] : tables(level)) {
    Result<Statement> find = database_.prepare("SELECT data FROM " + level_table(level, table) +
                                               " WHERE key BETWEEN ? AND ? ORDER BY key");
    if (!find) return find.fault();
    find->bind(1, block_key(block, stream));
    find->bind(2, block_key(block, stream, kMostTurns - 1));
    int code = find->step();
    for (; code == SQLITE_ROW; code = find->step()) {
      const auto data = find->blob(0);
      if (Status got = one.get({reinterpret_cast<const char*>(data.data()), data.size()}); !got) {
        return Fault{FaultKind::corrupt, database_.path() + ": " + got.fault().message};
      }
      all.merge(one);
    }
    if (code != SQLITE_DONE) return database_.fault("cannot read the rollups");
  }
  return all;
}

Status StoredRollups::replace(Level level, std::int64_t block, std::int64_t stream, const RollupBlock& rollup,
                              std::int64_t stored_ns) {
  std::optional<std::int64_t> place, by_time;
  for (const auto& [table, begun] : tables(level)) {
    if (begun <= stored_ns || table == 1) by_time = table;
    const std::string where = " FROM " + level_table(level, table) + " WHERE key BETWEEN " +
                              std::to_string(block_key(block, stream)) + " AND " +
                              std::to_string(block_key(block, stream, kMostTurns - 1));
    const Result<std::int64_t> bytes = database_.number("SELECT coalesce(sum(length(data) + " +
                                                        std::to_string(kRollupOverhead) + "), 0)" + where);
    if (!bytes) return bytes.status();
    if (*bytes == 0) continue;
    place = table;
    if (Status gone = database_.run("DELETE" + where); !gone) return gone;
    if (Status counted = count(level, table, -*bytes); !counted) return counted;
  }
  if (!place) place = by_time;
  if (!place || rollup.empty()) return {};
  bytes_.clear();
  rollup.put(bytes_, code_);
  Result<Statement> insert =
      database_.prepare("INSERT INTO " + level_table(level, *place) + "(key, data) VALUES(?,?)");
  if (!insert) return insert.status();
  insert->bind(1, block_key(block, stream));
  insert->bind(2, std::span(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()));
  if (insert->run() != SQLITE_DONE) return database_.fault("cannot write rollups");
  return count(level, *place, static_cast<std::int64_t>(bytes_.size()) + kRollupOverhead);
}

Status StoredRollups::count(Level level, std::int64_t table, std::int64_t bytes) {
  return database_.run("UPDATE rollup SET bytes=max(bytes+(" + std::to_string(bytes) + "),0) WHERE level=" +
                       std::to_string(static_cast<int>(level)) + " AND id=" + std::to_string(table));
}

}  // namespace cantrail::sqlite
