// How far this machine's clock can be trusted, as the kernel judges.
#pragma once

#include <optional>

namespace cantrail {

struct ClockTrust {
  bool synchronised = false;       // something (NTP, PTP, GPS) keeps the clock at the time of day
  std::optional<double> error_ms;  // at most so far from it, while it is kept; nullopt: not known
};

// adjtimex(2), which only reads here. Thread-safe.
[[nodiscard]] ClockTrust clock_trust();

}  // namespace cantrail
