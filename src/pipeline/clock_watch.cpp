#include "pipeline/clock_watch.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/clock_course.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kMostRecent = 16;

Duration offset_of(const ClockPair& clock) {
  return Duration(clock.wall.ns - clock.mono.ns);
}

}  // namespace

// An interruption between the two readings makes the offset larger, never smaller: a clock that is set back
// is certain at once.
std::optional<ClockStep> ClockWatch::note(const ClockPair& clock) {
  const Duration offset = offset_of(clock);
  if (!last_) {
    last_ = clock;
    offset_ = offset;
    return std::nullopt;
  }
  if (clock.mono < last_->mono) return std::nullopt;
  last_ = clock;
  const Duration by = offset - offset_;
  if (std::chrono::abs(by) <= ClockCourse::kStep) {
    offset_ = std::min(offset_, offset);
    suspect_.reset();
    return std::nullopt;
  }
  if (by > Duration::zero() && !suspect_) {
    suspect_ = clock;
    return std::nullopt;
  }
  const ClockPair at = by > Duration::zero() ? *suspect_ : clock;
  const Duration settled = by > Duration::zero() ? std::min(offset, offset_of(at)) : offset;
  const ClockStep step{WallTime{at.mono.ns + offset_.count()}, WallTime{at.mono.ns + settled.count()}};
  offset_ = settled;
  suspect_.reset();
  const std::lock_guard lock(mutex_);
  ++steps_.count;
  steps_.recent.push_back(step);
  if (steps_.recent.size() > kMostRecent) steps_.recent.pop_front();
  return step;
}

ClockSteps ClockWatch::steps() const {
  const std::lock_guard lock(mutex_);
  return steps_;
}

std::string to_string(const ClockStep& step) {
  const bool forward = step.by() > Duration::zero();
  return std::string("the clock was set ") + (forward ? "forward" : "back") + " by " +
         format_duration(std::chrono::abs(step.by())) + ", from " + to_rfc3339(step.from) + " to " +
         to_rfc3339(step.to);
}

}  // namespace cantrail
