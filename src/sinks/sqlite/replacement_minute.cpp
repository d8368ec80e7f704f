// One minute of a Replacement: what goes, what comes, and what is counted of it.
#include <algorithm>
#include <limits>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/pending_rows.hpp"
#include "sinks/sqlite/replacement.hpp"

namespace cantrail::sqlite {
namespace {

const std::pair<std::string, std::string> kNameless;  // of a file whose list of streams is damaged

// Of blocks with one layout.
bool same_row(const RowSchema& schema, const StreamBlock& a, std::uint32_t row_a, const StreamBlock& b,
              std::uint32_t row_b) {
  for (std::size_t field = 0; field < schema.fields.size(); ++field) {
    const bool valid = a.valid(field, row_a);
    if (valid != b.valid(field, row_b)) return false;
    if (!valid) {
      if (a.quality(field, row_a) != b.quality(field, row_b)) return false;
    } else if (holds_bytes(schema.fields[field].type)) {
      if (a.text(field, row_a) != b.text(field, row_b)) return false;
    } else if (a.word(field, row_a) != b.word(field, row_b)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Status Replacement::replace_minute(Group group, std::int64_t minute, const RowChanged& changed) {
  Result<Exchanges> exchanges = exchanges_of(group, minute);
  if (!exchanges) return exchanges.status();
  for (auto& [stream, exchange] : *exchanges) {
    if (Status done = decide(group, exchange, changed); !done) return done;
  }
  // All go before any come: those by a new name take places of others.
  for (const auto& [stream, exchange] : *exchanges) {
    if (!exchange.levels) continue;
    if (Status out = take_out(exchange); !out) return out;
  }
  for (auto& [stream, exchange] : *exchanges) {
    if (!exchange.levels) continue;
    if (Status in = put_in(group, exchange); !in) return in;
  }
  return count_minute(minute, *exchanges);
}

// Streams that the history does not know are entered only if there is a row of them.
Result<Replacement::Exchanges> Replacement::exchanges_of(Group group, std::int64_t minute) {
  Result<std::vector<StoredChunk>> all = stored_.minute(minute);
  if (!all) return all.fault();
  note_places(group, *all);
  Exchanges exchanges;
  for (StoredChunk& chunk : *all) {
    if (!delivered_.contains(chunk.stream)) exchanges[chunk.stream].chunks.push_back(std::move(chunk));
  }
  std::map<std::string, std::int64_t> unknown;  // qualified names; their numbers are below zero
  for (auto& [stream, fresh] : fresh_[minute]) {
    std::optional<std::int64_t> number = known_number(stream);
    if (!number)
      number = unknown.try_emplace(after_->qualified_name(stream), -1 - std::int64_t{stream}).first->second;
    auto& of_name = exchanges[*number].fresh;
    of_name.insert(of_name.end(), fresh.begin(), fresh.end());
  }
  for (auto& [stream, exchange] : exchanges) {
    exchange.minute = minute;
    exchange.stream = stream;
    find_old(group, exchange);
  }
  for (auto& [stream, exchange] : exchanges) {
    if (exchange.fresh.empty()) continue;
    const auto sources = sources_of(exchanges, stream, exchange.fresh.front().block->stream());
    if (!sources) return sources.fault();
    leave_out(exchange, *sources);
  }
  while (!exchanges.empty() && exchanges.begin()->first < 0) {
    auto unnamed = exchanges.extract(exchanges.begin());
    if (unnamed.mapped().fresh.empty()) continue;
    const Result<std::int64_t> number = number_of(unnamed.mapped().fresh.front().block->stream());
    if (!number) return number.fault();
    unnamed.key() = unnamed.mapped().stream = *number;
    exchanges.insert(std::move(unnamed));
  }
  return exchanges;
}

// Where rows of each batch lie, so that rows of messages that are new come to lie beside them.
void Replacement::note_places(Group group, std::span<const StoredChunk> chunks) {
  for (const StoredChunk& chunk : chunks) {
    if (chunk.origin != origin_) continue;
    for (const std::int64_t seq : chunk.rows.seq) {
      if (const auto batch = batch_of(group, seq)) place_ = places_[*batch] = chunk.partition;
    }
  }
}

void Replacement::find_old(Group group, Exchange& exchange) const {
  for (std::size_t i = 0; i < exchange.chunks.size(); ++i) {
    const StoredChunk& chunk = exchange.chunks[i];
    if (chunk.origin != origin_) continue;
    const auto times = chunk.rows.values.time_ns();
    for (std::uint32_t row = 0; row < chunk.rows.rows(); ++row) {
      const RowKey key{chunk.rows.seq[row], chunk.rows.record[row], times[row]};
      if (key.time_ns < from_ns_ || key.time_ns >= to_ns_ || !batch_of(group, key.seq)) continue;
      exchange.old.push_back({key, i, row});
    }
  }
  // A frame may have several rows of one stream (trouble codes): they stay in their order.
  std::ranges::stable_sort(exchange.old, {}, &OldRow::key);
  std::ranges::stable_sort(exchange.fresh, {}, &NewRow::key);
}

// Whether its rows can be replaced: else they stay.
Result<bool> Replacement::can_count(const Exchange& exchange) {
  const auto levels = rollups_.levels_of(exchange.chunks, exchange.minute, exchange.stream);
  if (!levels) return levels.fault();
  return levels->has_value();
}

// Whose rows these take the place of: its own, and those by former names. Rows go and come together, or not
// at all.
Result<std::vector<const Replacement::Exchange*>> Replacement::sources_of(Exchanges& exchanges,
                                                                          std::int64_t stream,
                                                                          StreamId after) {
  const Exchange& own = exchanges.at(stream);
  std::vector<const Exchange*> sources{&own};
  for (const std::int64_t number : former_[after]) {
    const auto found = exchanges.find(number);
    if (found == exchanges.end() || found->second.old.empty()) continue;
    Exchange& former = found->second;
    const bool is_known = stream >= 0;  // else there is nothing that could be counted
    const Result<bool> comes = is_known ? can_count(own) : Result<bool>(true);
    if (!comes) return comes.fault();
    const Result<bool> goes = can_count(former);
    if (!goes) return goes.fault();
    former.stays = former.stays || !*comes;
    if (*goes && *comes) sources.push_back(&former);
  }
  return sources;
}

// Of a record of which the lane had kept none, or not all of the rows that it gave, as many: the first ones,
// as a lane with `max_rate` keeps them.
void Replacement::leave_out(Exchange& exchange, std::span<const Exchange* const> sources) {
  std::size_t of_record = 0;
  const RowKey* last = nullptr;
  std::vector<NewRow> kept;
  for (NewRow& row : exchange.fresh) {
    of_record = last != nullptr && *last == row.key ? of_record + 1 : 1;
    last = &row.key;
    std::size_t stored = 0;
    for (const Exchange* source : sources) {
      const auto first = std::ranges::lower_bound(source->old, row.key, {}, &OldRow::key);
      const auto behind = std::ranges::upper_bound(source->old, row.key, {}, &OldRow::key);
      const auto here = static_cast<std::size_t>(behind - first);
      if (of_record > stored && of_record <= stored + here) {
        const OldRow& was = *(first + static_cast<std::ptrdiff_t>(of_record - stored - 1));
        row.was = &source->chunks[was.chunk];
        row.was_row = was.row;
      }
      stored += here;
    }
    if (stored >= row.had_rows || of_record <= stored) kept.push_back(row);
  }
  group_rows_.left_out += exchange.fresh.size() - kept.size();
  exchange.fresh = std::move(kept);
}

// What is as it should be stays, and what cannot be counted again.
Status Replacement::decide(Group group, Exchange& exchange, const RowChanged& changed) {
  if (exchange.old.empty() && exchange.fresh.empty()) return {};
  const Result<bool> as_before = alike(group, exchange);
  if (!as_before) return as_before.status();
  if (*as_before) {
    tell(exchange, changed);
    return {};
  }
  const auto levels = rollups_.levels_of(exchange.chunks, exchange.minute, exchange.stream);
  if (!levels) return levels.status();
  if (!*levels || exchange.stays) {
    group_rows_.kept += exchange.old.size();
    if (exchange.old.empty()) group_rows_.expired += exchange.fresh.size();
    return {};
  }
  std::erase_if(exchange.fresh, [&](const NewRow& row) {
    const bool expired = !place_of(group, row);
    group_rows_.expired += expired ? 1 : 0;
    return expired;
  });
  tell(exchange, changed);
  exchange.levels = **levels;
  return {};
}

Result<bool> Replacement::alike(Group group, const Exchange& exchange) {
  if (exchange.old.size() != exchange.fresh.size()) return false;
  for (std::size_t i = 0; i < exchange.old.size(); ++i) {
    const OldRow& old = exchange.old[i];
    const NewRow& fresh = exchange.fresh[i];
    const StoredChunk& chunk = exchange.chunks[old.chunk];
    if (old.key != fresh.key) return false;
    const auto entry = streams_.entry(*after_, fresh.block->stream());
    if (!entry) return entry.fault();
    const bool same = chunk.is_plain()
                          ? same_plain(group, chunk.plain[old.row], fresh, **entry)
                          : chunk.layout == (*entry)->layout &&
                                same_row(*chunk.schema, chunk.rows.values, old.row, *fresh.block, fresh.row);
    if (!same) return false;
  }
  return true;
}

bool Replacement::same_plain(Group group, const PlainRow& old, const NewRow& fresh,
                             const Streams::Entry& entry) {
  const RowValues now = values_of(group, fresh, entry);
  const std::string_view data(reinterpret_cast<const char*>(now.data.data()), now.data.size());
  return old.can_id == now.can_id && old.data == data && old.signals == now.signals &&
         old.labels == now.labels;
}

RowValues Replacement::values_of(Group group, const NewRow& row, const Streams::Entry& entry) {
  return maker_.make(*group[row.batch].after, *row.block, row.row, static_cast<std::uint32_t>(row.key.record),
                     entry, origin_, *text_);
}

void Replacement::tell(const Exchange& exchange, const RowChanged& changed) const {
  const auto known = names_.find(exchange.stream);
  const auto& [channel, message] = known != names_.end() ? known->second : kNameless;
  auto old = exchange.old.begin();
  auto fresh = exchange.fresh.begin();
  while (old != exchange.old.end() || fresh != exchange.fresh.end()) {
    const bool has_old =
        fresh == exchange.fresh.end() || (old != exchange.old.end() && old->key <= fresh->key);
    const bool has_fresh =
        old == exchange.old.end() || (fresh != exchange.fresh.end() && fresh->key <= old->key);
    RowAt before, after;
    const WallTime time{has_old ? old->key.time_ns : fresh->key.time_ns};
    if (has_old) {
      const StoredChunk& chunk = exchange.chunks[old->chunk];
      before = {chunk.schema, &chunk.rows.values, old->row};
      ++old;
    }
    if (has_fresh) {
      after = {after_->streams[fresh->block->stream()].row.get(), fresh->block, fresh->row};
      ++fresh;
    }
    changed(channel, message, time, before, after);
  }
}

std::optional<std::int64_t> Replacement::place_of(Group group, const NewRow& row) const {
  if (row.was != nullptr) return row.was->partition;
  if (places_[row.batch]) return places_[row.batch];
  return place_ ? place_ : stored_.partition_at(group[row.batch].after->raw->clock.wall.ns);
}

Status Replacement::put_in(Group group, Exchange& exchange) {
  std::map<std::int64_t, std::vector<NewRow>> by_partition;
  for (const NewRow& row : exchange.fresh) by_partition[*place_of(group, row)].push_back(row);
  exchange.stored_ns = std::numeric_limits<std::int64_t>::min();
  for (const auto& [partition, rows] : by_partition) {
    exchange.stored_ns = std::max(exchange.stored_ns, stored_.stored_to(partition));
    Status put = stored_.form_of(partition) == RowForm::packed ? put_packed(group, exchange, partition, rows)
                                                               : put_plain(group, partition, rows);
    if (!put) return put;
  }
  note_latest(exchange, exchange.fresh);
  group_rows_.written += exchange.fresh.size();
  return {};
}

// Once all rows of the minute are written, since plain ones of all streams lie in one heap.
Status Replacement::count_minute(std::int64_t minute, const Exchanges& exchanges) {
  std::vector<const Exchange*> changed;
  for (const auto& [stream, exchange] : exchanges) {
    if (exchange.levels) changed.push_back(&exchange);
  }
  if (changed.empty()) return {};
  const auto only = changed.size() == 1 ? std::optional(changed.front()->stream) : std::nullopt;
  const auto now = stored_.minute(minute, only);
  if (!now) return now.status();
  for (const Exchange* one : changed) {
    Status rolled = rollups_.write(*one->levels, *now, minute, one->stream, one->stored_ns);
    if (!rolled) return rolled;
  }
  return {};
}

void Replacement::note_latest(const Exchange& exchange, std::span<const NewRow> written) {
  for (const OldRow& old : exchange.old) {
    if (!std::ranges::binary_search(written, old.key, {}, &NewRow::key)) {
      gone_[exchange.stream].insert(old.key);
    }
  }
  if (written.empty()) return;
  const auto [newest, fresh] = newest_.try_emplace(exchange.stream, written.back());
  if (!fresh && newest->second.key < written.back().key) newest->second = written.back();
}

Status Replacement::take_out(const Exchange& exchange) {
  std::vector<std::vector<bool>> goes(exchange.chunks.size());
  for (const OldRow& old : exchange.old) {
    goes[old.chunk].resize(exchange.chunks[old.chunk].rows.rows());
    goes[old.chunk][old.row] = true;
  }
  std::vector<std::uint32_t> rest;
  for (std::size_t i = 0; i < goes.size(); ++i) {
    if (goes[i].empty()) continue;
    rest.clear();
    for (std::uint32_t row = 0; row < goes[i].size(); ++row) {
      if (!goes[i][row]) rest.push_back(row);
    }
    if (Status kept = stored_.keep_rows(exchange.chunks[i], rest); !kept) return kept;
  }
  return {};
}

Status Replacement::put_packed(Group group, const Exchange& exchange, std::int64_t partition,
                               std::span<const NewRow> rows) {
  std::string packed;
  std::vector<RowRun> runs;
  for (std::size_t at = 0; at < rows.size();) {
    const StreamId stream = rows[at].block->stream();  // a DBC may have two messages of one name
    const RowSchema& schema = *after_->streams[stream].row;
    const auto entry = streams_.entry(*after_, stream);
    if (!entry) return entry.status();
    ChunkValues chunk{exchange.minute, exchange.stream, origin_, (*entry)->layout, 0, 0, 0, {}};
    chunk.first_ns = std::numeric_limits<std::int64_t>::max();
    chunk.last_ns = std::numeric_limits<std::int64_t>::min();
    runs.clear();
    std::size_t text = 0;
    for (; at < rows.size() && runs.size() < kRowsInChunk && text <= kTextInChunk; ++at, ++chunk.rows) {
      const NewRow& row = rows[at];
      if (static_cast<std::size_t>(chunk.rows) == kRowsInChunk || row.block->stream() != stream) break;
      text += text_bytes(*row.block, schema, row.row);
      chunk.first_ns = std::min(chunk.first_ns, row.key.time_ns);
      chunk.last_ns = std::max(chunk.last_ns, row.key.time_ns);
      const auto record = static_cast<std::uint32_t>(row.key.record);
      if (!runs.empty() && runs.back().block == row.block && runs.back().to == row.row) {
        ++runs.back().to;
      } else {
        runs.push_back({group[row.batch].after.get(), row.block, row.row, row.row + 1, record, false});
      }
    }
    packed.clear();
    packer_.put(packed, runs, schema, (*entry)->can_id);
    chunk.data = packed;
    if (Status put = stored_.put(partition, chunk); !put) return put;
  }
  return {};
}

// A row that was there keeps its key.
Status Replacement::put_plain(Group group, std::int64_t partition, std::span<const NewRow> rows) {
  for (const NewRow& row : rows) {
    const auto entry = streams_.entry(*after_, row.block->stream());
    if (!entry) return entry.status();
    std::optional<std::int64_t> key;
    if (row.was != nullptr && row.was->is_plain()) key = row.was->plain[row.was_row].key;
    if (Status put = stored_.put(partition, values_of(group, row, **entry), key); !put) return put;
  }
  return {};
}

Status Replacement::write_latest(Group group) {
  std::set<std::int64_t> touched;
  for (const auto& [stream, row] : newest_) touched.insert(stream);
  for (const auto& [stream, keys] : gone_) touched.insert(stream);
  if (touched.empty()) return {};
  Result<LatestRows> latest = LatestRows::open(database_);
  if (!latest) return latest.status();
  for (const std::int64_t stream : touched) {
    if (Status done = write_latest(group, stream, *latest); !done) return done;
  }
  return {};
}

// The row that came last, by its place in this journal; one of another journal stays.
Status Replacement::write_latest(Group group, std::int64_t stream, LatestRows& latest) {
  const std::uint32_t epoch = group.front().after->raw->position.epoch;
  Result<Statement> find = database_.prepare(
      "SELECT o.journal=?2, o.epoch, l.seq, l.idx, l.time_ns FROM latest l JOIN origin o ON o.id=l.origin "
      "WHERE l.stream=?1");
  if (!find) return find.status();
  find->bind(1, stream);
  find->bind(2, std::span<const std::uint8_t>(journal_.bytes));
  const int code = find->step();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return database_.fault("cannot read the latest rows");
  const auto newest = newest_.find(stream);
  if (code == SQLITE_ROW) {
    if (find->integer(0) == 0 || find->integer(1) > epoch) return {};
    const RowKey key{find->integer(2), find->integer(3), find->integer(4)};
    const bool of_epoch = find->integer(1) == epoch;
    find->reset();
    if (newest == newest_.end()) {
      if (!of_epoch || !gone_[stream].contains(key)) return {};
      return database_.run("DELETE FROM latest WHERE stream=" + std::to_string(stream));
    }
    const bool gone = of_epoch && gone_[stream].contains(key);
    if (of_epoch && key > newest->second.key && !gone) return {};
  }
  if (newest == newest_.end()) return {};
  const NewRow& row = newest->second;
  const auto entry = streams_.entry(*after_, row.block->stream());
  if (!entry) return entry.status();
  return latest.put(values_of(group, row, **entry));
}

}  // namespace cantrail::sqlite
