// The append-only local log of everything accepted. One writer thread; any number of readers beside it.
//
// On disk: FOLDER/identity (journal id and the last epoch, replaced
// atomically) and segments `EPOCH-FIRSTSEQ.ctj`, each self-contained: a header, the epoch record, the source
// positions and the catalogs it needs, then batches. docs/journal-format.md specifies every byte.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "component/context.hpp"
#include "journal/column_compression.hpp"
#include "model/batch.hpp"

namespace cantrail {

enum class SyncMode : std::uint8_t { safe, normal, sd_saver };  // 100 ms, 500 ms, 5 s

[[nodiscard]] Duration sync_interval(SyncMode mode);

struct JournalOptions {
  std::string folder;
  std::uint64_t cap_bytes = 0;              // 0: the smaller of 8 GiB and 20 % of the disk
  std::uint64_t segment_bytes = 64U << 20;  // the most; a quarter of the cap at the most
  SyncMode sync = SyncMode::normal;
  JournalCompression compression = JournalCompression::none;
};

// The most that it may take of the disk: what the options say, else what the disk allows; the folder need not
// be there.
[[nodiscard]] Result<std::uint64_t> journal_cap(const JournalOptions& options, FileSystem& files);

// What the journal knows of its past when it is opened.
struct JournalPast {
  bool existed = false;
  bool clean = false;                                      // the last epoch ended with an orderly stop
  std::optional<WallTime> last;                            // clock of the last whole batch
  std::optional<Position> end;                             // behind the last whole batch
  std::map<std::string, SourcePosition> source_positions;  // last journaled, by source name
  std::uint64_t torn_bytes = 0;                            // of the last segment's tail
};

struct JournalStats {
  std::uint64_t bytes = 0;  // on disk
  std::uint64_t cap_bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t appended_batches = 0, appended_records = 0, appended_bytes = 0;  // this epoch
  std::uint64_t written_bytes = 0;  // the same, with headers, states and catalogs
  std::uint64_t syncs = 0;
  Duration last_sync_took{};
  std::uint64_t sync_failures = 0;  // each costs what its segment had not synced, should the power fail
  std::string sync_failure;         // the last one's, and its time
  std::optional<WallTime> sync_failed_at;
  std::uint64_t torn_bytes = 0;      // behind the last whole record of the epoch before, when it was opened
  std::uint64_t damaged_places = 0;  // that readers met in this run: stretches of bytes that are no record
  std::uint64_t damaged_bytes = 0;
  std::optional<Position> oldest;  // first batch still there
  Position head;                   // behind the last batch accepted
  std::optional<WallTime> oldest_time;
};

class JournalReader;

class Journal {
 public:
  // Opens or creates. Quick whatever the backlog: the last segment is scanned, others are only listed. The
  // new epoch is durable when this returns. `constants` (JSON) goes into the epoch record. Faults: config
  // (the folder belongs to another running node: a lock file says so; or it cannot be written), unavailable,
  // exhausted.
  static Result<std::unique_ptr<Journal>> open(const JournalOptions& options, std::string constants,
                                               FileSystem& files, Clock& clock, Log& log);
  virtual ~Journal() = default;

  [[nodiscard]] virtual JournalId id() const = 0;
  [[nodiscard]] virtual std::uint32_t epoch() const = 0;
  [[nodiscard]] virtual const JournalPast& past() const = 0;

  // Writer thread. Positions must ascend within this epoch. When it returns ok, write() has returned: the
  // batch survives a crash of the process. A fault leaves no half record that a reader would stumble over:
  // the segment is cut back or sealed, and the next append begins a new one. Not retried here.
  virtual Status append(const RawBatch& batch) = 0;

  // Writer thread or one other thread: makes everything appended so far durable, what a run that crashed has
  // left included. Does nothing when nothing is dirty. After a failed sync the segment is sealed and never
  // synced again. Fault: of this sync, or of one that append() made on its way to another segment.
  virtual Status sync() = 0;
  [[nodiscard]] virtual bool dirty() const = 0;  // any thread

  // Writer thread, at the end of a run whose last append found the disk full: gives the room back that was
  // kept for this. False: there was none.
  virtual bool use_reserve() = 0;

  // Writer thread: writes the mark of an orderly stop, and syncs. Uses the reserve if it must.
  virtual Status close_cleanly() = 0;

  // Any thread. Reads batches at or behind `from`; at the end it can be asked again when more has been
  // appended.
  virtual Result<std::unique_ptr<JournalReader>> read(const Position& from) = 0;

  // Any thread. From the first batch on that was sealed at or behind `time`, in the order of the journal;
  // from the end where there is none. Where the wall clock was set, what follows may be older. Milliseconds
  // whatever the backlog: one segment is scanned (at the first time in a run, the header of each is read).
  virtual Result<std::unique_ptr<JournalReader>> read_from_time(WallTime time) = 0;

  // Any thread.
  [[nodiscard]] virtual JournalStats stats() const = 0;
};

// One thread per reader. Batches come in order with their catalogs' definitions resolved by digest.
class JournalReader {
 public:
  virtual ~JournalReader() = default;

  struct Item {
    std::shared_ptr<RawBatch> batch;  // `catalog` is not set: the reader's user resolves the digest
    Digest catalog;
    // Set where something should have been before this batch and is not: removed by the cap, damaged, torn.
    std::optional<GapRecord> missing;
    std::uint64_t missing_earlier = 0;  // of missing->count: records known to be of epochs before the batch's
  };
  // nullopt: the end for now. Damaged stretches are skipped and reported in the next item.
  virtual Result<std::optional<Item>> next() = 0;

  // At the end for now: something may be missing before it, and only the next batch can tell.
  [[nodiscard]] virtual bool suspects() const = 0;

  // The definition stored under this digest; read from the segment at hand.
  virtual Result<std::string> definition(const Digest& digest) = 0;
};

}  // namespace cantrail
