// Where `replay` and `simulate` send frames: socketcan:vcan0, cannelloni:host:port, candump:- (a log on
// standard output).
#pragma once

#include <memory>
#include <string>

#include "component/frame_target.hpp"

namespace cantrail::cli {

// Fault `config` where the name is none of these.
[[nodiscard]] Result<std::unique_ptr<FrameTarget>> open_frame_output(const std::string& name);

// For the help text.
inline constexpr const char* kFrameOutputs =
    "socketcan:vcan0, cannelloni:host:port, or candump:- for a log on standard output";

}  // namespace cantrail::cli
