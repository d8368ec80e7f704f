// The path from the pipeline to one sink, seen from the pipeline.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "component/history.hpp"
#include "component/recording_list.hpp"
#include "model/batch.hpp"
#include "pipeline/lane_ledger.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

// What outlives a lane when another takes its place in the same run, so that its account goes on.
struct LaneBooks {
  Ledger live;                        // of a live lane: settled; received is the sum of it
  std::optional<LaneLedger> durable;  // of a durable one
  std::vector<BatchPtr> unanswered;   // handed over from `cursor` on, and the store has it or not
  Position cursor;
};

class Lane {
 public:
  virtual ~Lane() = default;

  // The first open, on the caller's thread. A fault `config` (or `bug`) keeps the node from starting;
  // `unavailable` is the lane's own affair: it backs off and tries again.
  virtual Status prepare() = 0;
  virtual void start() = 0;

  // Once, before start(): the main chain has offered others up to this seq, and so many records of the epoch.
  virtual void joins(std::uint64_t seq, std::uint64_t records) = 0;
  // From the main chain's thread: the next batch. Never blocks.
  virtual void offer(const BatchPtr& batch) = 0;
  // From the main chain's thread: for now that was the last. Never blocks.
  virtual void caught_up() {}
  // After the last offer(): write what is left, until the deadline. True: everything was delivered.
  virtual bool drain(MonoTime deadline) = 0;
  // Any thread: a drain() that is under way, or comes, ends by then at the latest.
  virtual void end_by(MonoTime deadline) { (void)deadline; }
  // After drain().
  [[nodiscard]] virtual LaneBooks books() const = 0;

  // Any thread. The head is taken after the lane's own figures, so that pending is never negative.
  [[nodiscard]] virtual LaneStatus status(const Sequencer& sequencer) const = 0;
  // What waits for more is written now. Returns at once.
  virtual void hurry() {}
  [[nodiscard]] virtual std::shared_ptr<HistoryReader> history() const = 0;
  [[nodiscard]] virtual std::shared_ptr<RecordingList> recordings() const { return nullptr; }
};

}  // namespace cantrail
