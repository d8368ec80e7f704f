// One signal over a range of time, for charts.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

constexpr std::uint64_t kStandardPoints = 500, kLeastPoints = 10, kMostPoints = 5000;
constexpr std::size_t kMostGaps = 1000;
constexpr Duration kStandardRange = std::chrono::minutes(10);
constexpr Duration kMostRange = std::chrono::hours(24 * 366 * 100);

std::string full_name(const SignalName& name) {
  return (name.channel.empty() ? "" : name.channel + ":") + name.message + "." + name.signal;
}

bool is_number(FieldType type) {
  return type != FieldType::text && type != FieldType::blob;
}

// What the history holds, and what the catalog could bring.
Result<std::vector<SignalName>> all_signals(const Api& api, HistoryReader& reader) {
  auto names = reader.signals();
  if (!names) return names;
  const CatalogPtr catalog = api.node().catalog();
  if (!catalog) return names;
  std::vector<std::string> known;
  for (const SignalName& name : *names) known.push_back(full_name(name));
  std::ranges::sort(known);
  for (StreamId id = 0; id < catalog->streams.size(); ++id) {
    const StreamInfo& stream = catalog->streams[id];
    if (stream.replaced) continue;
    const bool bus = stream.channel.has_value();
    const std::string channel = bus ? catalog->channels[*stream.channel].alias
                                : stream.source < catalog->sources.size()
                                    ? catalog->sources[stream.source].name
                                    : std::string();
    for (const FieldSchema& field : stream.row->fields) {
      SignalName name{channel, stream.row->name, field.name, field.unit};
      if (is_number(field.type) && !std::ranges::binary_search(known, full_name(name))) {
        names->push_back(std::move(name));
      }
    }
  }
  return names;
}

// Full names of what was named by its message or by its signal alone: "a, b"; empty: nothing is called so.
std::string in_part(const std::string& asked, const std::vector<SignalName>& names) {
  constexpr std::size_t kMost = 5;
  const auto same = [](const std::string& a, const std::string& b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
  };
  std::string all;
  std::size_t count = 0;
  for (const SignalName& name : names) {
    if (!same(asked, name.message) && !same(asked, name.signal) &&
        !same(asked, name.channel + ":" + name.message)) {
      continue;
    }
    if (++count > kMost) return all + ", …";
    all += (all.empty() ? "" : ", ") + printable(full_name(name));
  }
  return all;
}

std::optional<Response> not_one(const std::string& asked, const std::vector<SignalName>& names,
                                const std::vector<SignalName>& found) {
  if (found.size() == 1) return std::nullopt;
  if (found.empty()) {
    std::vector<std::string> candidates;
    candidates.reserve(names.size());
    for (const SignalName& name : names) {
      candidates.push_back(asked.find(':') == std::string::npos ? name.message + "." + name.signal
                                                                : full_name(name));
    }
    const auto near = nearest(asked, candidates);
    const std::string meant = near ? *near : in_part(asked, names);
    return problem(404, "there is no signal " + printable(asked) +
                            (meant.empty() ? "" : "; did you mean " + meant + "?") +
                            " (/api/signals lists them)");
  }
  std::string all;
  for (const SignalName& name : found) all += (all.empty() ? "" : ", ") + printable(full_name(name));
  return bad_parameter("signal", "signal " + printable(asked) + " is one of several: " + all);
}

// Milliseconds since 1970: whole ones, but for single values between two of them.
void write_ms(encode::JsonWriter& json, WallTime time) {
  if (time.ns % 1'000'000 == 0) {
    json.integer(time.ns / 1'000'000);
  } else {
    json.number(std::round(static_cast<double>(time.ns) / 1e3) / 1e3);
  }
}

template <class Write>
void write_column(encode::JsonWriter& json, std::string_view key, const Series& series, Write write) {
  json.key(key);
  json.begin_array();
  for (const SeriesPoint& point : series.points) write(point);
  json.end_array();
}

// Of another channel, or of a source that has channels, and not this one.
bool is_of_another_bus(const std::string& where, const std::string& channel, const Catalog* catalog) {
  if (catalog == nullptr || where == channel) return false;
  const auto is_its = [&](const ChannelInfo& one) {
    return one.source < catalog->sources.size() && catalog->sources[one.source].name == where;
  };
  const auto is_channel = [&](const ChannelInfo& one) { return one.alias == where; };
  if (std::ranges::any_of(catalog->channels, is_channel)) return true;
  return std::ranges::any_of(catalog->channels, is_its) &&
         std::ranges::none_of(catalog->channels,
                              [&](const ChannelInfo& one) { return is_its(one) && one.alias == channel; });
}

