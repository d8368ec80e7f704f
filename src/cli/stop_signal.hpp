// SIGINT and SIGTERM as something to wait for.
#pragma once

#include "base/time.hpp"

namespace cantrail::cli {

// Installs itself for the life of the object; one at a time. Other threads are not interrupted.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] static bool came();
  // Sleeps; true as soon as the signal has come.
  [[nodiscard]] static bool wait_for(Duration duration);
};

}  // namespace cantrail::cli
