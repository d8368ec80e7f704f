// Whether an interface's own time stamps can be taken for the time of day.
#pragma once

#include <optional>
#include <string>

namespace cantrail::socketcan {

// The number of the clock (/dev/ptpN) by which the interface stamps what it receives; nullopt: it does not
// stamp, or by a counter that is no clock, which is what most CAN controllers do.
[[nodiscard]] std::optional<int> receive_clock(int socket, const std::string& interface);

// Whether that clock shows the time of day now, to a millisecond: somebody (phc2sys, ptp4l) keeps it so.
[[nodiscard]] bool shows_wall_time(int clock);

}  // namespace cantrail::socketcan
