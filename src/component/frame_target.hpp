// The other direction: frames sent out, by replay, simulation and sources that ask.
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

// Both directions, for who answers or asks outside of the pipeline. One thread.
class FramePort : public FrameTarget {
 public:
  // Appends what others have sent, waiting until `deadline` (monotonic) for the first frame and not longer;
  // channel 0. Returns `unavailable` when the other side is gone.
  virtual Status receive(FrameBlock& frames, MonoTime deadline) = 0;
};

}  // namespace cantrail
