#include "sinks/sqlite/latest_row.hpp"

#include <sqlite3.h>

#include "model/row_frame.hpp"

namespace cantrail::sqlite {

RowValues RowMaker::make(const Batch& batch, const StreamBlock& block, std::uint32_t row,
                         std::uint32_t record, const Streams::Entry& stream, std::int64_t origin,
                         const RowText& text) {
  RowValues values;
  values.time_ns = block.time_ns()[row];
  values.stream = stream.id;
  values.origin = origin;
  values.seq = batch.raw->position.seq;
  values.index = record;
  const RowFrames frames(batch, block);
  if (const auto id = frames.id(row)) {
    if (id != stream.can_id) values.can_id = id;
    values.data = frames.data(row);
  }
  text.signals(signals_, block, row);
  text.labels(labels_, block, row);
  values.signals = signals_;
  values.labels = labels_;
  return values;
}

Result<LatestRows> LatestRows::open(Database& database) {
  Result<Statement> replace = database.prepare(
      "REPLACE INTO latest(stream, time_ns, can_id, origin, seq, idx, data, signals, labels) "
      "VALUES(?,?,?,?,?,?,?,?,?)");
  if (!replace) return replace.fault();
  return LatestRows(database, std::move(*replace));
}

Status LatestRows::put(const RowValues& row) {
  replace_.bind(1, row.stream);
  replace_.bind(2, row.time_ns);
  row.can_id ? replace_.bind(3, std::int64_t{*row.can_id}) : replace_.bind_null(3);
  replace_.bind(4, row.origin);
  replace_.bind(5, static_cast<std::int64_t>(row.seq));
  replace_.bind(6, std::int64_t{row.index});
  replace_.bind(7, row.data);
  replace_.bind(8, row.signals);
  row.labels.empty() ? replace_.bind_null(9) : replace_.bind(9, row.labels);
  return replace_.run() == SQLITE_DONE ? Status{} : database_.fault("cannot note the latest row");
}

}  // namespace cantrail::sqlite
