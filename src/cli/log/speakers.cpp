#include "cli/log/speakers.hpp"

#include <chrono>
#include <utility>

namespace cantrail::cli {

std::optional<std::uint64_t> Speakers::may_speak(std::string_view who, MonoTime now) {
  if (speakers_.size() >= kMost && !speakers_.contains(who)) speakers_.clear();
  Speaker& speaker = speakers_[std::string(who)];
  std::uint64_t left_out = 0;
  if (now - speaker.since >= std::chrono::seconds(1)) {
    speaker.since = now;
    speaker.lines = 0;
    left_out = std::exchange(speaker.left_out, 0);
  }
  if (++speaker.lines <= kPerSecond) return left_out;
  ++speaker.left_out;
  return std::nullopt;
}

}  // namespace cantrail::cli
