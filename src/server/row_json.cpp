#include "server/row_json.hpp"

#include "base/text.hpp"
#include "model/frame.hpp"
#include "server/exact_integers.hpp"

namespace cantrail::server {
namespace {

void write_source(encode::JsonWriter& json, const std::string& channel, const std::string& message,
                  std::optional<std::uint32_t> id) {
  json.key("channel");
  channel.empty() ? json.null() : json.string(channel);
  json.key("message");
  json.string(message);
  json.key("id");
  id ? json.unsigned_integer(*id & kIdExtendedMask) : json.null();
  json.key("extended");
  json.boolean(id && (*id & kIdExtended) != 0);
}

// Only where some signal is absent for a reason worth telling.
void write_quality(encode::JsonWriter& json, const std::string& quality) {
  if (quality.empty()) return;
  json.key("quality");
  json.raw(quality);
}

}  // namespace

void write_time(encode::JsonWriter& json, std::string_view key, WallTime time) {
  json.key(key);
  json.string(to_rfc3339(time));
  json.key(std::string(key) + "_ns");
  json.string(std::to_string(time.ns));
}

void write_earlier(encode::JsonWriter& json, const std::vector<EarlierSignal>& signals,
                   const ClockPair& now) {
  if (signals.empty()) return;
  json.key("earlier");
  json.begin_object();
  for (const EarlierSignal& signal : signals) {
    json.key(signal.name);
    json.begin_object();
    json.key("value");
    json.raw(signal.value);
    if (!signal.label.empty()) {
      json.key("label");
      json.string(signal.label);
    }
    write_time(json, "time", signal.time);
    json.key("age_ms");
    json.integer(std::max(now.mono - signal.seen, Duration(0)) / std::chrono::milliseconds(1));
    json.end_object();
  }
  json.end_object();
}

void write_row(encode::JsonWriter& json, const LatestRow& row, const ClockPair& now, bool with_units) {
  json.begin_object();
  write_source(json, row.channel, row.message, row.id);
  write_time(json, "time", row.time);
  json.key("age_ms");
  json.integer(age_of(row, now) / std::chrono::milliseconds(1));
  json.key("stale_after_ms");
  json.unsigned_integer(row.stale_after_ms);
  json.key("stale");
  json.boolean(is_stale(row, now));
  json.key("rows");
  json.unsigned_integer(row.rows);
  json.key("data");
  json.string(to_hex(row.data));
  json.key("signals");
  json.raw(row.signals.empty() ? "{}" : row.signals);
  json.key("labels");
  json.raw(row.labels.empty() ? "{}" : row.labels);
  write_quality(json, row.quality);
  write_earlier(json, row.earlier, now);
  if (with_units && row.units) {
    json.key("units");
    json.raw(*row.units);
  }
  json.end_object();
}

void write_row(encode::JsonWriter& json, const HistoryRow& row) {
  json.begin_object();
  write_source(json, row.channel, row.message, row.id);
  write_time(json, "time", row.time);
  json.key("position");
  json.string(row.position);
  json.key("data");
  json.string(to_hex(row.data));
  std::string exact;
  append_exact_json(exact, row.signals);
  json.key("signals");
  json.raw(exact.empty() ? "{}" : exact);
  json.key("labels");
  json.raw(row.labels.empty() ? "{}" : row.labels);
  write_quality(json, row.quality);
  json.end_object();
}

void write_gap(encode::JsonWriter& json, const GapRecord& gap) {
  json.begin_object();
  write_time(json, "from", gap.from);
  write_time(json, "to", gap.to);
  json.key("reason");
  json.string(to_string(gap.reason));
  json.key("where");
  json.string(gap.where);
  json.key("count");
  gap.count ? json.unsigned_integer(*gap.count) : json.null();
  json.end_object();
}

bool RowFilter::takes(const LatestRow& row) const {
  if (!channel.empty() && !glob_match(channel, row.channel)) return false;
  return message.empty() || glob_match(message, row.message) ||
         (!row.channel.empty() && glob_match(message, row.channel + ":" + row.message));
}

}  // namespace cantrail::server
