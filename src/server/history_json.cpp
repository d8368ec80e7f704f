// Answers from the history: rows and gaps of a range of time.
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"
#include "server/unknown_name.hpp"

namespace cantrail::server {
namespace {

constexpr std::uint64_t kStandardLimit = 1000;
constexpr std::uint64_t kMostRows = 10'000;
constexpr int kMostPages = 16;  // of kMostRows, that a thinned answer may read
constexpr Duration kLongestLast = std::chrono::hours(24) * 366 * 10;
constexpr Duration kMostReading = std::chrono::seconds(2);

Response no_answer(const Fault& fault) {
  return problem(fault.kind == FaultKind::config ? 400 : 503,
                 "the history does not answer: " + fault.message);
}

struct Rows {
  std::vector<HistoryRow> rows;
  bool more = false;  // the limit left out older ones
};

// One row more than asked for tells whether there are more.
Result<Rows> read_all(HistoryReader& reader, HistoryQuery query) {
  const std::size_t limit = query.limit++;
  auto rows = reader.rows(query);
  if (!rows) return rows.fault();
  Rows out{std::move(*rows), false};
  if (out.rows.size() > limit) {
    out.rows.erase(out.rows.begin(), out.rows.end() - static_cast<std::ptrdiff_t>(limit));
    out.more = true;
  }
  return out;
}

// Of each stream the last row of each `every`, so that a chart of ten minutes needs no hundred thousand rows.
// Reads backwards in pages.
Result<Rows> read_thinned(HistoryReader& reader, HistoryQuery query, Duration every, const Clock& clock) {
  const MonoTime deadline = clock.mono() + kMostReading;
  const std::size_t limit = query.limit;
  query.limit = kMostRows;
  std::map<std::string, std::int64_t> last_slot;
  Rows out;
  for (int page = 0; page < kMostPages; ++page) {
    auto rows = reader.rows(query);
    if (!rows) return rows.fault();
    for (auto row = rows->rbegin(); row != rows->rend() && out.rows.size() <= limit; ++row) {
      const std::int64_t slot = row->time.ns / every.count();
      const auto [at, first] = last_slot.try_emplace(row->channel + ":" + row->message, slot);
      if (!first && at->second == slot) continue;
      at->second = slot;
      out.rows.push_back(std::move(*row));
    }
    out.more = rows->size() == kMostRows || out.rows.size() > limit;
    if (!out.more || out.rows.size() > limit || clock.mono() > deadline) break;
    // Rows of one moment may be on both sides of the page's edge; those read twice fall into their slot.
    const bool one_moment = rows->front().time == rows->back().time;
    query.until = WallTime{rows->front().time.ns + (one_moment ? 0 : 1)};
  }
  if (out.rows.size() > limit) out.rows.resize(limit);
  std::reverse(out.rows.begin(), out.rows.end());
  return out;
}

Response rows_response(const Rows& rows) {
  Response response;
  encode::JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("more");
  json.boolean(rows.more);
  json.key("rows");
  json.begin_array();
  for (const HistoryRow& row : rows.rows) write_row(json, row);
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

// Only where there is no row: a name that the history alone knows has some.
std::optional<Response> names_nothing(const HistoryQuery& query, const Api& api, HistoryReader& reader) {
  if (query.message.empty() && query.signal.empty()) return std::nullopt;
  const auto stored = reader.signals();
  if (!stored) return no_answer(stored.fault());
  const CatalogPtr catalog = api.node().catalog();
  if (auto unknown = unknown_message(query.message, catalog.get(), *stored)) return unknown;
  return unknown_signal(query.signal, catalog.get(), *stored);
}

// Where no store keeps gaps, the newest that the node remembers.
Result<std::vector<GapRecord>> find_gaps(const Api& api, const HistoryQuery& range) {
  if (const auto reader = api.node().history()) return reader->gaps(range.since, range.until, range.limit);
  std::vector<GapRecord> gaps;
  for (const GapRecord& gap : api.status().gaps.recent) {
    if (range.since && gap.to < *range.since) continue;
    if (range.until && gap.from >= *range.until) continue;
    gaps.push_back(gap);
  }
  if (gaps.size() > range.limit)
    gaps.erase(gaps.begin(), gaps.end() - static_cast<std::ptrdiff_t>(range.limit));
  return gaps;
}

// since or last, until and limit, as both answers take them. `last` counts back from until, else from now.
HistoryQuery read_range(QueryReader& query, const Clock& clock) {
  HistoryQuery range;
  range.since = query.time("since");
  range.until = query.time("until");
  range.limit = query.count("limit", kStandardLimit, 1, kMostRows);
  if (const auto last = query.duration("last", std::chrono::milliseconds(1), kLongestLast)) {
    if (range.since) query.refuse("last", "last and since both say where the range begins; give one of them");
    range.since = range.until.value_or(clock.wall()) - *last;
  }
  if (range.since && range.until && *range.until < *range.since) {
    query.refuse("until", "until lies before since");
  }
  return range;
}

}  // namespace

Response answer_state_history(Api& api, const Request& request) {
  QueryReader query(request);
  HistoryQuery wanted = read_range(query, api.clock());
  wanted.message = query.text("message");
  wanted.signal = query.text("signal");
  const auto every = query.duration("every", std::chrono::milliseconds(1), std::chrono::hours(24));
  if (auto wrong = query.problem()) return *wrong;
  const auto reader = api.node().history();
  if (reader == nullptr) {
    return problem(503, "no history is kept; configure a [sink.NAME] with type = \"sqlite\"");
  }
  const auto rows = every ? read_thinned(*reader, wanted, *every, api.clock()) : read_all(*reader, wanted);
  if (!rows) return no_answer(rows.fault());
  if (rows->rows.empty()) {
    if (auto unknown = names_nothing(wanted, api, *reader)) return *unknown;
  }
  return rows_response(*rows);
}

Response answer_gaps(Api& api, const Request& request) {
  QueryReader query(request);
  const HistoryQuery range = read_range(query, api.clock());
  if (auto wrong = query.problem()) return *wrong;
  const auto gaps = find_gaps(api, range);
  if (!gaps) return no_answer(gaps.fault());
  Response response;
  encode::JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("gaps");
  json.begin_array();
  for (const GapRecord& gap : *gaps) write_gap(json, gap);
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
