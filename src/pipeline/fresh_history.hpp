// The history of a lane's store, for readers that want what waits in the lane as well.
#pragma once

#include <memory>
#include <mutex>

#include "component/history.hpp"

namespace cantrail {

class DurableLane;

// The way from readers, which may outlive the lane, to the lane.
struct LaneDoor {
  std::mutex mutex;
  DurableLane* lane = nullptr;  // nullptr: gone
};

// Answers as `reader`, once the lane has written what waits.
[[nodiscard]] std::shared_ptr<HistoryReader> fresh_history(std::shared_ptr<LaneDoor> door,
                                                           std::shared_ptr<HistoryReader> reader);

}  // namespace cantrail
