// Where data goes. A sink only writes: its lane owns the thread, the queue, batching, retry and the counters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "base/time.hpp"
#include "component/context.hpp"
#include "component/forecast.hpp"
#include "component/history.hpp"
#include "component/options.hpp"
#include "component/probe.hpp"
#include "component/recording_list.hpp"
#include "component/store_check.hpp"
#include "model/batch.hpp"

namespace cantrail {

struct SinkTraits {
  bool durable = false;  // has a cursor; is fed from the journal whenever it is behind
  // Live sinks: write() touches only memory, waits for nobody and takes microseconds. It is called on the
  // thread that decodes, as soon as nothing more is there to decode; of what follows only `records` counts.
  bool prompt = false;
  // How the lane coalesces: a write happens when one of these is reached. A live lane's delay is from one
  // write to the next: what comes after a silence is written at once.
  std::size_t records = 1000;
  std::size_t bytes = 1 << 20;
  Duration delay = std::chrono::milliseconds(100);
  // Durable sinks: groups that wait for their delay end where such a stretch of wall time ends, if one does
  // within it. 0: anywhere.
  Duration align{0};
  // Durable sinks: how often idle() is called while nothing comes. 0: never.
  Duration idle{0};
};

struct RejectedRow {
  std::size_t batch = 0;  // index into the span
  std::size_t block = 0;  // index into Batch::blocks
  std::size_t row = 0;
  std::string reason;
};

// What became of the input records of the batches, each counted once, but for those that the lane leaves out
// (Batch::left_out): the lane counts these, and holds the sum against the number of all.
struct WriteOutcome {
  std::uint64_t delivered = 0;
  std::uint64_t filtered = 0;  // by the sink itself
  std::uint64_t undecoded = 0;
  std::uint64_t superseded = 0;
  std::vector<RejectedRow> rejected;  // given to SinkContext::rejected before the commit
  // Durable sinks: the cursor that the store holds now. Equal to `upto`: done. Anything else: the store's
  // cursor was not `expected`, nothing was written, the counts are 0, and the lane goes on from this cursor.
  std::optional<Position> durable;
  // With a `durable` that is not `upto`: the sink asks to be given again what lies behind it. Of those
  // records it has told before that they are filtered.
  bool again = false;
};

// All calls come from the lane's thread. Order: open, catalog(nullptr, first), write and catalog …, flush,
// close. After a fault `unavailable` or `exhausted` from write() the lane closes, waits, opens again and
// compares cursors: so an outcome that is not known (the connection broke during commit) is settled by what
// the store says.
class Sink {
 public:
  virtual ~Sink() = default;

  [[nodiscard]] virtual SinkTraits traits() const = 0;

  // The cursor found in the store; nullopt: a new store, or a live sink. A cursor of another journal counts
  // as none for this journal and is left alone.
  virtual Result<std::optional<Position>> open(const SinkContext& context) = 0;

  // Between batches, before the first batch of the new catalog. Dense ids are valid within one catalog.
  virtual Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) = 0;

  // All batches have the current catalog and follow each other. Durable sinks: rows and the cursor in one
  // transaction, the cursor moved by compare-and-set from `expected` to `upto` (both exclusive ends).
  virtual Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                                     const Position& upto) = 0;

  // Between writes of a lane that has caught up, while nothing comes. A position: to be given again what lies
  // behind it, as WriteOutcome::again. A fault is one of write().
  virtual Result<std::optional<Position>> idle() { return std::optional<Position>(); }

  virtual Status flush() = 0;
  virtual void close() = 0;

  // What it has written to the machine's disks since it was made, overhead and all; nullopt: not known.
  [[nodiscard]] virtual std::optional<std::uint64_t> written_bytes() const { return std::nullopt; }

  // How far it has looked through what was stored before this start, and what is damaged. Any thread;
  // nullopt: it does not look.
  [[nodiscard]] virtual std::optional<StoreCheck> check() const { return std::nullopt; }

  // A store that can be asked for what it holds; usable from other threads after open(), outlives close().
  [[nodiscard]] virtual std::shared_ptr<HistoryReader> history() { return nullptr; }
  // The same for a sink that writes files.
  [[nodiscard]] virtual std::shared_ptr<RecordingList> recordings() { return nullptr; }
};

// One [sink.NAME] of the configuration.
class SinkConfig {
 public:
  virtual ~SinkConfig() = default;
  virtual void describe(OptionVisitor& visitor) = 0;
  [[nodiscard]] virtual std::vector<std::string> problems() const { return {}; }
  // Files that it owns alone: no other sink may name one of them, nor may they lie in the journal's folder,
  // and what is there already must be a regular file. Whoever may touch the file system looks.
  [[nodiscard]] virtual std::vector<std::string> writes() const { return {}; }
  // Fields and named signals that it looks at by itself, by option, for whoever knows the catalog to check:
  // ("trigger", "Battery.soc").
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> looks_at() const { return {}; }
  // How far back it wants records from the journal at times, beside what it has missed: `check` knows whether
  // the journal has them then. Told as "before: …".
  [[nodiscard]] virtual Duration looks_back() const { return {}; }
  // For the numbers of `check`: what becomes of these rows. nullopt: it cannot tell, or keeps nothing.
  [[nodiscard]] virtual std::optional<SinkForecast> forecast(std::span<const StreamRate> streams) const {
    (void)streams;
    return std::nullopt;
  }
  // For `check --connect`: looks at what it would open, within a few seconds, and leaves everything as it
  // is. nullopt: there is nothing to look at.
  [[nodiscard]] virtual std::optional<Findings> probe(const ProbeContext& context) const {
    (void)context;
    return std::nullopt;
  }
  [[nodiscard]] virtual std::unique_ptr<Sink> make() const = 0;
};

}  // namespace cantrail
