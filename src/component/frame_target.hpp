// The other direction: frames sent out, by replay and simulation. Not part of the pipeline.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "model/frame.hpp"

namespace cantrail {

// One thread. Destruction closes.
class FrameTarget {
 public:
  virtual ~FrameTarget() = default;
  // Sends frames [from, to) of the block now; channel_names[channel] is each frame's channel. Blocks while
  // the other side has no room (a CAN interface's queue); returns `unavailable` when it is gone.
  virtual Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
                      std::span<const std::string> channel_names) = 0;
  virtual Status flush() = 0;
};

}  // namespace cantrail
