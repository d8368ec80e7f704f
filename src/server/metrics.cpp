// /metrics in the Prometheus text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#include <array>
#include <map>

#include "encode/number_text.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

struct Tag {
  std::string_view name, value;
};

class Metrics {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void value(double number, std::initializer_list<Tag> tags = {}) {
    begin(tags);
    encode::append_double(out_, number);
    out_ += '\n';
  }
  void count(std::uint64_t number, std::initializer_list<Tag> tags = {}) {
    begin(tags);
    encode::append_unsigned(out_, number);
    out_ += '\n';
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void begin(std::initializer_list<Tag> tags) {
    out_ += name_;
    char separator = '{';
    for (const Tag& tag : tags) {
      out_ += separator;
      out_.append(tag.name).append("=\"");
      for (const char c : tag.value) escape(c);
      out_ += '"';
      separator = ',';
    }
    if (tags.size() != 0) out_ += '}';
    out_ += ' ';
  }
  void escape(char c) {
    if (c == '\\' || c == '"') out_ += '\\';
    out_ += c == '\n' ? "\\n" : std::string(1, c);
  }

  std::string out_;
  std::string_view name_;
};

struct Fate {
  std::string_view name;
  std::uint64_t Ledger::*count;
};

constexpr std::array<Fate, 6> kFates{{{"delivered", &Ledger::delivered},
                                      {"filtered", &Ledger::filtered},
                                      {"undecoded", &Ledger::undecoded},
                                      {"superseded", &Ledger::superseded},
                                      {"rejected", &Ledger::rejected},
                                      {"dropped", &Ledger::dropped}}};

void add_lanes(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_lane_received_records_total", "counter",
                 "Records offered to a lane in this epoch.");
  for (const LaneStatus& lane : status.lanes) metrics.count(lane.ledger.received, {{"lane", lane.name}});
  // A lane takes back what its store lost, so these can fall: gauges, not counters.
  metrics.family("cantrail_lane_records", "gauge", "What became of the records received in this epoch.");
  for (const LaneStatus& lane : status.lanes) {
    for (const Fate& fate : kFates) {
      metrics.count(lane.ledger.*fate.count, {{"lane", lane.name}, {"fate", fate.name}});
    }
    metrics.count(lane.ledger.pending, {{"lane", lane.name}, {"fate", "pending"}});
  }
  metrics.family("cantrail_lane_earlier_records", "gauge",
                 "Records of earlier epochs that a lane caught up on.");
  for (const LaneStatus& lane : status.lanes) {
    for (const Fate& fate : kFates) {
      metrics.count(lane.earlier.*fate.count, {{"lane", lane.name}, {"fate", fate.name}});
    }
  }
  metrics.family("cantrail_lane_balances", "gauge", "1 where received equals the sum of all fates.");
  for (const LaneStatus& lane : status.lanes) metrics.count(lane.ledger.balances(), {{"lane", lane.name}});
  metrics.family("cantrail_store_written_bytes_total", "counter",
                 "Bytes that a store has written to this machine's disks.");
  for (const LaneStatus& lane : status.lanes) {
    if (lane.written_bytes) metrics.count(*lane.written_bytes, {{"sink", lane.name}});
  }
  metrics.family("cantrail_lane_queued_bytes", "gauge", "Memory that a lane's queue holds.");
  for (const LaneStatus& lane : status.lanes) metrics.count(lane.queued_bytes, {{"lane", lane.name}});
  metrics.family("cantrail_lane_state", "gauge", "1 for the state a lane is in.");
  for (const LaneStatus& lane : status.lanes) {
    metrics.count(1, {{"lane", lane.name}, {"type", lane.type}, {"state", to_string(lane.state)}});
  }
}

void add_sources(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_received_records_total", "counter",
                 "Records accepted from all sources in this epoch.");
  metrics.count(status.received);
  metrics.family("cantrail_source_records_total", "counter", "Records from a source in this epoch.");
  for (const SourceStatus& source : status.sources) metrics.count(source.records, {{"source", source.name}});
  metrics.family("cantrail_source_gaps_total", "counter", "Gaps that a source told of.");
  for (const SourceStatus& source : status.sources) metrics.count(source.gaps, {{"source", source.name}});
  metrics.family("cantrail_source_lost_records_total", "counter",
                 "Records known to be lost before a source.");
  for (const SourceStatus& source : status.sources) metrics.count(source.lost, {{"source", source.name}});
  metrics.family("cantrail_source_state", "gauge", "1 for the state a source is in.");
  for (const SourceStatus& source : status.sources) {
    metrics.count(1, {{"source", source.name}, {"type", source.type}, {"state", to_string(source.state)}});
  }
}

void add_transport(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_transport_lost_total", "counter",
                 "Messages of several frames (ISO-TP, J1939) that were not put together, by reason.");
  for (const auto& [channel, losses] : status.transport_losses) {
    for (std::size_t kind = 0; kind < kTransportLosses; ++kind) {
      metrics.count(losses.count[kind],
                    {{"channel", channel}, {"reason", to_string(static_cast<TransportLoss>(kind))}});
    }
  }
}

