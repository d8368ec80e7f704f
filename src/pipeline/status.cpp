#include "pipeline/status.hpp"

#include <algorithm>

namespace cantrail {

std::string_view to_string(SourceState state) {
  switch (state) {
    case SourceState::opening:
      return "opening";
    case SourceState::running:
      return "running";
    case SourceState::waiting:
      return "waiting";
    case SourceState::ended:
      return "ended";
    case SourceState::failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(LaneState state) {
  switch (state) {
    case LaneState::live:
      return "live";
    case LaneState::caught_up:
      return "caught_up";
    case LaneState::catching_up:
      return "catching_up";
    case LaneState::backing_off:
      return "backing_off";
    case LaneState::failed:
      return "failed";
  }
  return "?";
}

std::optional<Duration> journal_holds(const NodeStatus& status) {
  constexpr double kDayNs = 86'400e9;
  const auto rate = status.journal_written_bytes_per_day;
  if (!rate || *rate == 0) return std::nullopt;
  std::uint64_t room = status.journal.cap_bytes;
  if (status.disk_free_bytes) room = std::min(room, status.journal.bytes + *status.disk_free_bytes);
  const double ns = static_cast<double>(room) / static_cast<double>(*rate) * kDayNs;
  if (ns >= static_cast<double>(Duration::max().count())) return std::nullopt;
  return Duration(static_cast<std::int64_t>(ns));
}

}  // namespace cantrail
