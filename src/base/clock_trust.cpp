#include "base/clock_trust.hpp"

#include <sys/timex.h>

namespace cantrail {

ClockTrust clock_trust() {
  timex clock{};
  const int state = ::adjtimex(&clock);
  if (state < 0 || state == TIME_ERROR) return {};
  return {true, static_cast<double>(clock.maxerror) / 1000};
}

}  // namespace cantrail
