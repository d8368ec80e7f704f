// Counts the frames of a group of batches by identifier. Work per frame is one look into a table; what the
// group brought goes to the state under one lock. After warm-up it allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "model/batch.hpp"
#include "server/frame_state.hpp"

namespace cantrail::server {

// One thread. Batches given to add() must live until publish().
class FrameTally {
 public:
  explicit FrameTally(FrameState& state);
  void add(const RawBatch& batch);
  void publish();

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t round = 0;  // of another round: free
    std::uint32_t index = 0;  // of the newest frame in its batch
    const RawBatch* batch = nullptr;
    std::uint64_t count = 0;
  };
  Slot& slot_of(std::uint64_t key);

  FrameState& state_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> used_;
  std::vector<FramesSeen> seen_;
  std::uint32_t round_ = 1;
};

}  // namespace cantrail::server
