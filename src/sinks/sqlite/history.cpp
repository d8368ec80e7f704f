#include "sinks/sqlite/history.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <tuple>

#include <sqlite3.h>

#include "base/text.hpp"
#include "model/frame.hpp"
#include "sinks/sqlite/json_cut.hpp"
#include "sinks/sqlite/packed_reader.hpp"
#include "sinks/sqlite/schema.hpp"
#include "sinks/sqlite/series.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::size_t kMostAnswers = 10'001;  // the API's most, and the one that tells that there are more
// Up to so many streams are looked up one by one in the index of a closed partition; more are found sooner by
// reading backwards in time.
constexpr std::size_t kIndexedStreams = 8;

struct Range {
  std::int64_t since = std::numeric_limits<std::int64_t>::min();
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  // exclusive
};

Range range_of(std::optional<WallTime> since, std::optional<WallTime> until) {
  Range range;
  if (since) range.since = since->ns;
  if (until) range.until = until->ns;
  return range;
}

struct StreamNames {
  std::string channel, message;
  std::optional<std::uint32_t> can_id;
};

struct Found {
  HistoryRow row;
  std::int64_t origin = 0, seq = 0, index = 0;
  [[nodiscard]] auto order() const { return std::tuple(row.time.ns, origin, seq, index); }
};

struct Part {
  std::int64_t id = 0, first_ns = 0, last_ns = 0, most_tie = 0;
  bool closed = false, packed = false;
};

bool wanted_message(const HistoryQuery& query, const StreamNames& names) {
  return query.message.empty() || glob_match(query.message, names.message) ||
         glob_match(query.message, names.channel + ":" + names.message);
}

bool wanted_signal(const HistoryQuery& query, std::string_view signals) {
  if (query.signal.empty()) return true;
  const std::vector<std::string> names = member_names(signals);
  return std::any_of(names.begin(), names.end(),
                     [&query](const std::string& name) { return glob_match(query.signal, name); });
}

// One question, within one read transaction.
class Question {
 public:
  Question(Database& database, const HistoryQuery& query)
      : database_(database),
        query_(query),
        range_(range_of(query.since, query.until)),
        limit_(std::min(query.limit, kMostAnswers)) {}

  Status load_names() {
    if (Status loaded = load_streams(); !loaded) return loaded;
    Result<Statement> all = database_.prepare("SELECT id, epoch FROM origin");
    if (!all) return all.status();
    int code = all->step();
    for (; code == SQLITE_ROW; code = all->step()) epochs_[all->integer(0)] = all->integer(1);
    return code == SQLITE_DONE ? Status{} : database_.fault("cannot read");
  }

  Result<std::vector<HistoryRow>> rows() {
    if (Status loaded = load_names(); !loaded) return loaded.fault();
    if (limit_ == 0 || wanted_.empty()) return std::vector<HistoryRow>{};
    Result<std::vector<Part>> parts = load_parts();
    if (!parts) return parts.fault();
    for (const Part& part : *parts) {
      if (found_.size() >= limit_ && part.last_ns < found_.back().row.time.ns) break;
      if (Status read = read_part(part); !read) return read.fault();
      cut();
    }
    return ascending();
  }

  // A row of `latest` or of a partition: both select the same columns.
  Found read_row(const Statement& at) const {
    Found found;
    const StreamNames& names = streams_.at(at.integer(0));
    found.row.time = {at.integer(1)};
    found.row.channel = names.channel;
    found.row.message = names.message;
    found.row.id = names.can_id;
    if (!at.is_null(2)) found.row.id = static_cast<std::uint32_t>(at.integer(2));
    found.origin = at.integer(3);
    found.seq = at.integer(4);
    found.index = at.integer(5);
    const std::span<const std::uint8_t> data = at.blob(6);
    found.row.data.assign(data.begin(), data.end());
    found.row.signals = at.text(7);
    found.row.labels = at.is_null(8) ? "{}" : std::string(at.text(8));
    RowText::take_quality(found.row.labels, found.row.signals, found.row.quality);
    set_position(found);
    return found;
  }

  Result<std::vector<HistoryRow>> latest() {
    if (Status loaded = load_names(); !loaded) return loaded.fault();
    Result<Statement> all = database_.prepare(
        "SELECT stream, time_ns, can_id, origin, seq, idx, data, signals, labels FROM latest");
    if (!all) return all.fault();
    int code = all->step();
    for (; code == SQLITE_ROW; code = all->step()) {
      if (streams_.contains(all->integer(0))) found_.push_back(read_row(*all));
    }
    if (code != SQLITE_DONE) return database_.fault("cannot read the latest rows");
    return ascending();
  }

