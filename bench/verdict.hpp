// Whether a figure is what it must be. On a machine that does other things too, the processor's time says
// more than the clock.
#pragma once

namespace cantrail::bench {

// Both in what is done a second: by the clock, and by processor time.
[[nodiscard]] constexpr const char* verdict(double by_clock, double by_cpu, double must) {
  return by_clock >= must ? "MET" : by_cpu >= must ? "MET by processor time only" : "MISSED";
}

}  // namespace cantrail::bench
