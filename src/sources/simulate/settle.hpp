// What every model of a slow thing needs.
#pragma once

#include <cmath>

namespace cantrail::simulate {

// First-order approach to `target`.
inline void settle(double& value, double target, double dt, double time_constant_s) {
  value += (target - value) * (1 - std::exp(-dt / time_constant_s));
}

}  // namespace cantrail::simulate
