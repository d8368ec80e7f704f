// Which batches a triggered recording takes: those from `before` ahead of a trigger to `after` behind it.
// Windows that touch are one.
//
// Holds no data. What lies ahead of a trigger has passed by then and is in the journal, so the lane is asked
// to come again from there. After a crash the journal is read again from where a window could still have
// begun or be open (resume_at), and the same triggers are found again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "model/batch.hpp"

namespace cantrail::mcap_sink {

// 0 if it is not later; at most a quarter of what a Duration can hold.
[[nodiscard]] Duration elapsed(std::int64_t then_ns, std::int64_t now_ns);

// Time is that at which batches were sealed, and monotonic within a run: a clock that steps stretches no
// window. Between runs it is the wall clock's. One thread.
class Windows {
 public:
  Windows(Duration before, Duration after) : before_(before), after_(after) {}

  // Nothing has come yet. What lies before `recorded` is in files.
  void restart(const std::optional<Position>& recorded);

  // A trigger in a batch, or so long before it, when none came.
  struct Pull {
    Duration ago{0};
    // Set by look() if it opens a window: the first batch since begin_group() that is in it.
    std::optional<std::size_t> opens_at;
  };

  void begin_group();
  // The next batch, and what pulls there, the earliest first.
  void look(const Batch& batch, std::span<Pull> pulls);
  // With nothing more to come for now, this long after the last batch was looked at: a trigger.
  void pull_in_silence(Duration silence);

  // By batch since begin_group(), in order: 1 where it is in a window.
  [[nodiscard]] const std::vector<std::uint8_t>& wanted() const { return wanted_; }
  // Where what must be recorded begins, if that is ahead of the group: the lane is to come again from there.
  // Calling it means that it will.
  [[nodiscard]] std::optional<Position> go_back();
  // The wanted batches up to this end are in files.
  void recorded(const Position& end) { recorded_ = end; }
  [[nodiscard]] bool is_recorded(const Position& end) const { return recorded_ && end <= *recorded_; }

  // No window is open any more, this long after the last batch.
  [[nodiscard]] bool over(Duration silence) const;
  // Behind the last batch that was looked at.
  [[nodiscard]] const std::optional<Position>& seen() const { return seen_; }
  // Where a lane must begin to find all triggers again that can still matter.
  [[nodiscard]] std::optional<Position> resume_at() const;
  // The same while the group has not been written.
  [[nodiscard]] const std::optional<Position>& group_resumes_at() const { return group_resumes_at_; }

 private:
  struct Passed {
    Position begin;
    ClockPair clock;
    Duration at;  // on the axis of this run of looking
  };

  struct Window {
    Duration from, until;
  };

  [[nodiscard]] Duration time_of(const RawBatch& batch) const;
  std::size_t want_from(Duration begin, Duration end);
  void forget_old();

  Duration before_, after_;
  std::deque<Passed> passed_;  // ascending, one a step
  std::optional<Passed> last_;
  std::optional<Position> seen_, before_group_, group_resumes_at_, recorded_, back_to_;
  std::optional<Duration> before_group_at_;
  std::optional<Window> window_;  // the last one
  std::vector<std::uint8_t> wanted_;
  std::vector<Duration> times_;  // of the group
};

}  // namespace cantrail::mcap_sink
