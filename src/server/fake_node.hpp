// For tests of this folder: a node that says what it is told to say.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "component/context.hpp"
#include "server/live_state.hpp"
#include "server/node_view.hpp"

namespace cantrail::server {

class FakeHistory final : public HistoryReader {
 public:
  Result<std::vector<HistoryRow>> rows(const HistoryQuery& query) override {
    const std::lock_guard lock(mutex_);
    queries.push_back(query);
    if (delay > Duration(0)) std::this_thread::sleep_for(delay);
    if (fault) return *fault;
    std::vector<HistoryRow> found;
    for (const HistoryRow& row : stored) {
      if (query.since && row.time < *query.since) continue;
      if (query.until && row.time >= *query.until) continue;
      if (!query.message.empty() && !glob_match(query.message, row.channel + ":" + row.message)) continue;
      found.push_back(row);
    }
    if (found.size() > query.limit)
      found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(query.limit));
    return found;
  }
  Result<std::vector<HistoryRow>> latest() override { return stored; }
  Result<std::vector<GapRecord>> gaps(std::optional<WallTime>, std::optional<WallTime>,
                                      std::size_t) override {
    return known_gaps;
  }
  Result<HistoryStats> stats() override { return HistoryStats{}; }
  Result<std::vector<SignalName>> signals() override { return known_signals; }
  Result<Series> series(const SeriesQuery& query) override {
    const std::lock_guard lock(mutex_);
    series_queries.push_back(query);
    if (fault) return *fault;
    return known_series;
  }

  std::vector<HistoryRow> stored;  // ascending
  std::vector<GapRecord> known_gaps;
  std::vector<HistoryQuery> queries;
  std::vector<SignalName> known_signals;
  Series known_series;
  std::vector<SeriesQuery> series_queries;
  Duration delay{};
  std::optional<Fault> fault;

 private:
  std::mutex mutex_;
};

class FakeRecordings final : public RecordingList {
 public:
  [[nodiscard]] std::vector<RecordedFile> recordings() const override {
    return {{"/data/\"a\".mcap",
             17,
             {1'700'000'000'000'000'000},
             {1'700'000'001'000'000'000},
             {1'700'000'002'000'000'000},
             100,
             sha256("a")},
            {"/data/b.mcap", 1, {}, {}, {}, 1, {}}};
  }
  [[nodiscard]] CallTriggers triggers() const override {
    return {false, {"door"}, std::chrono::seconds(30), std::chrono::minutes(2)};
  }
};

class FakeNode final : public NodeView {
 public:
  [[nodiscard]] NodeStatus status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] CompiledCatalogPtr compiled_catalog() const override { return catalog_; }
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return history_; }
  [[nodiscard]] std::vector<SinkRecordings> recordings() const override {
    return {{"recording", std::make_shared<FakeRecordings>()}};
  }
  Result<std::vector<std::string>> trigger(std::string name, std::string reason) override {
    if (name == "full") return Fault{FaultKind::unavailable, "the disk is full"};
    if (before_trigger_) before_trigger_();
    const std::lock_guard lock(mutex_);
    triggers_.push_back(name + ": " + reason);
    return name == "door" ? std::vector<std::string>{"recording"} : std::vector<std::string>{};
  }
  [[nodiscard]] std::vector<std::string> triggers() const {
    const std::lock_guard lock(mutex_);
    return triggers_;
  }
  [[nodiscard]] Result<std::string> blob(const Digest& digest) const override {
    if (digest != sha256(blob_)) return Fault{FaultKind::rejected, "there is no such blob"};
    return blob_;
  }

  void set(NodeStatus status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
  }
  // Before the server starts; without plans it decodes nothing.
  void set_catalog(CatalogPtr catalog) {
    auto compiled = std::make_shared<CompiledCatalog>();
    compiled->catalog = std::move(catalog);
    catalog_ = std::move(compiled);
  }
  void set_catalog(CompiledCatalogPtr compiled) { catalog_ = std::move(compiled); }           // likewise
  void set_blob(std::string content) { blob_ = std::move(content); }                          // likewise
  void set_history(std::shared_ptr<HistoryReader> reader) { history_ = std::move(reader); }   // likewise
  void set_before_trigger(std::function<void()> hook) { before_trigger_ = std::move(hook); }  // likewise

 private:
  mutable std::mutex mutex_;
  NodeStatus status_;
  CompiledCatalogPtr catalog_;
  std::shared_ptr<HistoryReader> history_;
  std::string blob_ = "abc";
  std::vector<std::string> triggers_;
  std::function<void()> before_trigger_;
};

class QuietLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    messages_.emplace_back(message);
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
};

// A node with two lanes, one of which cannot reach its store, and names that want escaping.
inline NodeStatus sample_status() {
  NodeStatus status;
  status.node = "leaf\"1";
  status.version = "0.1.0";
  status.started = {{1'000'000'000}, {1'700'000'000'000'000'000}};
  status.now = {{61'000'000'000}, {1'700'000'060'000'000'000}};
  status.epoch = 3;
  status.received = 1000;
  status.ready = true;
  SourceStatus bus;
  bus.name = "can0";
  bus.type = "socketcan";
  bus.state = SourceState::running;
  bus.records = 1000;
  bus.gaps = 1;
  bus.lost = 14;
  bus.hint = "can0 is up, no frames for 12 s";
  bus.last_record = WallTime{1'700'000'059'000'000'000};
  status.sources = {bus};
  LaneStatus live;
  live.name = "live";
  live.type = "live";
  live.ledger = {.received = 1000, .delivered = 900, .undecoded = 40, .superseded = 60};
  LaneStatus history;
  history.name = "history";
  history.type = "sqlite";
  history.durable = true;
  history.state = LaneState::caught_up;
  history.cursor = Position{{}, 3, 17, 0};
  history.written_bytes = 123'456;
  history.written_bytes_per_day = 48'000'000;
  history.check = StoreCheck{true, 4096, "history.db is damaged", WallTime{1'700'000'002'000'000'000}};
  history.ledger = {.received = 1000, .delivered = 982, .pending = 18};
  status.lanes = {live, history};
  status.journal.bytes = 5U << 20;
  status.journal.cap_bytes = 8ULL << 30;
  status.journal.segments = 2;
  status.journal.appended_records = 1000;
  status.journal.syncs = 12;
  status.journal.written_bytes = 4U << 20;
  status.journal.sync_failures = 1;
  status.journal.oldest_time = WallTime{1'699'999'000'000'000'000};
  status.journal_written_bytes_per_day = 1ULL << 30;
  status.synced = {{}, 3, 16, 0};
  status.alarms = {{"journal_sync_failed", "cannot sync \"x\"", WallTime{1'700'000'001'000'000'000}}};
  status.gaps.count = 1;
  status.gaps.by_reason[GapReason::receive_overflow] = {1, 14};
  status.gaps.recent = {{.from = {1'700'000'010'000'000'000},
                         .to = {1'700'000'011'000'000'000},
                         .reason = GapReason::receive_overflow,
                         .where = "can0",
                         .count = 14}};
  return status;
}

inline LatestRow sample_row(std::string message, std::string signals) {
  LatestRow row;
  row.channel = "can0";
  row.message = std::move(message);
  row.id = 498;
  row.time = {1'700'000'059'900'000'000};
  row.seen = MonoTime{60'900'000'000};
  row.rows = 1;
  row.data = {0x0E, 0x10};
  row.signals = std::move(signals);
  row.labels = "{}";
  row.units = std::make_shared<const std::string>("{\"Voltage\":\"V\"}");
  return row;
}

}  // namespace cantrail::server
