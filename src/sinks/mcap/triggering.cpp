#include "sinks/mcap/triggering.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::mcap_sink {

void Triggering::note(const Cause& cause, std::optional<std::size_t> opens_at) {
  if (!opens_at && !noted_.empty()) return;
  noted_.push_back({opens_at.value_or(0),
                    {"cantrail.trigger",
                     {{"trigger", cause.trigger},
                      {"reason", cause.reason},
                      {"time", to_rfc3339(cause.time)},
                      {"epoch", std::to_string(cause.at.epoch)},
                      {"seq", std::to_string(cause.at.seq)},
                      {"before", format_duration(before_)},
                      {"after", format_duration(after_)}}}});
}

std::optional<mcap::Metadata> Triggering::cause(std::size_t batch) const {
  const auto of_batch =
      std::find_if(noted_.rbegin(), noted_.rend(), [&](const Noted& one) { return one.from <= batch; });
  return of_batch == noted_.rend() ? std::nullopt : std::optional(of_batch->cause);
}

std::optional<Position> Triggering::look(std::span<const BatchPtr> batches,
                                         std::span<const Recordings::Call> calls) {
  windows_.begin_group();
  if (!noted_.empty()) {  // the window that was the last one may go on in this group
    noted_.erase(noted_.begin(), std::prev(noted_.end()));
    noted_.front().from = 0;
  }
  for (const BatchPtr& batch : batches) {
    std::vector<Cause> causes;
    std::vector<Windows::Pull> pulls;
    const WallTime now = batch->raw->clock.wall;
    std::optional<Cause> cause;
    if (const std::string* word = trigger_.pulled_by(*batch)) cause = Cause{*word, "", now, batch->begin()};
    // A call belongs to the first batch from its place on; if that is of a later run, to its own time before
    // it.
    for (const auto& [number, call] : calls) {
      const bool passed = windows_.seen() && call.at < *windows_.seen();
      if (passed || number <= pulled_in_silence_ || !(call.at < batch->end())) continue;
      if (call.at.epoch < batch->begin().epoch && call.time < now) {
        causes.push_back({call.name, call.reason, call.time, call.at});
        pulls.push_back({elapsed(call.time.ns, now.ns), std::nullopt});
      } else {
        cause = Cause{call.name, call.reason, call.time, batch->begin()};
      }
    }
    if (cause) {
      causes.push_back(*std::move(cause));
      pulls.emplace_back();
    }
    windows_.look(*batch, pulls);
    for (std::size_t i = 0; i < pulls.size(); ++i) note(causes[i], pulls[i].opens_at);
  }
  return windows_.go_back();
}

std::optional<Position> Triggering::idle(Duration silence, std::span<const Recordings::Call> calls) {
  if (!windows_.seen()) return std::nullopt;
  for (const auto& [number, call] : calls) {
    if (number <= pulled_in_silence_ || call.at < *windows_.seen()) continue;
    pulled_in_silence_ = number;
    const bool opens = windows_.over(silence);
    note({call.name, call.reason, call.time, call.at}, opens ? std::optional<std::size_t>(0) : std::nullopt);
    windows_.pull_in_silence(silence);
  }
  return windows_.go_back();
}

}  // namespace cantrail::mcap_sink
