#include "sinks/sqlite/stored_rows.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "sinks/sqlite/blob_text.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
Status StoredRows::load() {
  partitions_.clear();
  Result<Statement> all = database_.prepare(
      "SELECT id, first_ns, last_ns, stored_from_ns, stored_to_ns, most_tie, rows, packed FROM partition");
  if (!all) return all.status();
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    partitions_[all->integer(0)] = {all->integer(1),     all->integer(2), all->integer(3),
                                    all->integer(4),     all->integer(5), all->integer(6) > 0,
                                    all->integer(7) != 0};
  }
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot list the partitions");
}

RowForm StoredRows::form_of(std::int64_t partition) const {
  const auto found = partitions_.find(partition);
  return found == partitions_.end() || found->second.packed ? RowForm::packed : RowForm::plain;
}

std::optional<std::int64_t> StoredRows::partition_at(std::int64_t stored_ns) const {
  std::optional<std::int64_t> found;
  for (const auto& [id, partition] : partitions_) {
    const bool began_before = partition.stored_from_ns <= stored_ns;
    const bool nothing_went = id == 1;
    if (began_before || nothing_went) found = id;
  }
  return found;
}

std::int64_t StoredRows::stored_to(std::int64_t partition) const {
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? 0 : found->second.stored_to_ns;
}

Result<std::vector<StoredChunk>> StoredRows::minute(std::int64_t minute, std::optional<std::int64_t> stream) {
  std::vector<StoredChunk> chunks;
  for (const auto& [id, partition] : partitions_) {
    const bool touches = floor_div(partition.first_ns, kMinuteNs) <= minute &&
                         floor_div(partition.last_ns, kMinuteNs) >= minute;
    if (!partition.has_rows || !touches) continue;
    Status added = partition.packed ? add_packed(id, minute, stream, chunks)
                                    : plain_.add_minute(id, minute, partition.most_tie, stream, chunks);
    if (!added) return added.fault();
  }
  return chunks;
}

Status StoredRows::add_packed(std::int64_t partition, std::int64_t minute, std::optional<std::int64_t> stream,
                              std::vector<StoredChunk>& chunks) {
  Result<Statement> all =
      database_.prepare("SELECT key, origin, layout, data FROM " + packed_table(partition) +
                        " WHERE key >= ? AND key < ? ORDER BY key");
  if (!all) return all.status();
  all->bind(1, block_key(minute, stream.value_or(0)));
  all->bind(2, stream ? block_key(minute, *stream + 1) : block_key(minute + 1, 0));
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    StoredChunk& chunk = chunks.emplace_back();
    chunk.partition = partition;
    chunk.key = all->integer(0);
    chunk.stream = stream_of_key(chunk.key);
    chunk.origin = all->integer(1);
    chunk.layout = all->integer(2);
    const Result<const ChunkReader::Layout*> layout = layouts_.layout(chunk.layout);
    if (!layout) return layout.status();
    chunk.schema = &(*layout)->schema;
    chunk.bytes = all->blob(3).size();
    Result<RowChunk> rows = unpack_chunk(as_text(all->blob(3)), *chunk.schema);
    if (!rows) return {FaultKind::corrupt, database_.path() + ": " + rows.fault().message};
    chunk.rows = std::move(*rows);
  }
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the rows");
}

Status StoredRows::keep_rows(const StoredChunk& chunk, std::span<const std::uint32_t> rows) {
  return chunk.is_plain() ? keep_plain(chunk, rows) : keep_packed(chunk, rows);
}

Status StoredRows::keep_plain(const StoredChunk& chunk, std::span<const std::uint32_t> rows) {
  const std::int64_t time = chunk.rows.values.time_ns().front();
  Change gone{0, 0, time, time, 0};
  for (std::uint32_t row = 0; row < chunk.plain.size(); ++row) {
    if (std::ranges::binary_search(rows, row)) continue;
    if (Status removed = plain_.remove(chunk.partition, chunk.plain[row].key); !removed) return removed;
    --gone.rows;
    gone.bytes -= kRowOverhead + static_cast<std::int64_t>(chunk.plain[row].bytes());
  }
  return count(chunk.partition, gone);
}

