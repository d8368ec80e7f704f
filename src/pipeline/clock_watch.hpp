// Notices where the wall clock is set while a node runs: NTP, a hand, a GPS. The journal has it too, in the
// clock pairs of its batches (model/clock_course.hpp); this tells it as it happens.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace cantrail {

struct ClockStep {
  WallTime from, to;  // what the clock would have said, and what it said
  [[nodiscard]] Duration by() const { return to - from; }
};

struct ClockSteps {
  std::uint64_t count = 0;       // in this run
  std::deque<ClockStep> recent;  // newest last, at most 16
};

class ClockWatch {
 public:
  // Pairs that were read one after the other, more or less; those out of order are passed over. One thread.
  // A step is told with the second pair behind it: one alone may have been interrupted between its readings.
  std::optional<ClockStep> note(const ClockPair& clock);

  [[nodiscard]] ClockSteps steps() const;  // any thread

 private:
  std::optional<ClockPair> last_;
  Duration offset_{};                 // wall - mono, the least since the last step
  std::optional<ClockPair> suspect_;  // more ahead than the offset says

  mutable std::mutex mutex_;  // guards steps_
  ClockSteps steps_;
};

// "set forward by 56 y …": for the log.
[[nodiscard]] std::string to_string(const ClockStep& step);

}  // namespace cantrail
