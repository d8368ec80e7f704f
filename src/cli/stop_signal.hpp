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

  // Another one has come after the first. What follows it within 200 ms is still the first: `timeout` signals
  // a process and then its group.
  [[nodiscard]] static bool came_again();
  // Sleeps; true as soon as another one has come. False: the time is over, or wake() was called.
  [[nodiscard]] static bool wait_for_another(Duration duration);
  // Any thread: ends a wait_for_another(), or the next.
  static void wake();
  // From now on a signal has its usual effect, which is to end the process.
  static void let_go();
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
