// Frames out to a CAN interface.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "component/frame_target.hpp"

namespace cantrail::socketcan {

inline constexpr Duration kTargetPatience = std::chrono::seconds(10);

// Sends every frame to this one interface, whatever its channel. Where the interface's queue is full, send()
// waits; after `patience` without one frame gone it returns `unavailable` (nobody on the bus acknowledges,
// bus-off). `rejected`: a CAN FD frame for an interface without FD. Faults of opening: as the source's.
[[nodiscard]] Result<std::unique_ptr<FrameTarget>> open_target(const std::string& interface,
                                                               Duration patience = kTargetPatience);

// The same, and what others send there: frames of this machine's other sockets too, its own not.
[[nodiscard]] Result<std::unique_ptr<FramePort>> open_port(const std::string& interface, const Clock& clock);

}  // namespace cantrail::socketcan
