#include "sinks/sqlite/packed_reader.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "sinks/sqlite/blob_text.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/layout.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
Result<const ChunkReader::Layout*> ChunkReader::layout(std::int64_t id) {
  if (const auto known = layouts_.find(id); known != layouts_.end()) return &known->second;
  Result<Statement> find = database_.prepare("SELECT fields FROM layout WHERE id=?");
  if (!find) return find.fault();
  find->bind(1, id);
  const int code = find->step();
  if (code == SQLITE_DONE) return Fault{FaultKind::corrupt, database_.path() + ": a layout is missing"};
  if (code != SQLITE_ROW) return database_.fault("cannot read a layout");
  Result<RowSchema> schema = get_layout(as_text(find->blob(0)));
  if (!schema) return schema.fault();
  Catalog catalog;  // RowText wants one; this stream is its only one
  catalog.streams.resize(1);
  catalog.streams[0].row = std::make_shared<RowSchema>(*schema);
  Layout layout{std::move(*schema), std::make_unique<RowText>(catalog)};
  return &layouts_.emplace(id, std::move(layout)).first->second;
}

Status PackedReader::newest(const PackedRange& range, std::size_t limit,
                            std::span<const std::int64_t> streams, const Take& take) {
  if (range.first_ns > range.last_ns || limit == 0) return {};
  Result<Statement> all = database_.prepare("SELECT key, data FROM " + packed_table(partition_) +
                                            " WHERE key >= ? AND key < ? ORDER BY key DESC");
  if (!all) return all.status();
  Result<Statement> one =
      database_.prepare("SELECT origin, layout, data FROM " + packed_table(partition_) + " WHERE key=?");
  if (!one) return one.status();
  one_ = std::move(*one);
  all->bind(1, block_key(floor_div(range.first_ns, kMinuteNs), 0));
  all->bind(2, block_key(floor_div(range.last_ns, kMinuteNs) + 1, 0));
  std::vector<std::int64_t> wanted(streams.begin(), streams.end());
  std::ranges::sort(wanted);
  std::size_t taken = 0;
  std::int64_t minute = 0;
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    const std::int64_t key = all->integer(0);
    if (block_of_key(key) != minute) {
      if (Status read = take_minute(limit, take, taken); !read) return read;
      if (taken >= limit) return {};
      minute = block_of_key(key);
    }
    if (!std::ranges::binary_search(wanted, stream_of_key(key))) continue;
    const Result<std::vector<std::int64_t>> times = times_of_chunk(as_text(all->blob(1)));
    if (!times) return times.status();
    const auto number = static_cast<std::uint32_t>(chunks_.size());
    chunks_.push_back({.key = key, .rows = {}});
    for (std::size_t row = 0; row < times->size(); ++row) {
      const std::int64_t time = (*times)[row];
      if (time < range.first_ns || time > range.last_ns) continue;
      lights_.push_back({time, number, static_cast<std::uint32_t>(row)});
    }
  }
  if (code != SQLITE_DONE) return database_.fault("cannot read the rows");
  return take_minute(limit, take, taken);
}

// As many of the newest as are still wanted, and again where some of them did not count.
Status PackedReader::take_minute(std::size_t limit, const Take& take, std::size_t& taken) {
  const auto newer = [](const Light& a, const Light& b) { return a.time_ns > b.time_ns; };
  for (auto from = lights_.begin(); from != lights_.end() && taken < limit;) {
    const auto room = static_cast<std::ptrdiff_t>(limit - taken);
    auto to = lights_.end();
    if (lights_.end() - from > room) {
      std::nth_element(from, from + (room - 1), lights_.end(), newer);
      const std::int64_t oldest = (from + (room - 1))->time_ns;
      to = std::partition(from, lights_.end(),
                          [oldest](const Light& light) { return light.time_ns >= oldest; });
    }
    for (; from != to; ++from) {
      Chunk& chunk = chunks_[from->chunk];
      if (Status read = unpack(chunk); !read) return read;
      if (take({chunk.rows, *chunk.layout->text, from->row, stream_of_key(chunk.key), chunk.origin})) ++taken;
    }
  }
  chunks_.clear();
  lights_.clear();
  return {};
}

Status PackedReader::unpack(Chunk& chunk) {
  if (chunk.unpacked) return {};
  one_.reset();
  one_.bind(1, chunk.key);
  if (one_.step() != SQLITE_ROW) return database_.fault("cannot read the rows");
  chunk.origin = one_.integer(0);
  const Result<const ChunkReader::Layout*> layout = layouts_.layout(one_.integer(1));
  if (!layout) return layout.status();
  chunk.layout = *layout;
  Result<RowChunk> rows = unpack_chunk(as_text(one_.blob(2)), chunk.layout->schema);
  if (!rows) return rows.status();
  chunk.rows = std::move(*rows);
  chunk.unpacked = true;
  return {};
}

}  // namespace cantrail::sqlite
