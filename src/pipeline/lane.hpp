// The path from the pipeline to one sink, seen from the pipeline.
#pragma once

#include <memory>

#include "base/time.hpp"
#include "component/history.hpp"
#include "model/batch.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

class Lane {
 public:
  virtual ~Lane() = default;

  // The first open, on the caller's thread. A fault `config` (or `bug`) keeps the node from starting;
  // `unavailable` is the lane's own affair: it backs off and tries again.
  virtual Status prepare() = 0;
  virtual void start() = 0;

  // From the main chain's thread: the next batch. Never blocks.
  virtual void offer(const BatchPtr& batch) = 0;
  // From the main chain's thread: for now that was the last. Never blocks.
  virtual void caught_up() {}
  // After the last offer(): write what is left, until the deadline. True: everything was delivered.
  virtual bool drain(MonoTime deadline) = 0;

  // Any thread. The head is taken after the lane's own figures, so that pending is never negative.
  [[nodiscard]] virtual LaneStatus status(const Sequencer& sequencer) const = 0;
  // What waits for more is written now. Returns at once.
  virtual void hurry() {}
  [[nodiscard]] virtual std::shared_ptr<HistoryReader> history() const = 0;
};

}  // namespace cantrail
