#include "server/live_feed.hpp"

#include <algorithm>
#include <limits>

#include "server/status_json.hpp"

namespace cantrail::server {

std::string LiveFeed::message(std::string_view type, const std::vector<LatestRow>& rows,
                              const ClockPair& now) {
  std::string out;
  encode::JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("type");
  json.string(type);
  write_time(json, "time", now.wall);
  json.key("rows");
  json.begin_array();
  for (const LatestRow& row : rows) {
    if (!filter_.takes(row)) continue;
    write_row(json, row, now, row.units && known_units_.insert(row.units).second);
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string LiveFeed::snapshot(const ClockPair& now) {
  const LiveState::Changes all = state_.since(0, std::numeric_limits<std::size_t>::max());
  version_ = all.version;
  return message("snapshot", all.rows, now);
}

std::optional<std::string> LiveFeed::changes(const ClockPair& now) {
  const LiveState::Changes changes = state_.since(version_, kMostRows);
  version_ = changes.version;
  const bool any = std::any_of(changes.rows.begin(), changes.rows.end(),
                               [this](const LatestRow& row) { return filter_.takes(row); });
  if (!any) return std::nullopt;
  return message("changes", changes.rows, now);
}

std::string live_status(Api& api) {
  constexpr std::size_t kRecentGaps = 20;
  return "{\"type\":\"status\",\"status\":" + status_json(api.status(), api.process(), kRecentGaps) + "}";
}

}  // namespace cantrail::server
