// What a running node tells about itself: one snapshot, taken at a batch boundary per lane. Plain data for
// server, demo and tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "component/store_check.hpp"
#include "journal/blob_folder.hpp"
#include "journal/journal.hpp"
#include "model/batch.hpp"
#include "model/gap.hpp"
#include "model/ledger.hpp"
#include "model/position.hpp"
#include "pipeline/clock_watch.hpp"
#include "pipeline/reload_report.hpp"

namespace cantrail {

enum class SourceState : std::uint8_t { opening, running, waiting, ended, failed };
enum class LaneState : std::uint8_t { live, caught_up, catching_up, backing_off, failed };

[[nodiscard]] std::string_view to_string(SourceState state);
[[nodiscard]] std::string_view to_string(LaneState state);

struct SourceStatus {
  std::string name, type;
  SourceState state = SourceState::opening;
  std::string message;  // why it waits or failed
  std::string hint;     // what the source knows about why no data comes; empty: nothing
  std::uint64_t records = 0;
  std::uint64_t gaps = 0;
  std::uint64_t lost = 0;               // records known to be lost in those gaps
  std::optional<WallTime> last_record;  // the node's wall clock at the last batch that had records
};

struct LaneStatus {
  std::string name, type;
  bool durable = false;
  LaneState state = LaneState::live;
  std::string message;
  Ledger ledger;   // of this epoch
  Ledger earlier;  // records of earlier epochs that this lane caught up on; what is left of them is not
                   // counted here
  std::optional<Position> cursor;
  std::optional<WallTime> written_until;  // when the last batch that the store took was captured
  std::uint64_t queued_bytes = 0;
  std::optional<std::uint64_t> written_bytes;          // to this machine's disks since the start
  std::optional<std::uint64_t> written_bytes_per_day;  // at the rate of the last hour, or since the start
  std::optional<StoreCheck> check;
};

struct GapCount {
  std::uint64_t gaps = 0;
  std::uint64_t records = 0;  // known to be lost in them
};

struct GapSummary {
  std::uint64_t count = 0;
  std::map<GapReason, GapCount> by_reason;
  std::vector<GapRecord> recent;  // newest last, at most 100
};

// What somebody should see to although the node goes on.
struct Alarm {
  std::string name;  // journal_not_written, journal_sync_failed, journal_damaged, store_damaged
  std::string message;
  std::optional<WallTime> since;
};

struct NodeStatus {
  std::string node, version;
  ClockPair now, started;
  JournalId journal_id;
  std::uint32_t epoch = 0;
  std::uint64_t received = 0;  // records accepted from all sources in this epoch (sequenced)
  std::vector<SourceStatus> sources;
  std::vector<LaneStatus> lanes;
  JournalStats journal;
  bool journal_ok = true;
  std::string journal_message;
  std::optional<std::uint64_t> disk_free_bytes;  // where the journal lies; nullopt: not known
  std::vector<Alarm> alarms;
  Position synced;          // behind the last batch of this epoch that a power cut would not take
  Duration unsynced_age{};  // age of the oldest record that a power cut would cost
  std::optional<std::uint64_t> journal_written_bytes_per_day;  // as LaneStatus's
  ClockSteps clock_steps;
  GapSummary gaps;
  std::map<std::string, TransportLosses> transport_losses;  // of messages in several frames, by channel
  BlobStats blobs;
  std::uint64_t pool_used_bytes = 0, pool_limit_bytes = 0;
  std::optional<TimeSpan> filled_in;   // NodeParts::filled_in
  std::uint64_t reloads = 0;           // asked for in this run
  std::optional<ReloadReport> reload;  // the last one
  bool ready = false;                  // every source that is not optional is open, every lane is working
};

// How long what is recorded stays in the journal, were the rate and the room on the disk to stay as they are;
// nullopt: not known.
[[nodiscard]] std::optional<Duration> journal_holds(const NodeStatus& status);

}  // namespace cantrail