 private:
  Status load_streams() {
    Result<Statement> all = database_.prepare("SELECT id, channel, message, can_id, signals FROM stream");
    if (!all) return all.status();
    int code = all->step();
    for (; code == SQLITE_ROW; code = all->step()) {
      StreamNames names{std::string(all->text(1)), std::string(all->text(2)), {}};
      if (!all->is_null(3)) names.can_id = static_cast<std::uint32_t>(all->integer(3));
      if (wanted_message(query_, names) && wanted_signal(query_, all->text(4))) {
        wanted_.push_back(all->integer(0));
      }
      streams_.emplace(all->integer(0), std::move(names));
    }
    return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the streams");
  }

  // Those that touch the range, newest first.
  Result<std::vector<Part>> load_parts() {
    Result<Statement> all = database_.prepare(
        "SELECT id, first_ns, last_ns, most_tie, closed, packed FROM partition "
        "WHERE rows > 0 AND last_ns >= ? AND first_ns < ? ORDER BY last_ns DESC");
    if (!all) return all.fault();
    all->bind(1, range_.since);
    all->bind(2, range_.until);
    std::vector<Part> parts;
    int code = all->step();
    for (; code == SQLITE_ROW; code = all->step()) {
      parts.push_back({all->integer(0), all->integer(1), all->integer(2), all->integer(3),
                       all->integer(4) != 0, all->integer(5) != 0});
    }
    if (code != SQLITE_DONE) return database_.fault("cannot read the partitions");
    return parts;
  }

  Status read_part(const Part& part) {
    if (part.packed) return read_packed(part);
    if (wanted_.size() == streams_.size()) return read(part, "");
    if (part.closed && wanted_.size() <= kIndexedStreams) {
      for (const std::int64_t stream : wanted_) {
        if (Status done = read(part, " AND stream=" + std::to_string(stream)); !done) return done;
      }
      return {};
    }
    std::string list;
    for (const std::int64_t stream : wanted_) list += (list.empty() ? "" : ",") + std::to_string(stream);
    return read(part, " AND +stream IN (" + list + ")");
  }

  // The newest rows of the partition, at most `limit_` that count.
  Status read(const Part& part, const std::string& condition) {
    Result<Statement> rows = database_.prepare(
        "SELECT stream, key - tie, can_id, origin, seq, idx, data, signals, labels FROM " +
        rows_table(part.id) + " WHERE key >= ?1 AND key <= ?2 AND key - tie >= ?1 AND key - tie < ?3" +
        condition + " ORDER BY key DESC");
    if (!rows) return rows.status();
    rows->bind(1, std::max(range_.since, part.first_ns));
    rows->bind(2, std::min(range_.until - 1, part.last_ns) + part.most_tie);
    rows->bind(3, range_.until);
    std::size_t taken = 0;
    int code = rows->step();
    for (; code == SQLITE_ROW; code = rows->step()) {
      if (take(*rows) && ++taken == limit_) return {};
    }
    return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the rows");
  }

  Status read_packed(const Part& part) {
    PackedReader reader(database_, part.id);
    const PackedRange range{std::max(range_.since, part.first_ns), std::min(range_.until - 1, part.last_ns)};
    return reader.newest(range, limit_, wanted_, [this](const PackedRow& at) { return take(at); });
  }

  bool take(const PackedRow& at) {
    if (!streams_.contains(at.stream)) return false;
    const StreamNames& names = streams_.at(at.stream);
    Found found;
    found.row.time = {at.chunk.values.time_ns()[at.row]};
    found.row.channel = names.channel;
    found.row.message = names.message;
    found.row.id = names.can_id;
    if (!at.chunk.can_id.empty()) found.row.id = static_cast<std::uint32_t>(at.chunk.can_id[at.row]);
    found.origin = at.origin;
    found.seq = at.chunk.seq[at.row];
    found.index = at.chunk.record[at.row];
    const std::string_view data = at.chunk.data(at.row);
    found.row.data.assign(data.begin(), data.end());
    at.text.signals(found.row.signals, at.chunk.values, at.row);
    at.text.labels(found.row.labels, at.chunk.values, at.row);
    if (found.row.labels.empty()) found.row.labels = "{}";
    RowText::take_quality(found.row.labels, found.row.signals, found.row.quality);
    set_position(found);
    return take(std::move(found));
  }

  void set_position(Found& found) const {
    const auto epoch = epochs_.find(found.origin);
    found.row.position = std::to_string(epoch == epochs_.end() ? 0 : epoch->second) + "/" +
                         std::to_string(found.seq) + "/" + std::to_string(found.index);
  }