// Those that can have cost values of this signal: of its channel, or of no single one.
void write_gaps(encode::JsonWriter& json, const std::vector<GapRecord>& gaps, const std::string& channel,
                const std::vector<SignalName>& names, const Catalog* catalog) {
  json.key("gaps");
  json.begin_array();
  for (const GapRecord& gap : gaps) {
    const auto of_gap = [&gap](const SignalName& name) { return name.channel == gap.where; };
    const bool is_elsewhere =
        std::ranges::any_of(names, of_gap) || is_of_another_bus(gap.where, channel, catalog);
    if (gap.where != channel && is_elsewhere) continue;
    json.begin_object();
    json.key("from_ms");
    write_ms(json, gap.from);
    json.key("to_ms");
    write_ms(json, gap.to);
    json.key("reason");
    json.string(to_string(gap.reason));
    json.key("where");
    json.string(gap.where);
    json.key("count");
    gap.count ? json.unsigned_integer(*gap.count) : json.null();
    json.end_object();
  }
  json.end_array();
}

void write_series(encode::JsonWriter& json, const Series& series) {
  json.key("resolution");
  json.string(series.resolution);
  json.key("bucket_ms");
  json.integer(std::chrono::duration_cast<std::chrono::milliseconds>(series.bucket).count());
}

void write_points(encode::JsonWriter& json, const Series& series) {
  write_column(json, "time_ms", series, [&json](const SeriesPoint& point) { write_ms(json, point.time); });
  write_column(json, "min", series, [&json](const SeriesPoint& point) { json.number(point.min); });
  write_column(json, "max", series, [&json](const SeriesPoint& point) { json.number(point.max); });
  write_column(json, "mean", series, [&json](const SeriesPoint& point) { json.number(point.mean); });
  write_column(json, "last", series, [&json](const SeriesPoint& point) { json.number(point.last); });
  write_column(json, "count", series,
               [&json](const SeriesPoint& point) { json.unsigned_integer(point.count); });
}

Response no_answer(const Fault& fault) {
  return problem(503, "the history does not answer: " + fault.message);
}

SeriesQuery read_query(QueryReader& query, std::string& signal, const Clock& clock) {
  SeriesQuery wanted;
  signal = query.text("signal");
  wanted.to = query.time("to").value_or(clock.wall());
  wanted.from = query.time("from").value_or(wanted.to - kStandardRange);
  wanted.points = query.count("points", kStandardPoints, kLeastPoints, kMostPoints);
  if (signal.empty()) query.refuse("signal", "signal is missing: [channel:]Message.signal");
  if (wanted.to < wanted.from) query.refuse("to", "to lies before from");
  const auto span = static_cast<double>(wanted.to.ns) - static_cast<double>(wanted.from.ns);
  if (span > static_cast<double>(kMostRange.count())) query.refuse("from", "from lies too far before to");
  return wanted;
}

}  // namespace

Response answer_series(Api& api, const Request& request) {
  QueryReader query(request);
  std::string asked;
  SeriesQuery wanted = read_query(query, asked, api.clock());
  if (auto wrong = query.problem()) return *wrong;
  const auto reader = api.node().history();
  if (reader == nullptr) {
    return problem(503, "no history is kept; configure a [sink.NAME] with type = \"sqlite\"");
  }
  const auto names = all_signals(api, *reader);
  if (!names) return no_answer(names.fault());
  std::vector<SignalName> found;
  std::ranges::copy_if(*names, std::back_inserter(found), [&asked](const SignalName& name) {
    return asked == full_name(name) || asked == name.message + "." + name.signal;
  });
  if (auto wrong = not_one(asked, *names, found)) return *wrong;
  const SignalName& name = found.front();
  wanted.channel = name.channel;
  wanted.message = name.message;
  wanted.signal = name.signal;
  auto series = reader->series(wanted);
  if (!series && series.fault().kind == FaultKind::config)
    series = Series{name.unit, "raw", {}, {}};  // nothing yet
  if (!series) return no_answer(series.fault());
  const auto gaps = reader->gaps(wanted.from, wanted.to, kMostGaps);
  if (!gaps) return no_answer(gaps.fault());
  Response response;
  encode::JsonWriter json(response.body);
  json.begin_object();
  json.key("signal");
  json.string(full_name(name));
  json.key("unit");
  json.string(series->unit);
  write_series(json, *series);
  json.key("from_ms");
  write_ms(json, wanted.from);
  json.key("to_ms");
  write_ms(json, wanted.to);
  write_points(json, *series);
  write_gaps(json, *gaps, name.channel, *names, api.node().catalog().get());
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
