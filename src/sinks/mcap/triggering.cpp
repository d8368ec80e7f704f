#include "sinks/mcap/triggering.hpp"

#include "base/text.hpp"

namespace cantrail::mcap_sink {

void Triggering::note(const Cause& cause, bool begins_window) {
  if (!begins_window && cause_) return;
  cause_ = {"cantrail.trigger",
            {{"trigger", cause.trigger},
             {"reason", cause.reason},
             {"time", to_rfc3339(cause.time)},
             {"epoch", std::to_string(cause.at.epoch)},
             {"seq", std::to_string(cause.at.seq)},
             {"before", format_duration(before_)},
             {"after", format_duration(after_)}}};
}

std::optional<Position> Triggering::look(std::span<const BatchPtr> batches,
                                         std::span<const Recordings::Call> calls) {
  windows_.begin_group();
  for (const BatchPtr& batch : batches) {
    std::optional<Cause> cause;
    if (const std::string* word = trigger_.pulled_by(*batch)) {
      cause = Cause{*word, "", batch->raw->clock.wall, batch->begin()};
    }
    // A call belongs to the first batch from its place on.
    for (const auto& [number, call] : calls) {
      const bool passed = windows_.seen() && call.at < *windows_.seen();
      if (passed || number <= pulled_in_silence_ || !(call.at < batch->end())) continue;
      cause = Cause{call.name, call.reason, call.time, batch->begin()};
    }
    const bool opens = windows_.look(*batch, cause.has_value());
    if (cause) note(*cause, opens);
  }
  return windows_.go_back();
}

std::optional<Position> Triggering::idle(Duration silence, std::span<const Recordings::Call> calls) {
  if (!windows_.seen()) return std::nullopt;
  for (const auto& [number, call] : calls) {
    if (number <= pulled_in_silence_ || call.at < *windows_.seen()) continue;
    pulled_in_silence_ = number;
    note({call.name, call.reason, call.time, call.at}, windows_.over(silence));
    windows_.pull_in_silence(silence);
  }
  return windows_.go_back();
}

}  // namespace cantrail::mcap_sink