Status StoredRows::keep_packed(const StoredChunk& chunk, std::span<const std::uint32_t> rows) {
  const std::string table = packed_table(chunk.partition);
  packed_.clear();
  if (!rows.empty()) packer_.put(packed_, chunk.rows, rows, *chunk.schema);
  Result<Statement> change =
      database_.prepare(rows.empty() ? "DELETE FROM " + table + " WHERE key=?1"
                                     : "UPDATE " + table + " SET rows=?2, data=?3 WHERE key=?1");
  if (!change) return change.status();
  change->bind(1, chunk.key);
  if (!rows.empty()) {
    change->bind(2, static_cast<std::int64_t>(rows.size()));
    change->bind(3, as_bytes(packed_));
  }
  if (change->run() != SQLITE_DONE) return database_.fault("cannot take rows out");
  const std::int64_t bytes = static_cast<std::int64_t>(packed_.size()) -
                             static_cast<std::int64_t>(chunk.bytes) - (rows.empty() ? kChunkOverhead : 0);
  const auto gone = static_cast<std::int64_t>(chunk.rows.rows() - rows.size());
  const auto times = chunk.rows.values.time_ns();
  return count(chunk.partition, {-gone, bytes, times.front(), times.front(), 0});
}

Status StoredRows::put(std::int64_t partition, const ChunkValues& chunk) {
  const std::string table = packed_table(partition);
  const std::int64_t first = block_key(chunk.minute, chunk.stream);
  Result<Statement> find = database_.prepare("SELECT max(key) FROM " + table + " WHERE key BETWEEN ? AND ?");
  if (!find) return find.status();
  find->bind(1, first);
  find->bind(2, first + kMostTurns - 1);
  if (find->step() != SQLITE_ROW) return database_.fault("cannot look into the rows");
  const std::int64_t key = find->is_null(0) ? first : find->integer(0) + 1;
  if (key >= first + kMostTurns) {
    return {FaultKind::rejected, database_.path() + ": a minute is in too many pieces for another"};
  }
  find->reset();
  Result<Statement> insert =
      database_.prepare("INSERT INTO " + table + "(key, origin, layout, rows, data) VALUES(?,?,?,?,?)");
  if (!insert) return insert.status();
  int parameter = 0;
  for (const std::int64_t value : {key, chunk.origin, chunk.layout, chunk.rows})
    insert->bind(++parameter, value);
  insert->bind(++parameter, as_bytes(chunk.data));
  if (insert->run() != SQLITE_DONE) return database_.fault("cannot insert rows");
  return count(partition, {chunk.rows, static_cast<std::int64_t>(chunk.data.size()) + kChunkOverhead,
                           chunk.first_ns, chunk.last_ns, 0});
}

Status StoredRows::put(std::int64_t partition, const RowValues& row, std::optional<std::int64_t> key) {
  const Result<std::int64_t> got = plain_.put(partition, row, key.value_or(row.time_ns));
  if (!got) return got.status();
  const std::size_t bytes = row.data.size() + row.signals.size() + row.labels.size();
  return count(partition, {1, kRowOverhead + static_cast<std::int64_t>(bytes), row.time_ns, row.time_ns,
                           *got - row.time_ns});
}

Status StoredRows::count(std::int64_t partition, const Change& change) {
  Partition& here = partitions_[partition];
  here.first_ns = here.has_rows ? std::min(here.first_ns, change.first_ns) : change.first_ns;
  here.last_ns = here.has_rows ? std::max(here.last_ns, change.last_ns) : change.last_ns;
  here.most_tie = std::max(here.most_tie, change.tie);
  here.has_rows = true;  // it may have lost its last row: then there is nothing to be found in it
  if (!count_) {
    Result<Statement> update = database_.prepare(
        "UPDATE partition SET first_ns=CASE WHEN rows>0 THEN min(first_ns,?4) ELSE ?4 END,"
        " last_ns=CASE WHEN rows>0 THEN max(last_ns,?5) ELSE ?5 END,"
        " rows=rows+?2, bytes=max(bytes+?3,0), most_tie=max(most_tie,?6) WHERE id=?1");
    if (!update) return update.status();
    count_ = std::move(*update);
  }
  int parameter = 0;
  for (const std::int64_t value :
       {partition, change.rows, change.bytes, change.first_ns, change.last_ns, change.tie})
    count_.bind(++parameter, value);
  return count_.run() == SQLITE_DONE ? Status{} : database_.fault("cannot note the partition");
}

}  // namespace cantrail::sqlite
