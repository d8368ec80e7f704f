// A recording by triggers: which batches are taken, and why. The sink asks; what is durable is with
// Recordings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/mcap/records.hpp"
#include "model/batch.hpp"
#include "sinks/mcap/recordings.hpp"
#include "sinks/mcap/trigger.hpp"
#include "sinks/mcap/windows.hpp"

namespace cantrail::mcap_sink {

inline constexpr Duration kLongestWindow = std::chrono::hours(1);  // each side: what is remembered is bounded

// One thread.
class Triggering {
 public:
  Triggering(Trigger trigger, Duration before, Duration after)
      : trigger_(std::move(trigger)), before_(before), after_(after), windows_(before, after) {}

  void bind(const Catalog& catalog) { trigger_.bind(catalog); }
  // Looking begins anew, after open(). What lies before `recorded` is in files.
  void restart(const std::optional<Position>& recorded) { windows_.restart(recorded); }

  // A position: the group is to come again, and what lies between before it. Else windows() says which are
  // wanted.
  std::optional<Position> look(std::span<const BatchPtr> batches, std::span<const Recordings::Call> calls);
  // Nothing has come for that long.
  std::optional<Position> idle(Duration silence, std::span<const Recordings::Call> calls);

  [[nodiscard]] Windows& windows() { return windows_; }
  // What pulled first of the window that this batch of the group is in, as a file tells it.
  [[nodiscard]] std::optional<mcap::Metadata> cause(std::size_t batch) const;

 private:
  struct Cause {
    std::string trigger, reason;
    WallTime time;
    Position at;
  };

  struct Noted {
    std::size_t from;  // the first batch of the group that it is of
    mcap::Metadata cause;
  };

  void note(const Cause& cause, std::optional<std::size_t> opens_at);

  Trigger trigger_;
  Duration before_, after_;
  Windows windows_;
  std::uint64_t pulled_in_silence_ = 0;  // the last call that was
  std::vector<Noted> noted_;             // of windows that the group has anything of, in their order
};

}  // namespace cantrail::mcap_sink
