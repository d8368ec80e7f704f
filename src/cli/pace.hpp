// `--speed`: how recorded time goes by.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace cantrail::cli {

// "max": nullopt factor; "1", "10", "0.5", "10x": the factor.
struct Speed {
  std::optional<double> factor = 1;
};
[[nodiscard]] std::optional<Speed> parse_speed(const std::string& text);

// Holds frames back until their time has come, measured from the first.
class Pace {
 public:
  explicit Pace(Speed speed) : speed_(speed) {}
  void restart() { started_.reset(); }

  // How long from `now` until a frame of this time is due; zero or less: send it.
  [[nodiscard]] Duration until_due(WallTime frame_time, MonoTime now);

 private:
  struct Start {
    WallTime recorded;
    MonoTime now;
  };
  Speed speed_;
  std::optional<Start> started_;
};

}  // namespace cantrail::cli