void add_journal(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_journal_bytes", "gauge", "Size of the journal on disk.");
  metrics.count(status.journal.bytes);
  metrics.family("cantrail_journal_cap_bytes", "gauge", "Size the journal may grow to.");
  metrics.count(status.journal.cap_bytes);
  metrics.family("cantrail_journal_appended_records_total", "counter", "Records written to the journal.");
  metrics.count(status.journal.appended_records);
  metrics.family("cantrail_journal_appended_bytes_total", "counter", "Bytes written to the journal.");
  metrics.count(status.journal.appended_bytes);
  metrics.family("cantrail_journal_written_bytes_total", "counter",
                 "Bytes written to the journal's files, all overhead included.");
  metrics.count(status.journal.written_bytes);
  if (status.journal_written_bytes_per_day) {
    metrics.family("cantrail_journal_written_bytes_per_day", "gauge",
                   "What the journal grows by in a day, judged by the last hour.");
    metrics.count(*status.journal_written_bytes_per_day);
  }
  if (const auto holds = journal_holds(status)) {
    metrics.family("cantrail_journal_holds_seconds", "gauge",
                   "How long a record stays in the journal at the present rate.");
    metrics.value(std::chrono::duration<double>(*holds).count());
  }
  if (status.journal.oldest_time) {
    metrics.family("cantrail_journal_oldest_timestamp_seconds", "gauge",
                   "When the oldest part of the journal was begun.");
    metrics.value(static_cast<double>(status.journal.oldest_time->ns) / 1e9);
  }
  metrics.family("cantrail_journal_damaged_bytes", "gauge",
                 "Bytes of the journal that could not be read in this run.");
  metrics.count(status.journal.damaged_bytes);
  metrics.family("cantrail_journal_torn_bytes", "gauge",
                 "Bytes of a write that was cut off when the run before ended.");
  metrics.count(status.journal.torn_bytes);
  metrics.family("cantrail_journal_sync_failures_total", "counter",
                 "Calls of fdatasync that failed; after each the journal goes on in a new file.");
  metrics.count(status.journal.sync_failures);
  metrics.family("cantrail_journal_syncs_total", "counter", "Calls of fdatasync.");
  metrics.count(status.journal.syncs);
  metrics.family("cantrail_journal_last_sync_seconds", "gauge", "How long the last fdatasync took.");
  metrics.value(std::chrono::duration<double>(status.journal.last_sync_took).count());
  metrics.family("cantrail_journal_ok", "gauge", "1 while the journal can be written.");
  metrics.count(status.journal_ok);
  metrics.family("cantrail_unsynced_age_seconds", "gauge",
                 "Age of the oldest record a power cut would cost.");
  metrics.value(std::chrono::duration<double>(status.unsynced_age).count());
}

void add_gaps(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_gaps_total", "counter", "Gaps recorded in this epoch.");
  metrics.count(status.gaps.count);
  metrics.family("cantrail_gaps_by_reason_total", "counter", "Gaps recorded in this epoch, by reason.");
  for (const auto& [reason, count] : status.gaps.by_reason) {
    metrics.count(count.gaps, {{"reason", to_string(reason)}});
  }
  metrics.family("cantrail_gap_records_total", "counter", "Records known to be lost in those gaps.");
  for (const auto& [reason, count] : status.gaps.by_reason) {
    metrics.count(count.records, {{"reason", to_string(reason)}});
  }
  std::map<std::string_view, std::uint64_t> by_reason;
  for (const GapRecord& gap : status.gaps.recent) ++by_reason[to_string(gap.reason)];
  metrics.family("cantrail_recent_gaps", "gauge", "The newest gaps (at most 100) by reason.");
  for (const auto& [reason, count] : by_reason) metrics.count(count, {{"reason", reason}});
}

void add_alarms(Metrics& metrics, const NodeStatus& status) {
  metrics.family("cantrail_alarm", "gauge", "1 for what somebody should see to although the node goes on.");
  for (const Alarm& alarm : status.alarms) metrics.count(1, {{"alarm", alarm.name}});
}

void add_process(Metrics& metrics, const NodeStatus& status, const ProcessSample& process) {
  metrics.family("cantrail_ready", "gauge", "1 when every required source is open and every lane works.");
  metrics.count(status.ready);
  metrics.family("cantrail_epoch", "gauge", "Number of this run of the node.");
  metrics.count(status.epoch);
  metrics.family("cantrail_uptime_seconds", "gauge", "Time since the node began.");
  metrics.value(std::chrono::duration<double>(status.now.mono - status.started.mono).count());
  metrics.family("cantrail_pool_used_bytes", "gauge", "Memory of batches in use.");
  metrics.count(status.pool_used_bytes);
  metrics.family("cantrail_pool_limit_bytes", "gauge", "Memory that batches may use.");
  metrics.count(status.pool_limit_bytes);
  metrics.family("cantrail_blob_bytes", "gauge", "Large values on the disk.");
  metrics.count(status.blobs.bytes);
  metrics.family("process_cpu_seconds_total", "counter", "Processor time of this process.");
  metrics.value(process.cpu_seconds);
  metrics.family("process_resident_memory_bytes", "gauge", "Resident memory of this process.");
  metrics.count(process.rss_bytes);
  metrics.family("cantrail_build_info", "gauge", "Always 1; the labels say what runs.");
  metrics.count(1, {{"version", status.version}, {"node", status.node}});
}

}  // namespace

Response answer_metrics(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const NodeStatus status = api.status();
  Metrics metrics;
  add_sources(metrics, status);
  add_transport(metrics, status);
  add_lanes(metrics, status);
  add_journal(metrics, status);
  add_gaps(metrics, status);
  add_alarms(metrics, status);
  add_process(metrics, status, api.process());
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics.take();
  return response;
}

}  // namespace cantrail::server
