// Goes through the values of one stream in a table of block keys, skipping what lies between.
#pragma once

#include <string>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

// Calls `use(statement)` for each, ascending, with the columns (key, then `columns`), until it fails.
template <class Use>
Status scan_blocks(Database& database, const std::string& table, const std::string& columns,
                   std::int64_t first_block, std::int64_t last_block, std::int64_t stream, Use use) {
  Result<Statement> rows = database.prepare("SELECT key, " + columns + " FROM " + table +
                                            " WHERE key >= ? AND key <= ? ORDER BY key");
  if (!rows) return rows.status();
  const std::int64_t end = block_key(last_block, stream, kMostTurns - 1);
  rows->bind(1, block_key(first_block, stream));
  rows->bind(2, end);
  int code = rows->step();
  while (code == SQLITE_ROW) {
    const std::int64_t key = rows->integer(0);
    if (stream_of_key(key) == stream) {
      if (Status used = use(*rows); !used) return used;
      code = rows->step();
      continue;
    }
    const std::int64_t block = block_of_key(key) + (stream_of_key(key) < stream ? 0 : 1);
    rows->reset();
    rows->bind(1, block_key(block, stream));
    rows->bind(2, end);
    code = rows->step();
  }
  return code == SQLITE_DONE ? Status{} : database.fault("cannot read the history");
}

}  // namespace cantrail::sqlite
