// The demonstration's own books: what the car sent, held against what the node says became of it. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace cantrail::cli::demo {

// What the node reports a few times a second, as one line of text through a pipe.
struct Report {
  std::uint64_t stored = 0;    // rows that the history holds
  std::uint64_t received = 0;  // this run: records sequenced; the others are of the history's lane
  std::uint64_t accepted = 0;  // records that the journal has
  std::uint64_t delivered = 0, filtered = 0, dropped = 0, pending = 0;
  std::uint64_t lost = 0;  // that the source knows of
  bool caught_up = false;
  std::string recorded;  // the newest file that is finished; empty: none

  [[nodiscard]] std::string line() const;  // with its newline
  [[nodiscard]] static Result<Report> parse(std::string_view line);
};

class Books {
 public:
  void sent(std::uint64_t frames) { sent_ += frames; }
  void heard(const Report& report) { now_ = report; }
  [[nodiscard]] const Report& now() const { return now_; }

  // A node stands ready, has caught up, and nothing was sent to it yet: what is not in its history went by.
  void begin(const Report& report);
  // Of what the node before this one had accepted, how much is missing in the history.
  [[nodiscard]] std::uint64_t lost_at_the_last_start() const { return lost_; }
  [[nodiscard]] std::uint64_t went_by_at_the_last_start() const { return went_by_; }

  // "sent 41,208 = delivered 41,190 + filtered 0 + dropped 0 + pending 18"; with what went by while no node
  // was there to hear it, once there is such a thing.
  [[nodiscard]] std::string equation() const;

 private:
  bool begun_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t before_ = 0;     // rows that the history held before the demonstration
  std::uint64_t delivered_ = 0;  // by earlier runs of the node
  std::uint64_t missed_ = 0;     // sent while there was none
  std::uint64_t went_by_ = 0, lost_ = 0;
  Report now_;
};

}  // namespace cantrail::cli::demo
