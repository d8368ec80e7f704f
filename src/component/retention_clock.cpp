#include "component/retention_clock.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace cantrail {
namespace {

// Before it there was nothing that could have stored anything: the clock was not set.
constexpr std::int64_t kCertainlyWrongNs = 1'577'836'800'000'000'000;  // 2020-01-01
constexpr Duration kNoStep = std::chrono::seconds(1);

}  // namespace

RetentionClock::RetentionClock(const Clock& clock, std::optional<std::int64_t> newest_ns,
                               std::optional<Duration> shortest_age)
    : clock_(clock), began_ns_(clock.wall().ns), began_(clock.mono()) {
  if (!newest_ns) return;
  const Duration ahead(began_ns_ - *newest_ns);
  const Duration most = shortest_age ? std::min(kMostUntrusted, *shortest_age / 2) : kMostUntrusted;
  const bool believed = ahead <= most || clock.trust().synchronised;
  if (ahead > Duration::zero() && believed && *newest_ns >= kCertainlyWrongNs) return;
  began_ns_ = *newest_ns;  // catch_up() moves it on, where the clock is trusted
  if (ahead > most && !believed) waits_ = ahead;
}

std::int64_t RetentionClock::now_ns() const {
  return began_ns_ + (clock_.mono() - began_).count();
}

std::optional<RetentionStep> RetentionClock::catch_up() {
  const std::int64_t now = now_ns();
  const Duration ahead(clock_.wall().ns - now);
  if (ahead < kNoStep || !clock_.trust().synchronised) return std::nullopt;
  // The newest of what was there before lies at began_ns_ itself. What has times of a clock that was not set
  // is of unknown age: all of it counts from here.
  const std::int64_t since =
      now < kCertainlyWrongNs ? std::numeric_limits<std::int64_t>::min() : began_ns_ + 1;
  began_ns_ += ahead.count();
  waits_.reset();
  return RetentionStep{since, ahead.count()};
}

std::string RetentionClock::why_it_waits() const {
  return "the clock says " + to_rfc3339(clock_.wall()) + ", " +
         format_duration(waits_.value_or(Duration::zero())) +
         " behind what is stored here, and nothing vouches for it: until the clock is synchronised (NTP, "
         "PTP, "
         "GPS) only running time counts as age";
}

}  // namespace cantrail
