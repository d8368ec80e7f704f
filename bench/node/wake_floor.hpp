// What this machine takes for the waking of threads alone: as many as a node has for two buses, woken as
// often, in the same order, with nothing to do.
#pragma once

namespace cantrail::bench {

// Processor seconds of all of them in `seconds`.
[[nodiscard]] double wake_floor_cpu_s(double seconds);

}  // namespace cantrail::bench
