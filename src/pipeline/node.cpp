#include "pipeline/node.hpp"

#include <algorithm>
#include <atomic>

#include <boost/json.hpp>

#include "pipeline/alarms.hpp"
#include "pipeline/batch_pool.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/durable_lane.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_writer.hpp"
#include "pipeline/live_lane.hpp"
#include "pipeline/main_chain.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/source_runner.hpp"

namespace cantrail {
namespace {

constexpr Duration kFirstOpen = std::chrono::seconds(2);
constexpr std::uint32_t kFirstCaptured = 2;  // the epoch behind that which a demonstration fills in

// What is the same for a whole run, for the journal's epoch record.
std::string constants_of(const NodeParts& parts) {
  std::string boot_id = "unknown";
  if (auto text = read_file(real_file_system(), "/proc/sys/kernel/random/boot_id", 256)) boot_id = *text;
  boot_id.erase(std::find(boot_id.begin(), boot_id.end(), '\n'), boot_id.end());
  return boost::json::serialize(
      boost::json::object{{"node", parts.name}, {"version", parts.version}, {"boot_id", boot_id}});
}

// DBC texts are shared between sources that name the same file.
std::uint32_t index_of(std::vector<DbcText>& all, const DbcText& wanted) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == wanted.name && all[i].text == wanted.text) return static_cast<std::uint32_t>(i);
  }
  all.push_back(wanted);
  return static_cast<std::uint32_t>(all.size() - 1);
}

}  // namespace

class Node::Running {
 public:
  Running(NodeParts parts, FileSystem& files, Clock& clock, Log& log)
      : parts_(std::move(parts)),
        files_(files),
        clock_(clock),
        log_(log),
        pool_(parts_.pool_bytes),
        gaps_(log),
        lane_starts_(join_path(parts_.journal.folder, "lanes"), files) {}
  ~Running() { stop(Duration::zero()); }

  Status start();
  bool stop(Duration deadline);
  NodeStatus status() const;
  CatalogPtr catalog() const {
    return started_all_ ? CatalogStore::reference(catalogs_->current()) : nullptr;
  }
  bool finished() const;
  std::shared_ptr<HistoryReader> history() const;
  Result<std::string> blob(const Digest& digest) const;

 private:
  Status make_catalog();
  Status make_lanes();
  void make_sources();
  std::unique_ptr<Lane> make_lane(const SinkPart& part);
  std::optional<GapRecord> downtime_of(const SourcePart& part, const SourceTraits& traits) const;
  bool ready(const NodeStatus& status) const;

  NodeParts parts_;
  FileSystem& files_;
  Clock& clock_;
  Log& log_;
  ClockPair started_{};
  BatchPool pool_;
  GapLog gaps_;
  CatchUpSlots slots_{2};
  LaneStarts lane_starts_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<BlobFolder> blobs_;
  std::shared_ptr<CatalogStore> catalogs_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<JournalWriter> writer_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<MainChain> chain_;
  std::vector<std::unique_ptr<SourceRunner>> sources_;
  // What others may ask for is complete; the server asks before.
  std::atomic<bool> started_all_{false};
  bool stopped_ = false;
};

Status Node::Running::start() {
  started_ = clock_.pair();
  if (auto made = make_catalog(); !made) return made;
  auto journal = Journal::open(parts_.journal, constants_of(parts_), files_, clock_, log_);
  if (!journal) return journal.status();
  journal_ = std::move(*journal);
  blobs_ = std::make_unique<BlobFolder>(BlobFolder::Parts{parts_.blobs, journal_->id(), journal_->epoch(),
                                                          [this] { return journal_->stats().oldest; }, files_,
                                                          log_});
  sequencer_ = std::make_unique<Sequencer>(journal_->id(), journal_->epoch(), catalogs_);
  writer_ = std::make_unique<JournalWriter>(
      JournalWriter::Parts{*journal_, *sequencer_, pool_, gaps_, clock_, log_, parts_.journal.sync});
  if (auto made = make_lanes(); !made) return made;

  std::vector<Lane*> lanes;
  for (const auto& lane : lanes_) lanes.push_back(lane.get());
  chain_ = std::make_unique<MainChain>(*sequencer_, catalogs_, std::move(lanes));
  make_sources();
  for (const auto& lane : lanes_) lane->start();
  chain_->start();
  writer_->start();
  started_all_ = true;
  for (const auto& source : sources_) source->start();
  for (const auto& source : sources_) {
    const Status opened = source->first_open(kFirstOpen);
    if (!opened && opened.fault().kind == FaultKind::config) {
      return Status(FaultKind::config, "source " + source->status().name + ": " + opened.fault().message);
    }
  }
  return {};
}

Status Node::Running::make_catalog() {
  CatalogSpec spec;
  spec.copies = parts_.copies;
  spec.signals = parts_.signals;
  std::vector<std::vector<std::uint32_t>> source_dbcs;
  for (const SourcePart& part : parts_.sources) {
    spec.sources.push_back({part.name, part.type});
    auto& dbcs = source_dbcs.emplace_back();
    for (const DbcText& dbc : part.dbcs) dbcs.push_back(index_of(spec.dbcs, dbc));
    for (const std::string& alias : part.channels) {
      spec.channels.push_back({alias, static_cast<SourceId>(spec.sources.size() - 1), dbcs});
    }
  }
  auto store = CatalogStore::create(std::move(spec), std::move(source_dbcs), log_);
  if (!store) return store.status();
  catalogs_ = std::move(*store);
  return {};
}

