#include "pipeline/node.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "pipeline/alarms.hpp"
#include "pipeline/live_lane.hpp"
#include "pipeline/node_running.hpp"
#include "pipeline/prompt_lane.hpp"
#include "pipeline/reload.hpp"

namespace cantrail {
namespace {

constexpr std::uint32_t kFirstCaptured = 2;  // the epoch behind that which a demonstration fills in

// What is the same for a whole run, for the journal's epoch record.
std::string constants_of(const NodeParts& parts) {
  std::string boot_id = "unknown";
  if (auto text = read_file(real_file_system(), "/proc/sys/kernel/random/boot_id", 256)) boot_id = *text;
  boot_id.erase(std::find(boot_id.begin(), boot_id.end(), '\n'), boot_id.end());
  return boost::json::serialize(
      boost::json::object{{"node", parts.name}, {"version", parts.version}, {"boot_id", boot_id}});
}

}  // namespace

Node::Running::Running(NodeParts parts, FileSystem& files, Clock& clock, Log& log)
    : parts_(std::move(parts)),
      files_(files),
      clock_(clock),
      log_(log),
      pool_(parts_.pool_bytes),
      gaps_(log),
      lane_starts_(join_path(parts_.journal.folder, "lanes"), files) {}

Status Node::Running::start() {
  started_ = clock_.pair();
  if (auto made = make_catalog(); !made) return made;
  auto journal = Journal::open(parts_.journal, constants_of(parts_), files_, clock_, log_);
  if (!journal) return journal.status();
  journal_ = std::move(*journal);
  warn_of_clock();
  blobs_ = std::make_unique<BlobFolder>(BlobFolder::Parts{parts_.blobs, journal_->id(), journal_->epoch(),
                                                          [this] { return journal_->stats().oldest; }, files_,
                                                          log_});
  sequencer_ = std::make_unique<Sequencer>(journal_->id(), journal_->epoch(), catalogs_);
  writer_ = std::make_unique<JournalWriter>(
      JournalWriter::Parts{*journal_, *sequencer_, pool_, gaps_, clock_, log_, parts_.journal.sync});
  chain_ = std::make_unique<MainChain>(*sequencer_, catalogs_, tally_);
  if (auto made = make_lanes(); !made) return made;
  for (SourcePart& part : parts_.sources) {
    auto runner = make_source(part);
    sources_.push_back({std::move(part), std::move(runner)});
  }
  for (const RunningLane& lane : lanes_) lane.lane->start();
  chain_->start();
  writer_->start();
  started_all_ = true;
  for (const RunningSource& source : sources_) source.runner->start();
  for (const RunningSource& source : sources_) {
    const Status opened = source.runner->first_open(kFirstOpen);
    if (!opened && opened.fault().kind == FaultKind::config) {
      return Status(FaultKind::config, "source " + source.part.name + ": " + opened.fault().message);
    }
  }
  return {};
}

// As a machine without a battery starts: nothing is put in another order, but whoever looks should know.
void Node::Running::warn_of_clock() {
  constexpr Duration kNoted = std::chrono::seconds(1);
  const auto& last = journal_->past().last;
  if (!last || *last - started_.wall < kNoted) return;
  log_.write(
      Severity::warning, "clock",
      "the clock says " + to_rfc3339(started_.wall) + ", which is " + format_duration(*last - started_.wall) +
          " before what was recorded last: times are wrong until it is set, and `cantrail journal export "
          "--correct-time` puts them right");
}

Status Node::Running::make_catalog() {
  std::vector<CatalogSource> sources;
  for (const SourcePart& part : parts_.sources) {
    sources.push_back({{part.name, part.type}, part.channels, part.dbcs});
  }
  auto store = CatalogStore::create(sources, parts_.rules, log_);
  if (!store) return store.status();
  catalogs_ = std::move(*store);
  return {};
}

Status Node::Running::make_lanes() {
  for (SinkPart& part : parts_.sinks) {
    auto lane = make_lane(part);
    if (auto prepared = lane->prepare(); !prepared) {
      return Status(prepared.fault().kind, "sink " + part.name + ": " + prepared.fault().message);
    }
    chain_->add(*lane);
    lanes_.push_back({std::move(part), std::move(lane)});
  }
  return {};
}

std::unique_ptr<Lane> Node::Running::make_lane(const SinkPart& part) {
  auto sink = part.make();
  SinkContext context{part.name, parts_.name, journal_->id(), clock_, files_, log_};
  auto left = left_lanes_.extract(part.name);
  auto books = left.empty() ? std::nullopt : std::optional(std::move(left.mapped()));
  if (sink->traits().prompt) {
    return std::make_unique<PromptLane>(part.type, std::move(context), std::move(sink), part.keys, gaps_,
                                        books ? books->live : Ledger{});
  }
  if (!sink->traits().durable) {
    return std::make_unique<LiveLane>(part.type, std::move(context), std::move(sink), part.keys,
                                      LiveLane::Limits{part.queue_bytes, part.queue_batches}, gaps_,
                                      books ? books->live : Ledger{});
  }
  const auto joins_at = started_all_ ? std::optional(sequencer_->head()) : std::nullopt;
  return std::make_unique<DurableLane>(DurableLane::Parts{
      part.type, std::move(context), std::move(sink), part.keys, part.from_oldest, part.queue_bytes,
      join_path(parts_.dead_letter_folder, part.name + ".jsonl"), lane_starts_, *journal_, *writer_,
      catalogs_, slots_, gaps_, part.longest_back_off, joins_at, std::move(books)});
}

std::unique_ptr<SourceRunner> Node::Running::make_source(const SourcePart& part) {
  auto source = part.make();
  const SourceTraits traits = source->traits();
  const auto left = left_sources_.find(part.name);
  return std::make_unique<SourceRunner>(SourceRunner::Parts{
      part.name, part.type, *catalogs_->source(part.name), std::move(source),
      traits.resumes ? resume_at(part.name) : std::nullopt, absence_of(part, traits),
      left != left_sources_.end() ? left->second.status : SourceStatus{}, catalogs_, pool_, *sequencer_,
      *writer_, part.dbcs.empty() ? nullptr : &tally_, *blobs_, gaps_, files_, clock_, log_});
}

std::optional<SourcePosition> Node::Running::resume_at(const std::string& source) const {
  const auto left = left_sources_.find(source);
  if (left != left_sources_.end() && !left->second.position.empty()) return left->second.position;
  const auto& known = journal_->past().source_positions;
  const auto at = known.find(source);
  return at != known.end() ? std::optional(at->second) : std::nullopt;
}

// The time for which nobody read a source that was there before: since the run before, or since it was
// stopped in this one. What a reload adds begins, and what resumes or waits has missed nothing.
std::optional<GapRecord> Node::Running::absence_of(const SourcePart& part, const SourceTraits& traits) const {
  if (traits.resumes || traits.can_wait) return std::nullopt;
  if (const auto left = left_sources_.find(part.name); left != left_sources_.end()) {
    const auto& since = left->second.since;
    if (!since) return std::nullopt;
    return GapRecord{*since, *since, GapReason::source_down, part.name, std::nullopt, 0};
  }
  const auto& past = journal_->past();
  if (started_all_ || !past.existed || !past.last) return std::nullopt;
  if (parts_.filled_in && journal_->epoch() == kFirstCaptured) return std::nullopt;  // nothing ran before
  return GapRecord{
      *past.last, std::max(*past.last, started_.wall), GapReason::downtime, part.name, std::nullopt, 0};
}

ReloadReport Node::Running::reload(NodeParts next) {
  const std::lock_guard one_at_a_time(changing_);
  if (!started_all_ || stopped_) {
    ReloadReport report;
    report.outcome = ReloadOutcome::refused;
    report.at = clock_.wall();
    report.problems = {"the node does not run"};
    return report;
  }
  return Reload(*this, std::move(next)).run();
}

void Node::Running::note_reload(ReloadReport report) {
  const std::lock_guard lock(report_mutex_);
  ++reloads_;
  last_reload_ = std::move(report);
}

bool Node::Running::stop(Duration patience) {
  const std::lock_guard one_at_a_time(changing_);
  if (stopped_) return true;
  stopped_ = true;
  if (!started_all_) return true;
  const MonoTime deadline = clock_.mono() + patience;
  for (const RunningSource& source : sources_) source.runner->request_stop();
  for (const RunningSource& source : sources_) source.runner->stop();
  sequencer_->close();
  writer_->stop();
  chain_->stop();
  bool drained = true;
  for (const RunningLane& lane : lanes_) {
    drained = lane.lane->drain(hurried_ ? clock_.mono() : deadline) && drained;
  }
  return drained;
}

void Node::Running::hurry_stop() {
  hurried_ = true;
  if (!started_all_) return;
  const std::shared_lock lock(parts_mutex_);
  for (const RunningLane& lane : lanes_) lane.lane->end_by(clock_.mono());
}

NodeStatus Node::Running::status() const {
  NodeStatus status;
  status.node = parts_.name;
  status.version = parts_.version;
  status.filled_in = parts_.filled_in;
  status.now = clock_.pair();
  if (!started_all_) return status;
  status.started = started_;
  status.journal_id = journal_->id();
  status.epoch = journal_->epoch();
  const std::shared_lock lock(parts_mutex_);
  for (const RunningSource& source : sources_) status.sources.push_back(source.runner->status());
  for (const RunningLane& lane : lanes_) status.lanes.push_back(lane.lane->status(*sequencer_));
  status.received = sequencer_->head().records;
  status.transport_losses = tally_.transport_losses();
  status.journal = journal_->stats();
  const auto health = writer_->health();
  status.journal_ok = health.ok;
  status.journal_message = health.message;
  status.unsynced_age = health.unsynced_age;
  if (const auto space = files_.space(parts_.journal.folder)) status.disk_free_bytes = space->free_bytes;
  status.synced = {journal_->id(), journal_->epoch(), writer_->synced_seq() + 1, 0};
  status.journal_written_bytes_per_day = health.written_bytes_per_day;
  status.alarms = journal_alarms(status.journal, health);
  for (Alarm& alarm : store_alarms(status.lanes)) status.alarms.push_back(std::move(alarm));
  status.clock_steps = writer_->clock_steps();
  status.gaps = gaps_.summary();
  status.blobs = blobs_->stats();
  status.pool_used_bytes = pool_.used_bytes();
  status.pool_limit_bytes = pool_.limit_bytes();
  status.ready = ready(status);
  const std::lock_guard report_lock(report_mutex_);
  status.reloads = reloads_;
  status.reload = last_reload_;
  return status;
}

// parts_mutex_ is held since the lists were read.
bool Node::Running::ready(const NodeStatus& status) const {
  for (std::size_t i = 0; i < status.sources.size(); ++i) {
    const SourceState state = status.sources[i].state;
    const bool working = state == SourceState::running || state == SourceState::ended;
    if (!working && !sources_[i].part.optional) return false;
  }
  return status.journal_ok &&
         std::none_of(status.lanes.begin(), status.lanes.end(), [](const LaneStatus& lane) {
           return lane.state == LaneState::backing_off || lane.state == LaneState::failed;
         });
}

bool Node::Running::finished() const {
  if (!started_all_) return false;
  const std::shared_lock lock(parts_mutex_);
  for (const RunningSource& source : sources_) {
    if (!source.runner->ended()) return false;
  }
  for (const RunningLane& lane : lanes_) lane.lane->hurry();
  return std::all_of(lanes_.begin(), lanes_.end(), [&](const RunningLane& lane) {
    const LaneStatus status = lane.lane->status(*sequencer_);
    const bool caught_up = status.state == LaneState::live || status.state == LaneState::caught_up;
    return caught_up && status.ledger.pending == 0;
  });
}

std::shared_ptr<HistoryReader> Node::Running::history() const {
  if (!started_all_) return nullptr;
  const std::shared_lock lock(parts_mutex_);
  for (const RunningLane& lane : lanes_) {
    if (auto reader = lane.lane->history()) return reader;
  }
  return nullptr;
}

// It has its place among the records here, so that it lies there whenever they are read again. A sink that a
// reload has taken out is waited for: nobody else knows whether it takes the call.
Result<std::vector<std::string>> Node::Running::trigger(TriggerCall call) {
  const std::unique_lock unchanged(changing_, kReloadPatience);
  if (!unchanged) return Fault{FaultKind::unavailable, "the configuration is being reloaded"};
  if (!started_all_) return Fault{FaultKind::unavailable, "the node is starting"};
  std::vector<std::string> sinks;
  for (const auto& [sink, list] : recordings()) {
    if (!list->triggers().takes(call.name)) continue;
    call.at = sequencer_->head().next;
    call.time = clock_.wall();
    if (Status taken = list->trigger(call); !taken) return taken.fault();
    sinks.push_back(sink);
  }
  return sinks;
}

std::vector<SinkRecordings> Node::Running::recordings() const {
  std::vector<SinkRecordings> found;
  if (!started_all_) return found;
  const std::shared_lock lock(parts_mutex_);
  for (const RunningLane& lane : lanes_) {
    if (auto list = lane.lane->recordings()) {
      found.push_back({lane.lane->status(*sequencer_).name, std::move(list)});
    }
  }
  return found;
}

Result<std::string> Node::Running::blob(const Digest& digest) const {
  if (!started_all_) return Fault{FaultKind::unavailable, "the node is starting"};
  return blobs_->get(digest);
}

Node::Node(NodeParts parts, FileSystem& files, Clock& clock, Log& log)
    : running_(std::make_unique<Running>(std::move(parts), files, clock, log)) {}
Node::~Node() = default;
Status Node::start() {
  return running_->start();
}
bool Node::stop(Duration deadline) {
  return running_->stop(deadline);
}
void Node::hurry_stop() {
  running_->hurry_stop();
}
ReloadReport Node::reload(NodeParts next) {
  return running_->reload(std::move(next));
}
void Node::note_reload(ReloadReport report) {
  running_->note_reload(std::move(report));
}
NodeStatus Node::status() const {
  return running_->status();
}
CompiledCatalogPtr Node::compiled_catalog() const {
  return running_->compiled_catalog();
}
CatalogPtr Node::catalog() const {
  return running_->catalog();
}
bool Node::finished() const {
  return running_->finished();
}
std::shared_ptr<HistoryReader> Node::history() const {
  return running_->history();
}
std::vector<SinkRecordings> Node::recordings() const {
  return running_->recordings();
}

Result<std::vector<std::string>> Node::trigger(std::string name, std::string reason) {
  return running_->trigger({{}, {}, std::move(name), std::move(reason)});
}

Result<std::string> Node::blob(const Digest& digest) const {
  return running_->blob(digest);
}

}  // namespace cantrail
