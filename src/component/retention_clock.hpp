// The time by which a store's past grows old. It runs with the monotonic clock, never backwards, and goes on
// where the store's newest content was stored. The wall clock moves it forward only where it can be believed:
// a clock that is wrong by years must not remove years.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/time.hpp"

namespace cantrail {

// Retention time went forward by `by_ns`: what is known to have been stored at or after `since_ns` moves
// along, since it is not so old.
struct RetentionStep {
  std::int64_t since_ns = 0, by_ns = 0;

  void move(std::int64_t& stored_ns) const { stored_ns += stored_ns >= since_ns ? by_ns : 0; }
};

// One thread. The clock outlives it.
class RetentionClock {
 public:
  // The most that nobody need vouch for: the time that a machine was switched off. Beyond it, or beyond half
  // of the shortest age limit, retention waits until the clock is trusted.
  static constexpr Duration kMostUntrusted = std::chrono::hours(24);

  // `newest_ns`: when the newest content was stored; nullopt: there is none. `shortest_age`: of the limits.
  RetentionClock(const Clock& clock, std::optional<std::int64_t> newest_ns,
                 std::optional<Duration> shortest_age);

  [[nodiscard]] std::int64_t now_ns() const;

  // To be asked before anything is removed. Once the clock is trusted and ahead of retention time, that
  // follows it: first the step, which is to be applied to all that is stored, then now_ns() as it says.
  [[nodiscard]] std::optional<RetentionStep> catch_up();

  // The clock is ahead by that much, and nobody vouches for it; nullopt: nothing is waited for.
  [[nodiscard]] std::optional<Duration> waits() const { return waits_; }
  // What to tell the operator then.
  [[nodiscard]] std::string why_it_waits() const;

 private:
  const Clock& clock_;
  std::int64_t began_ns_;  // retention time when it was made
  MonoTime began_;
  std::optional<Duration> waits_;
};

}  // namespace cantrail
