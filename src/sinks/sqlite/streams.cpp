#include "sinks/sqlite/streams.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "encode/json_writer.hpp"
#include "sinks/sqlite/json_cut.hpp"
#include "sinks/sqlite/layout.hpp"

namespace cantrail::sqlite {

std::string channel_of(const Catalog& catalog, StreamId stream) {
  const StreamInfo& info = catalog.streams[stream];
  if (info.channel) return catalog.channels[*info.channel].alias;
  return info.source < catalog.sources.size() ? catalog.sources[info.source].name : std::string();
}

void Streams::forget() {
  entries_.clear();
  origin_ = 0;
}

Result<const Streams::Entry*> Streams::entry(const Catalog& catalog, StreamId stream) {
  if (entries_.size() < catalog.streams.size()) entries_.resize(catalog.streams.size());
  Entry& entry = entries_[stream];
  if (entry.id == 0) {
    Result<Entry> found = find_or_enter(channel_of(catalog, stream), *catalog.streams[stream].row);
    if (!found) return found.fault();
    entry = *found;
  }
  return &entry;
}

Result<Streams::Entry> Streams::find_or_enter(const std::string& channel, const RowSchema& row) {
  Result<Statement> find =
      database_.prepare("SELECT id, can_id, signals FROM stream WHERE channel=? AND message=?");
  if (!find) return find.fault();
  find->bind(1, channel);
  find->bind(2, row.name);
  const int code = find->step();
  Entry entry;
  if (code == SQLITE_ROW) {
    entry.id = find->integer(0);
    if (!find->is_null(1)) entry.can_id = static_cast<std::uint32_t>(find->integer(1));
    const std::string known(find->text(2));
    find->reset();
    return enter_fields(std::move(entry), row, known);
  }
  if (code != SQLITE_DONE) return database_.fault("cannot look up a stream");
  find->reset();
  Result<Statement> enter =
      database_.prepare("INSERT INTO stream(channel, message, can_id, signals) VALUES(?,?,?,'{}')");
  if (!enter) return enter.fault();
  enter->bind(1, channel);
  enter->bind(2, row.name);
  if (row.can_id) enter->bind(3, std::int64_t{*row.can_id});
  if (enter->run() != SQLITE_DONE) return database_.fault("cannot enter a stream");
  entry.id = sqlite3_last_insert_rowid(database_.handle());
  entry.can_id = row.can_id;
  return enter_fields(std::move(entry), row, "{}");
}

Result<Streams::Entry> Streams::enter_fields(Entry entry, const RowSchema& row, std::string_view known) {
  if (Status entered = enter_signals(entry, row, known); !entered) return entered.fault();
  if (Status entered = enter_layout(entry, row); !entered) return entered.fault();
  return entry;
}

// `signals` of a stream is an object, name → unit: all that ever were in it, so that readers know which
// streams a signal pattern can match. It only grows, so a signal's place in it is its number for good. Of the
// units the last one counts.
Status Streams::enter_signals(Entry& entry, const RowSchema& row, std::string_view known) {
  std::vector<std::pair<std::string, std::string>> signals;
  Members members(known);
  while (const auto member = members.next())
    signals.emplace_back(unquote(member->key), unquote(member->value));
  bool changed = false;
  for (const FieldSchema& field : row.fields) {
    auto at = std::ranges::find(signals, field.name, &std::pair<std::string, std::string>::first);
    entry.slots.push_back(static_cast<std::uint32_t>(at - signals.begin()));
    if (at != signals.end() && at->second == field.unit) continue;
    changed = true;
    if (at == signals.end()) {
      signals.emplace_back(field.name, field.unit);
    } else {
      at->second = field.unit;
    }
  }
  if (!changed) return {};
  std::string all = "{";
  for (const auto& [name, unit] : signals) {
    if (all.size() > 1) all += ',';
    encode::append_json_string(all, name);
    all += ':';
    encode::append_json_string(all, unit);
  }
  all += '}';
  Result<Statement> update = database_.prepare("UPDATE stream SET signals=? WHERE id=?");
  if (!update) return update.status();
  update->bind(1, all);
  update->bind(2, entry.id);
  return update->run() == SQLITE_DONE ? Status{} : database_.fault("cannot enter the signals of a stream");
}

Status Streams::enter_layout(Entry& entry, const RowSchema& row) {
  const std::string fields = put_layout(row);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(fields.data()), fields.size());
  Result<Statement> find = database_.prepare("SELECT id FROM layout WHERE stream=? AND fields=?");
  if (!find) return find.status();
  find->bind(1, entry.id);
  find->bind(2, bytes);
  const int code = find->step();
  if (code == SQLITE_ROW) {
    entry.layout = find->integer(0);
    return {};
  }
  if (code != SQLITE_DONE) return database_.fault("cannot look up a layout");
  Result<Statement> enter = database_.prepare("INSERT INTO layout(stream, fields) VALUES(?,?)");
  if (!enter) return enter.status();
  enter->bind(1, entry.id);
  enter->bind(2, bytes);
  if (enter->run() != SQLITE_DONE) return database_.fault("cannot enter a layout");
  entry.layout = sqlite3_last_insert_rowid(database_.handle());
  return {};
}

Result<std::int64_t> Streams::origin(const Position& position) {
  if (origin_ != 0 && origin_journal_ == position.journal && origin_epoch_ == position.epoch) return origin_;
  Result<Statement> enter = database_.prepare("INSERT OR IGNORE INTO origin(journal, epoch) VALUES(?,?)");
  if (!enter) return enter.fault();
  Result<Statement> find = database_.prepare("SELECT id FROM origin WHERE journal=? AND epoch=?");
  if (!find) return find.fault();
  for (Statement* statement : {&*enter, &*find}) {
    statement->bind(1, std::span<const std::uint8_t>(position.journal.bytes));
    statement->bind(2, std::int64_t{position.epoch});
  }
  if (enter->run() != SQLITE_DONE || find->step() != SQLITE_ROW) {
    return database_.fault("cannot enter an origin");
  }
  origin_ = find->integer(0);
  origin_journal_ = position.journal;
  origin_epoch_ = position.epoch;
  return origin_;
}

}  // namespace cantrail::sqlite
