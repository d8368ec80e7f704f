// Frames out to a cannelloni peer.
#pragma once

#include <memory>
#include <string>

#include "component/frame_target.hpp"

namespace cantrail::cannelloni {

// Sends every frame to this one address ("host:port"), whatever its channel; each send() fills packets and
// leaves none unsent. UDP does not tell whether they arrive; where the peer's machine says that nobody
// listens, send() returns `unavailable`. Faults of opening: config, unavailable.
[[nodiscard]] Result<std::unique_ptr<FrameTarget>> open_target(const std::string& address);

}  // namespace cantrail::cannelloni