  bool take(const Statement& at) { return streams_.contains(at.integer(0)) && take(read_row(at)); }

  bool take(Found found) {
    if (!query_.signal.empty()) {
      found.row.signals = cut_object(found.row.signals, query_.signal);
      if (!found.row.quality.empty()) found.row.quality = cut_object(found.row.quality, query_.signal);
      if (found.row.quality == "{}") found.row.quality.clear();
      if (found.row.signals == "{}" && found.row.quality.empty()) return false;
      found.row.labels = cut_object(found.row.labels, query_.signal);
    }
    found_.push_back(std::move(found));
    return true;
  }

  void cut() {
    std::sort(found_.begin(), found_.end(),
              [](const Found& a, const Found& b) { return a.order() > b.order(); });
    if (found_.size() > limit_) found_.resize(limit_);
  }

  std::vector<HistoryRow> ascending() {
    std::sort(found_.begin(), found_.end(),
              [](const Found& a, const Found& b) { return a.order() < b.order(); });
    std::vector<HistoryRow> rows;
    rows.reserve(found_.size());
    for (Found& found : found_) rows.push_back(std::move(found.row));
    return rows;
  }

  Database& database_;
  const HistoryQuery& query_;
  const Range range_;
  const std::size_t limit_;
  std::map<std::int64_t, StreamNames> streams_;
  std::map<std::int64_t, std::int64_t> epochs_;
  std::vector<std::int64_t> wanted_;  // streams that can have rows that are asked for
  std::vector<Found> found_;          // descending after cut()
};

}  // namespace

Result<std::vector<HistoryRow>> History::rows(const HistoryQuery& query) {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  return Question(lease->database(), query).rows();
}

Result<std::vector<HistoryRow>> History::latest() {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  return Question(lease->database(), {}).latest();
}

Result<std::vector<GapRecord>> History::gaps(std::optional<WallTime> since, std::optional<WallTime> until,
                                             std::size_t limit) {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  Result<Statement> all = lease->database().prepare(
      "SELECT from_ns, to_ns, reason, place, count FROM gap WHERE to_ns >= ? AND from_ns < ? "
      "ORDER BY from_ns DESC, id DESC LIMIT ?");
  if (!all) return all.fault();
  const Range range = range_of(since, until);
  all->bind(1, range.since);
  all->bind(2, range.until);
  all->bind(3, static_cast<std::int64_t>(std::min(limit, kMostAnswers)));
  std::vector<GapRecord> gaps;
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    GapRecord gap;
    gap.from = {all->integer(0)};
    gap.to = {all->integer(1)};
    gap.reason = static_cast<GapReason>(all->integer(2));
    gap.where = all->text(3);
    if (!all->is_null(4)) gap.count = static_cast<std::uint64_t>(all->integer(4));
    gaps.push_back(std::move(gap));
  }
  if (code != SQLITE_DONE) return lease->database().fault("cannot read the gaps");
  std::reverse(gaps.begin(), gaps.end());
  return gaps;
}

Result<std::vector<SignalName>> History::signals() {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  Result<Statement> all =
      lease->database().prepare("SELECT channel, message, signals FROM stream ORDER BY channel, message");
  if (!all) return all.fault();
  std::vector<SignalName> names;
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    Members members(all->text(2));
    while (const auto member = members.next()) {
      names.push_back({std::string(all->text(0)), std::string(all->text(1)), unquote(member->key),
                       unquote(member->value)});
    }
  }
  if (code != SQLITE_DONE) return lease->database().fault("cannot read the streams");
  return names;
}

Result<Series> History::series(const SeriesQuery& query) {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  return read_series(lease->database(), query);
}

Result<HistoryStats> History::stats() {
  Result<ReadPool::Lease> lease = pool_.lease();
  if (!lease) return lease.fault();
  Result<Statement> sums = lease->database().prepare(
      "SELECT sum(rows), min(first_ns), max(last_ns) FROM partition WHERE rows > 0");
  if (!sums) return sums.fault();
  if (sums->step() != SQLITE_ROW) return lease->database().fault("cannot read the partitions");
  HistoryStats stats;
  stats.rows = static_cast<std::uint64_t>(sums->integer(0));
  if (!sums->is_null(1)) stats.oldest = WallTime{sums->integer(1)};
  if (!sums->is_null(2)) stats.newest = WallTime{sums->integer(2)};
  for (const char* part : {"", "-wal"}) {
    std::error_code missing;
    const std::uintmax_t bytes = std::filesystem::file_size(pool_.path() + part, missing);
    if (!missing) stats.bytes += bytes;
  }
  return stats;
}

}  // namespace cantrail::sqlite
