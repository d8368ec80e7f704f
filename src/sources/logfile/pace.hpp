// How fast a recording is played. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/status.hpp"
#include "base/time.hpp"

namespace cantrail::logfile {

struct Pace {
  std::optional<double> factor;  // of the recorded speed; nullopt: as fast as it goes
};

// "recorded", "max", or a factor: "10x", "0.5". Fault: config.
[[nodiscard]] Result<Pace> parse_pace(std::string_view text);

// When each frame is due. The first one is due at once; a recording whose time goes back (two logs in one
// file) goes on from there without waiting.
class Schedule {
 public:
  explicit Schedule(double factor) : factor_(factor) {}
  [[nodiscard]] MonoTime due(WallTime time, MonoTime now);

 private:
  struct Anchor {
    WallTime time;
    MonoTime due;
  };
  double factor_;
  std::optional<Anchor> anchor_;
  WallTime last_;
};

}  // namespace cantrail::logfile
