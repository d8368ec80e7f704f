#include "sinks/sqlite/plain_rows.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <tuple>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/json_cut.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min(),
                       kLatest = std::numeric_limits<std::int64_t>::max();

// First and last moment. The first and the last minute are not whole.
std::pair<std::int64_t, std::int64_t> bounds_of(std::int64_t minute) {
  const std::int64_t first = minute < kEarliest / kMinuteNs ? kEarliest : minute * kMinuteNs;
  return {first, minute >= kLatest / kMinuteNs ? kLatest : (minute + 1) * kMinuteNs - 1};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// As encode/json writes them; null is a double that is no number.
void add_value(PlainValues& values, std::string_view text) {
  const auto add = [&values](FieldType type, std::uint64_t word) {
    values.shape += static_cast<char>('0' + static_cast<int>(type));
    values.words.push_back(word);
  };
  if (text.starts_with('"')) {
    add(FieldType::text, values.texts.size());
    values.texts.push_back(unquote(text));
  } else if (text == "true" || text == "false") {
    add(FieldType::boolean, text == "true" ? 1 : 0);
  } else if (const auto whole = number_of<std::int64_t>(text)) {
    add(FieldType::i64, static_cast<std::uint64_t>(*whole));
  } else if (const auto large = number_of<std::uint64_t>(text)) {
    add(FieldType::u64, *large);
  } else {
    const double other = number_of<double>(text).value_or(std::numeric_limits<double>::quiet_NaN());
    add(FieldType::f64, std::bit_cast<std::uint64_t>(other));
  }
}

PlainValues values_of(std::string_view signals) {
  PlainValues values;
  Members members(signals);
  while (const auto member = members.next()) {
    values.shape += member->key;
    add_value(values, member->value);
  }
  return values;
}

}  // namespace

Status PlainRows::add_minute(std::int64_t partition, std::int64_t minute, std::int64_t most_tie,
                             std::optional<std::int64_t> stream, std::vector<StoredChunk>& chunks) {
  Result<Statement> all = database_.prepare(
      "SELECT key, stream, key - tie, origin, seq, idx, can_id, data, signals, labels FROM " +
      rows_table(partition) + " WHERE key >= ?1 AND key <= ?2 AND key - tie >= ?1 AND key - tie <= ?3" +
      (stream ? " AND +stream=" + std::to_string(*stream) : std::string()) + " ORDER BY key");
  if (!all) return all.status();
  const auto [first, last] = bounds_of(minute);
  all->bind(1, first);
  all->bind(2, last > kLatest - most_tie ? kLatest : last + most_tie);
  all->bind(3, last);
  std::map<Group, std::vector<Found>> groups;
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    Found found{all->integer(2), all->integer(4), all->integer(5), {}, {}};
    found.row.key = all->integer(0);
    if (!all->is_null(6)) found.row.can_id = static_cast<std::uint32_t>(all->integer(6));
    const auto data = all->blob(7);
    found.row.data.assign(reinterpret_cast<const char*>(data.data()), data.size());
    found.row.signals = all->text(8);
    if (!all->is_null(9)) found.row.labels = all->text(9);
    found.values = values_of(found.row.signals);
    groups[{all->integer(1), all->integer(3), found.values.shape}].push_back(std::move(found));
  }
  if (code != SQLITE_DONE) return database_.fault("cannot read the rows");
  for (auto& [group, rows] : groups) {
    Result<StoredChunk> chunk = chunk_of(partition, group, rows);
    if (!chunk) return chunk.status();
    chunks.push_back(std::move(*chunk));
  }
  return {};
}

Result<StoredChunk> PlainRows::chunk_of(std::int64_t partition, const Group& group,
                                        std::vector<Found>& rows) {
  std::ranges::stable_sort(rows, {}, [](const Found& one) { return std::pair(one.seq, one.record); });
  const auto schema = schema_of(group.stream, group.shape, rows.front().row.signals);
  if (!schema) return schema.fault();
  StoredChunk chunk;
  chunk.partition = partition;
  chunk.stream = group.stream;
  chunk.origin = group.origin;
  chunk.schema = *schema;
  StreamBlock& values = chunk.rows.values;
  values.reset(0, chunk.schema->fields.size(), rows.size(), false);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Found& found = rows[row];
    values.time_ns()[row] = found.time_ns;
    chunk.rows.seq.push_back(found.seq);
    chunk.rows.record.push_back(found.record);
    for (std::size_t field = 0; field < values.fields(); ++field) {
      const std::uint64_t word = found.values.words[field];
      if (chunk.schema->fields[field].type == FieldType::text) {
        values.set_text(field, row, found.values.texts[word]);
      } else {
        values.u64(field)[row] = word;
      }
    }
    chunk.plain.push_back(std::move(found.row));
  }
  return chunk;
}

