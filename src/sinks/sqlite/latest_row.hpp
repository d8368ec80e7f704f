// A row as the tables of single rows have it: those of plain rows, and `latest`.
#pragma once

#include <string>
#include <utility>

#include "encode/row_cursor.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/row_inserter.hpp"
#include "sinks/sqlite/row_text.hpp"
#include "sinks/sqlite/streams.hpp"

namespace cantrail::sqlite {

// Not thread-safe; keeps its memory.
class RowMaker {
 public:
  // A row of a block of the batch, by its record there; valid until the next.
  RowValues make(const Batch& batch, const StreamBlock& block, std::uint32_t row, std::uint32_t record,
                 const Streams::Entry& stream, std::int64_t origin, const RowText& text);

 private:
  std::string signals_, labels_;
};

// Writes into `latest`, within a transaction.
class LatestRows {
 public:
  static Result<LatestRows> open(Database& database);
  Status put(const RowValues& row);  // in place of its stream's

 private:
  LatestRows(Database& database, Statement replace) : database_(database), replace_(std::move(replace)) {}

  Database& database_;
  Statement replace_;
};

}  // namespace cantrail::sqlite
