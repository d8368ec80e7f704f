// The inside of a Node: what runs, and how it is started, stopped and changed. For node.cpp and reload.cpp.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "pipeline/batch_pool.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/durable_lane.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_writer.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/main_chain.hpp"
#include "pipeline/node.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/source_runner.hpp"
#include "pipeline/turn.hpp"

namespace cantrail {

inline constexpr Duration kFirstOpen = std::chrono::seconds(2);        // how long a source's is waited for
inline constexpr Duration kReloadPatience = std::chrono::seconds(10);  // how long a call waits for a reload

struct RunningSource {
  SourcePart part;
  std::unique_ptr<SourceRunner> runner;
};

struct RunningLane {
  SinkPart part;
  std::unique_ptr<Lane> lane;
};

// What is left of a source that was stopped while the node goes on.
struct LeftSource {
  SourceStatus status;
  SourcePosition position;
  std::optional<WallTime> since;  // nobody has read it; nullopt: nobody was to
};

class Node::Running {
 public:
  Running(NodeParts parts, FileSystem& files, Clock& clock, Log& log);
  ~Running() { stop(Duration::zero()); }

  Status start();
  bool stop(Duration patience);
  void hurry_stop();
  ReloadReport reload(NodeParts next);
  void note_reload(ReloadReport report);
  NodeStatus status() const;
  CompiledCatalogPtr compiled_catalog() const { return started_all_ ? catalogs_->current() : nullptr; }
  CatalogPtr catalog() const {
    return started_all_ ? CatalogStore::reference(catalogs_->current()) : nullptr;
  }
  bool finished() const;
  std::shared_ptr<HistoryReader> history() const;
  std::vector<SinkRecordings> recordings() const;
  Result<std::vector<std::string>> trigger(TriggerCall call);
  Result<std::string> blob(const Digest& digest) const;

 private:
  friend class Reload;

  void warn_of_clock();
  Status make_catalog();
  Status make_lanes();
  std::unique_ptr<Lane> make_lane(const SinkPart& part);
  std::unique_ptr<SourceRunner> make_source(const SourcePart& part);
  std::optional<SourcePosition> resume_at(const std::string& source) const;
  std::optional<GapRecord> absence_of(const SourcePart& part, const SourceTraits& traits) const;
  bool ready(const NodeStatus& status) const;

  NodeParts parts_;  // sources and sinks: as they are to be started; then those that run have theirs
  FileSystem& files_;
  Clock& clock_;
  Log& log_;
  ClockPair started_{};
  BatchPool pool_;
  GapLog gaps_;
  DecodeTally tally_;
  CatchUpSlots slots_{2};
  LaneStarts lane_starts_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<BlobFolder> blobs_;
  std::shared_ptr<CatalogStore> catalogs_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<MainChain> chain_;

  // Held by who starts and stops parts: a reload, or the end; and while all parts are to be there. Taken
  // before parts_mutex_.
  Turn changing_;
  std::map<std::string, LeftSource> left_sources_;  // by name
  std::map<std::string, LaneBooks> left_lanes_;
  bool stopped_ = false;
  std::atomic<bool> hurried_{false};  // hurry_stop() was called: lanes that a reload makes do not know

  // Guards the lists, and that nothing in them goes while it is looked at; not held while parts start or end.
  mutable std::shared_mutex parts_mutex_;
  std::vector<RunningLane> lanes_;
  std::vector<RunningSource> sources_;

  mutable std::mutex report_mutex_;  // guards what follows
  std::uint64_t reloads_ = 0;
  std::optional<ReloadReport> last_reload_;

  // What others may ask for is complete; the server asks before.
  std::atomic<bool> started_all_{false};
};

}  // namespace cantrail