Result<const RowSchema*> PlainRows::schema_of(std::int64_t stream, const std::string& shape,
                                              const std::string& signals) {
  const auto [at, fresh] = schemas_.try_emplace({stream, shape});
  if (!fresh) return &at->second;
  const auto [units, first] = units_.try_emplace(stream);
  if (first) {
    Result<Statement> find = database_.prepare("SELECT signals FROM stream WHERE id=?");
    if (!find) return find.fault();
    find->bind(1, stream);
    if (find->step() == SQLITE_ROW) {
      const std::string text(find->text(0));
      Members members(text);
      while (const auto member = members.next()) units->second[unquote(member->key)] = unquote(member->value);
    }
  }
  Members members(signals);
  while (const auto member = members.next()) {
    FieldSchema& field = at->second.fields.emplace_back();
    PlainValues value;
    add_value(value, member->value);
    field.name = unquote(member->key);
    field.type = static_cast<FieldType>(value.shape.front() - '0');
    field.unit = units->second[field.name];
  }
  return &at->second;
}

Status PlainRows::use(std::int64_t partition) {
  if (partition_ == partition) return {};
  partition_ = 0;
  const std::string table = rows_table(partition);
  Result<Statement> remove = database_.prepare("DELETE FROM " + table + " WHERE key=?");
  if (!remove) return remove.status();
  Result<Statement> insert =
      database_.prepare("INSERT OR IGNORE INTO " + table + " VALUES(?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return insert.status();
  Result<Statement> next_free =
      database_.prepare("SELECT key + 1 FROM " + table + " WHERE key >= ?1 AND NOT EXISTS (SELECT 1 FROM " +
                        table + " AS next WHERE next.key = " + table + ".key + 1) ORDER BY key LIMIT 1");
  if (!next_free) return next_free.status();
  remove_ = std::move(*remove);
  insert_ = std::move(*insert);
  next_free_ = std::move(*next_free);
  partition_ = partition;
  last_time_ns_ = last_key_ = 0;
  return {};
}

Status PlainRows::remove(std::int64_t partition, std::int64_t key) {
  if (Status used = use(partition); !used) return used;
  remove_.bind(1, key);
  return remove_.run() == SQLITE_DONE ? Status{} : database_.fault("cannot take rows out");
}

Result<std::int64_t> PlainRows::put(std::int64_t partition, const RowValues& row, std::int64_t key) {
  if (Status used = use(partition); !used) return used.fault();
  // Many rows may share one time: the search begins behind the last of them.
  for (const std::int64_t tried : {key, last_time_ns_ == row.time_ns ? last_key_ + 1 : row.time_ns}) {
    const Result<bool> put = try_put(row, tried);
    if (!put) return put.fault();
    if (*put) return tried;
  }
  const Result<std::int64_t> free = free_key(row);
  if (!free) return free.fault();
  const Result<bool> put = try_put(row, *free);
  if (!put) return put.fault();
  return *put ? Result<std::int64_t>(*free) : database_.fault("cannot find a place for a row");
}

// False: the key is taken.
Result<bool> PlainRows::try_put(const RowValues& row, std::int64_t key) {
  insert_.bind(1, key);
  insert_.bind(2, row.stream);
  insert_.bind(3, key - row.time_ns);
  insert_.bind(4, row.origin);
  insert_.bind(5, static_cast<std::int64_t>(row.seq));
  insert_.bind(6, std::int64_t{row.index});
  row.can_id ? insert_.bind(7, std::int64_t{*row.can_id}) : insert_.bind_null(7);
  insert_.bind(8, row.data);
  insert_.bind(9, row.signals);
  row.labels.empty() ? insert_.bind_null(10) : insert_.bind(10, row.labels);
  if (insert_.run() != SQLITE_DONE) return database_.fault("cannot insert a row");
  if (sqlite3_changes(database_.handle()) == 0) return false;
  last_time_ns_ = row.time_ns;
  last_key_ = key;
  return true;
}

Result<std::int64_t> PlainRows::free_key(const RowValues& row) {
  next_free_.bind(1, last_time_ns_ == row.time_ns ? last_key_ : row.time_ns);
  const int code = next_free_.step();
  const std::int64_t key = code == SQLITE_ROW ? next_free_.integer(0) : row.time_ns;
  next_free_.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return database_.fault("cannot look into the rows");
  return key;
}

}  // namespace cantrail::sqlite