Status Node::Running::make_lanes() {
  for (const SinkPart& part : parts_.sinks) {
    auto lane = make_lane(part);
    if (auto prepared = lane->prepare(); !prepared) {
      return Status(prepared.fault().kind, "sink " + part.name + ": " + prepared.fault().message);
    }
    lanes_.push_back(std::move(lane));
  }
  return {};
}

std::unique_ptr<Lane> Node::Running::make_lane(const SinkPart& part) {
  auto sink = part.make();
  SinkContext context{part.name, parts_.name, journal_->id(), clock_, files_, log_};
  if (!sink->traits().durable) {
    return std::make_unique<LiveLane>(part.type, std::move(context), std::move(sink), part.keys,
                                      LiveLane::Limits{part.queue_bytes, part.queue_batches}, gaps_);
  }
  return std::make_unique<DurableLane>(
      DurableLane::Parts{part.type, std::move(context), std::move(sink), part.keys, part.from_oldest,
                         part.queue_bytes, join_path(parts_.dead_letter_folder, part.name + ".jsonl"),
                         lane_starts_, *journal_, *writer_, catalogs_, slots_, gaps_, part.longest_back_off});
}

void Node::Running::make_sources() {
  const auto& positions = journal_->past().source_positions;
  for (std::size_t i = 0; i < parts_.sources.size(); ++i) {
    const SourcePart& part = parts_.sources[i];
    auto source = part.make();
    const SourceTraits traits = source->traits();
    const auto known = positions.find(part.name);
    const auto resume =
        traits.resumes && known != positions.end() ? std::optional(known->second) : std::nullopt;
    sources_.push_back(std::make_unique<SourceRunner>(SourceRunner::Parts{
        part.name, part.type, static_cast<SourceId>(i), std::move(source), resume, downtime_of(part, traits),
        catalogs_, pool_, *sequencer_, *writer_, *blobs_, gaps_, files_, clock_, log_}));
  }
}

std::optional<GapRecord> Node::Running::downtime_of(const SourcePart& part,
                                                    const SourceTraits& traits) const {
  const auto& past = journal_->past();
  if (!past.existed || !past.last || traits.resumes || traits.can_wait) return std::nullopt;
  if (parts_.filled_in && journal_->epoch() == kFirstCaptured) return std::nullopt;  // nothing ran before
  return GapRecord{
      *past.last, std::max(*past.last, started_.wall), GapReason::downtime, part.name, std::nullopt, 0};
}

bool Node::Running::stop(Duration patience) {
  if (stopped_) return true;
  stopped_ = true;
  if (!started_all_) return true;
  const MonoTime deadline = clock_.mono() + patience;
  for (const auto& source : sources_) source->request_stop();
  for (const auto& source : sources_) source->stop();
  sequencer_->close();
  writer_->stop();
  chain_->stop();
  bool drained = true;
  for (const auto& lane : lanes_) drained = lane->drain(deadline) && drained;
  return drained;
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
  for (const auto& source : sources_) status.sources.push_back(source->status());
  for (const auto& lane : lanes_) status.lanes.push_back(lane->status(*sequencer_));
  status.received = sequencer_->head().records;
  status.journal = journal_->stats();
  const auto health = writer_->health();
  status.journal_ok = health.ok;
  status.journal_message = health.message;
  status.unsynced_age = health.unsynced_age;
  if (const auto space = files_.space(parts_.journal.folder)) status.disk_free_bytes = space->free_bytes;
  status.synced = {journal_->id(), journal_->epoch(), writer_->synced_seq() + 1, 0};
  status.journal_written_bytes_per_day = health.written_bytes_per_day;
  status.alarms = journal_alarms(status.journal, health);
  status.gaps = gaps_.summary();
  status.blobs = blobs_->stats();
  status.pool_used_bytes = pool_.used_bytes();
  status.pool_limit_bytes = pool_.limit_bytes();
  status.ready = ready(status);
  return status;
}

bool Node::Running::ready(const NodeStatus& status) const {
  for (std::size_t i = 0; i < status.sources.size(); ++i) {
    const SourceState state = status.sources[i].state;
    const bool working = state == SourceState::running || state == SourceState::ended;
    if (!working && !parts_.sources[i].optional) return false;
  }
  return status.journal_ok &&
         std::none_of(status.lanes.begin(), status.lanes.end(), [](const LaneStatus& lane) {
           return lane.state == LaneState::backing_off || lane.state == LaneState::failed;
         });
}

bool Node::Running::finished() const {
  if (!started_all_) return false;
  for (const auto& source : sources_) {
    if (!source->ended()) return false;
  }
  for (const auto& lane : lanes_) lane->hurry();
  return std::all_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) {
    const LaneStatus status = lane->status(*sequencer_);
    const bool caught_up = status.state == LaneState::live || status.state == LaneState::caught_up;
    return caught_up && status.ledger.pending == 0;
  });
}

std::shared_ptr<HistoryReader> Node::Running::history() const {
  if (!started_all_) return nullptr;
  for (const auto& lane : lanes_) {
    if (auto reader = lane->history()) return reader;
  }
  return nullptr;
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
NodeStatus Node::status() const {
  return running_->status();
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

Result<std::string> Node::blob(const Digest& digest) const {
  return running_->blob(digest);
}

}  // namespace cantrail
