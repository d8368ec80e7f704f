// Frames out to a CAN interface.
#pragma once

#include <memory>
#include <string>

#include "component/frame_target.hpp"

namespace cantrail::socketcan {

// Sends every frame to this one interface, whatever its channel. Where the interface's queue is full, send()
// waits; after 10 s without one frame gone it returns `unavailable` (nobody on the bus acknowledges,
// bus-off). `rejected`: a CAN FD frame for an interface without FD. Faults of opening: as the source's.
[[nodiscard]] Result<std::unique_ptr<FrameTarget>> open_target(const std::string& interface);

}  // namespace cantrail::socketcan
