#include "server/live_feed.hpp"

#include <limits>

#include "server/status_json.hpp"

namespace cantrail::server {

std::optional<std::string> LiveFeed::message(std::string_view type, const std::vector<LatestRow>& rows,
                                             const ClockPair& now, bool even_if_empty) {
  std::string out;
  bool any = false;
  encode::JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("type");
  json.string(type);
  if (!id_.empty()) {
    json.key("id");
    json.raw(id_);
  }
  write_time(json, "time", now.wall);
  json.key("rows");
  json.begin_array();
  for (const LatestRow& row : rows) {
    const auto selected = selection_.select(row);
    if (!selected) continue;
    any = true;
    write_row(json, *selected, now, row.units && known_units_.insert(row.units).second);
  }
  json.end_array();
  json.end_object();
  return any || even_if_empty ? std::optional(std::move(out)) : std::nullopt;
}

LiveState::Changes LiveFeed::rows_since(std::uint64_t version, std::size_t most) const {
  return state_->since(version, most, [this](const LatestRow& row) { return selection_.concerns(row); });
}

std::string LiveFeed::snapshot(const ClockPair& now) {
  const LiveState::Changes all = rows_since(0, std::numeric_limits<std::size_t>::max());
  version_ = all.version;
  return *message("snapshot", all.rows, now, true);
}

std::optional<std::string> LiveFeed::changes(const ClockPair& now) {
  const LiveState::Changes changes = rows_since(version_, kMostRows);
  version_ = changes.version;
  if (changes.rows.empty()) return std::nullopt;
  return message("changes", changes.rows, now, false);
}

std::string live_status(Api& api) {
  constexpr std::size_t kRecentGaps = 20;
  return "{\"type\":\"status\",\"status\":" +
         status_json(api.status(), api.process(), clock_trust(), kRecentGaps) + "}";
}

}  // namespace cantrail::server
