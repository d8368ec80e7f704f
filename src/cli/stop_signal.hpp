// SIGINT and SIGTERM as something to wait for, and SIGHUP as something to ask for.
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
  // Sleeps; true as soon as the signal has come. False: the time is over, or a ReloadSignal has come.
  [[nodiscard]] static bool wait_for(Duration duration);
};

// SIGHUP that somebody sends asks for a reload; that of a terminal which goes away is a StopSignal, which
// must be there. Installs itself for the life of the object; one at a time.
class ReloadSignal {
 public:
  ReloadSignal();
  ~ReloadSignal();
  ReloadSignal(const ReloadSignal&) = delete;
  ReloadSignal& operator=(const ReloadSignal&) = delete;

  // Whether one has come since the last call. It ends a StopSignal::wait_for() early.
  [[nodiscard]] static bool take();
};

}  // namespace cantrail::cli
