#include "server/status_json.hpp"

#include <algorithm>

#include "encode/json_writer.hpp"
#include "server/reload_json.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {
namespace {

using encode::JsonWriter;

void number(JsonWriter& json, std::string_view key, std::uint64_t value) {
  json.key(key);
  json.unsigned_integer(value);
}

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.string(value);
}

void time_or_null(JsonWriter& json, std::string_view key, const std::optional<WallTime>& time) {
  json.key(key);
  time ? json.string(to_rfc3339(*time)) : json.null();
}

void position_or_null(JsonWriter& json, std::string_view key, const std::optional<Position>& position) {
  json.key(key);
  position ? json.string(to_string(*position)) : json.null();
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void write_ledger(JsonWriter& json, std::string_view key, const Ledger& ledger) {
  json.key(key);
  json.begin_object();
  number(json, "received", ledger.received);
  number(json, "delivered", ledger.delivered);
  number(json, "filtered", ledger.filtered);
  number(json, "undecoded", ledger.undecoded);
  number(json, "superseded", ledger.superseded);
  number(json, "rejected", ledger.rejected);
  number(json, "dropped", ledger.dropped);
  number(json, "pending", ledger.pending);
  json.key("balances");
  json.boolean(ledger.balances());
  json.end_object();
}

void write_source(JsonWriter& json, const SourceStatus& source) {
  json.begin_object();
  text(json, "name", source.name);
  text(json, "type", source.type);
  text(json, "state", to_string(source.state));
  text(json, "message", source.message);
  text(json, "hint", source.hint);
  number(json, "records", source.records);
  number(json, "gaps", source.gaps);
  number(json, "lost", source.lost);
  time_or_null(json, "last_record", source.last_record);
  json.end_object();
}

// How long ago what a store takes now came in; null: nothing was taken since the start.
void write_behind(JsonWriter& json, const LaneStatus& lane, WallTime now) {
  json.key("behind_ms");
  if (lane.ledger.pending == 0) {
    json.integer(0);
  } else if (lane.written_until) {
    json.integer(std::max<std::int64_t>(0, now.ns - lane.written_until->ns) / 1'000'000);
  } else {
    json.null();
  }
}

void write_check(JsonWriter& json, const std::optional<StoreCheck>& check) {
  json.key("check");
  if (!check) return json.null();
  json.begin_object();
  json.key("ended");
  json.boolean(check->ended);
  number(json, "checked_bytes", check->checked_bytes);
  text(json, "damage", check->damage);
  json.end_object();
}

void write_lane(JsonWriter& json, const LaneStatus& lane, WallTime now) {
  json.begin_object();
  text(json, "name", lane.name);
  text(json, "type", lane.type);
  json.key("durable");
  json.boolean(lane.durable);
  text(json, "state", to_string(lane.state));
  text(json, "message", lane.message);
  position_or_null(json, "cursor", lane.cursor);
  if (lane.durable) write_behind(json, lane, now);
  if (lane.durable) write_check(json, lane.check);
  number(json, "queued_bytes", lane.queued_bytes);
  json.key("written_bytes_per_day");
  lane.written_bytes_per_day ? json.unsigned_integer(*lane.written_bytes_per_day) : json.null();
  write_ledger(json, "ledger", lane.ledger);
  write_ledger(json, "earlier", lane.earlier);
  json.end_object();
}

void write_journal(JsonWriter& json, const NodeStatus& status) {
  const JournalStats& journal = status.journal;
  json.key("journal");
  json.begin_object();
  text(json, "id", to_string(status.journal_id));
  json.key("ok");
  json.boolean(status.journal_ok);
  text(json, "message", status.journal_message);
  number(json, "bytes", journal.bytes);
  number(json, "cap_bytes", journal.cap_bytes);
  json.key("disk_free_bytes");
  status.disk_free_bytes ? json.unsigned_integer(*status.disk_free_bytes) : json.null();
  number(json, "segments", journal.segments);
  number(json, "appended_batches", journal.appended_batches);
  number(json, "appended_records", journal.appended_records);
  number(json, "appended_bytes", journal.appended_bytes);
  number(json, "written_bytes", journal.written_bytes);
  json.key("written_bytes_per_day");
  const auto& per_day = status.journal_written_bytes_per_day;
  per_day ? json.unsigned_integer(*per_day) : json.null();
  json.key("holds_s");
  const auto holds = journal_holds(status);
  holds ? json.number(milliseconds(*holds) / 1000) : json.null();
  number(json, "syncs", journal.syncs);
  number(json, "sync_failures", journal.sync_failures);
  json.key("last_sync_ms");
  json.number(milliseconds(journal.last_sync_took));
  json.key("unsynced_age_ms");
  json.number(milliseconds(status.unsynced_age));
  position_or_null(json, "oldest", journal.oldest);
  time_or_null(json, "oldest_time", journal.oldest_time);
  text(json, "head", to_string(journal.head));
  text(json, "synced", to_string(status.synced));
  number(json, "torn_bytes", journal.torn_bytes);
  number(json, "damaged_places", journal.damaged_places);
  number(json, "damaged_bytes", journal.damaged_bytes);
  json.end_object();
}

void write_alarms(JsonWriter& json, const std::vector<Alarm>& alarms) {
  json.key("alarms");
  json.begin_array();
  for (const Alarm& alarm : alarms) {
    json.begin_object();
    text(json, "name", alarm.name);
    text(json, "message", alarm.message);
    time_or_null(json, "since", alarm.since);
    json.end_object();
  }
  json.end_array();
}

void write_gaps(JsonWriter& json, const GapSummary& gaps, std::size_t recent) {
  json.key("gaps");
  json.begin_object();
  number(json, "count", gaps.count);
  json.key("recent");
  json.begin_array();
  const std::size_t first = gaps.recent.size() - std::min(recent, gaps.recent.size());
  for (std::size_t i = first; i < gaps.recent.size(); ++i) write_gap(json, gaps.recent[i]);
  json.end_array();
  json.end_object();
}

void write_clock(JsonWriter& json, const ClockTrust& clock, const ClockSteps& steps) {
  json.key("clock");
  json.begin_object();
  json.key("synchronised");
  json.boolean(clock.synchronised);
  json.key("error_ms");
  clock.error_ms ? json.number(*clock.error_ms) : json.null();
  number(json, "steps", steps.count);
  json.key("last_steps");
  json.begin_array();
  for (const ClockStep& step : steps.recent) {
    json.begin_object();
    json.key("from");
    json.string(to_rfc3339(step.from));
    json.key("to");
    json.string(to_rfc3339(step.to));
    json.key("by_ms");
    json.number(std::chrono::duration<double, std::milli>(step.by()).count());
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_process(JsonWriter& json, const NodeStatus& status, const ProcessSample& process) {
  json.key("pool");
  json.begin_object();
  number(json, "used_bytes", status.pool_used_bytes);
  number(json, "limit_bytes", status.pool_limit_bytes);
  json.end_object();
  json.key("blobs");
  json.begin_object();
  number(json, "count", status.blobs.blobs);
  number(json, "bytes", status.blobs.bytes);
  number(json, "cap_bytes", status.blobs.cap_bytes);
  json.end_object();
  json.key("process");
  json.begin_object();
  json.key("cpu_seconds");
  json.number(process.cpu_seconds);
  json.key("cpu_percent");
  json.number(process.cpu_percent);
  number(json, "rss_bytes", process.rss_bytes);
  json.end_object();
}

}  // namespace

std::string status_json(const NodeStatus& status, const ProcessSample& process, const ClockTrust& clock,
                        std::size_t recent_gaps) {
  std::string out;
  JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  text(json, "node", status.node);
  text(json, "version", status.version);
  write_time(json, "time", status.now.wall);
  time_or_null(json, "started", status.started.wall);
  json.key("uptime_s");
  json.number(milliseconds(status.now.mono - status.started.mono) / 1000);
  number(json, "epoch", status.epoch);
  json.key("ready");
  json.boolean(status.ready);
  number(json, "received", status.received);
  json.key("balances");
  json.boolean(std::all_of(status.lanes.begin(), status.lanes.end(),
                           [](const LaneStatus& lane) { return lane.ledger.balances(); }));
  if (status.filled_in) {
    json.key("filled_in");
    json.begin_object();
    json.key("from_ms");
    json.integer(status.filled_in->from.ns / 1'000'000);
    json.key("to_ms");
    json.integer(status.filled_in->to.ns / 1'000'000);
    json.end_object();
  }
  json.key("sources");
  json.begin_array();
  for (const SourceStatus& source : status.sources) write_source(json, source);
  json.end_array();
  json.key("lanes");
  json.begin_array();
  for (const LaneStatus& lane : status.lanes) write_lane(json, lane, status.now.wall);
  json.end_array();
  write_journal(json, status);
  write_alarms(json, status.alarms);
  write_gaps(json, status.gaps, recent_gaps);
  write_clock(json, clock, status.clock_steps);
  json.key("reload");
  status.reload ? write_reload(json, *status.reload, status.reloads) : json.null();
  write_process(json, status, process);
  json.end_object();
  return out;
}

std::vector<std::string> reasons_not_ready(const NodeStatus& status) {
  std::vector<std::string> reasons;
  const auto add = [&](std::string_view kind, const std::string& name, std::string_view state,
                       const std::string& message) {
    reasons.push_back(std::string(kind) + " " + name + " is " + std::string(state) +
                      (message.empty() ? "" : ": " + message));
  };
  for (const SourceStatus& source : status.sources) {
    if (source.state == SourceState::opening || source.state == SourceState::waiting ||
        source.state == SourceState::failed) {
      add("source", source.name, to_string(source.state), source.message);
    }
  }
  for (const LaneStatus& lane : status.lanes) {
    if (lane.state == LaneState::backing_off || lane.state == LaneState::failed) {
      add("lane", lane.name, to_string(lane.state), lane.message);
    }
  }
  if (!status.journal_ok) reasons.push_back("the journal cannot be written: " + status.journal_message);
  return reasons;
}

}  // namespace cantrail::server
