// A node at work: owns every thread, connects sources, journal, main chain and lanes, and stops them in
// order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "component/frame_source.hpp"
#include "component/sink.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "journal/blob_folder.hpp"
#include "journal/journal.hpp"
#include "pipeline/back_off.hpp"
#include "pipeline/catalog_rules.hpp"
#include "pipeline/lane_keys.hpp"
#include "pipeline/reload_report.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

struct SourcePart {
  std::string name, type;
  std::vector<std::string> channels;  // known before start
  std::vector<DbcText> dbcs;          // decode all channels of this source
  bool optional = false;              // the node is ready without it
  std::function<std::unique_ptr<FrameSource>()> make;
  Digest fingerprint = {};  // of all that make() depends on; a reload leaves it alone where that is the same
};

struct SinkPart {
  std::string name, type;
  std::function<std::unique_ptr<Sink>()> make;
  bool from_oldest = false;            // a new durable sink starts at the oldest record, not now
  std::size_t queue_bytes = 4U << 20;  // references that the lane may hold
  std::size_t queue_batches = 0;       // live sinks; 0: only bytes limit; 1: the newest alone
  LaneKeys keys;
  Duration longest_back_off = kLongestBackOff;  // between attempts, while a durable sink's store is away
  Digest fingerprint = {};                      // as SourcePart's, keys of the lane included
};

struct NodeParts {
  std::string name;
  std::string version;
  JournalOptions journal;
  std::vector<SourcePart> sources;
  std::vector<SinkPart> sinks;
  CatalogRules rules;  // copies, aliases and named signals
  std::optional<TimeSpan>
      filled_in;  // put into the journal before this run, by a demonstration; not captured
  std::size_t pool_bytes = 16U << 20;
  std::string dead_letter_folder = "dead-letter";
  BlobOptions blobs{"blobs"};
};

// Thread-safe from the outside. start() once, then stop() once; a stopped node can still be asked for its
// status.
class Node {
 public:
  Node(NodeParts parts, FileSystem& files, Clock& clock, Log& log);
  ~Node();  // stops

  // Opens the journal and every component; sinks first. Faults: config for what the user must change; a
  // target that is merely away is no fault: its component waits. Warnings of DBCs go to the log.
  Status start();

  // Sources stop first; what was accepted is drained to the sinks, at most until the deadline. What a durable
  // sink could not take by then stays in the journal. True: everything was drained.
  bool stop(Duration deadline = std::chrono::seconds(10));
  // Any thread: a stop() that is under way, or comes, waits for no sink any more. What is accepted is in the
  // journal all the same.
  void hurry_stop();

  // Goes over to these sources, sinks and rules; what else `next` holds is left as it is. Those with the
  // fingerprint that they had run on untouched. Others are stopped and started, sinks before sources; what is
  // new must open, unless it is an optional source or takes the place of something that was not open either.
  // If one does not, what ran before runs again. Takes as long as sinks take to write what they have, up to
  // 5 s, and sources to open, up to 2 s each. One at a time.
  ReloadReport reload(NodeParts next);
  // What status() tells of the last reload.
  void note_reload(ReloadReport report);

  [[nodiscard]] NodeStatus status() const;
  // The newest; nullptr before start().
  [[nodiscard]] CompiledCatalogPtr compiled_catalog() const;
  [[nodiscard]] CatalogPtr catalog() const;
  // Every source has ended (recordings do), and every lane has everything.
  [[nodiscard]] bool finished() const;
  // The first sink that can be asked, nullptr if none.
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const;
  // Of the sinks that write files, by sink.
  [[nodiscard]] std::vector<SinkRecordings> recordings() const;
  // What happens now is to be recorded, by the sinks that have a trigger of this name: which ones these are.
  // Waits for a reload that is under way, up to kReloadPatience. Faults: those of their stores; unavailable
  // (it starts, or a reload takes longer).
  [[nodiscard]] Result<std::vector<std::string>> trigger(std::string name, std::string reason);
  // The content of a blob that a row names. Faults: rejected (there is none), unavailable.
  [[nodiscard]] Result<std::string> blob(const Digest& digest) const;

  class Running;  // node_running.hpp

 private:
  std::unique_ptr<Running> running_;
};

}  // namespace cantrail
