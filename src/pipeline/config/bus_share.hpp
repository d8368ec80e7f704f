// The most that can come over a bus: what is left of its time is given to those messages that cost most.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace cantrail {

struct BusUser {
  double frame_seconds = 0;  // for which one frame keeps the bus busy, at least
  double most_per_s = 0;     // frames that count; infinity: any number
  // What so many frames a second cost (rows, bytes). Grows, and ever more slowly or evenly.
  std::function<double(double frames_per_s)> cost;
};

// Frames a second of each, so that they take no more than `free` seconds of each second and the sum of their
// costs is (nearly) the greatest. Small shares go one by one to whoever's cost then grows most, which is the
// greatest sum for costs of that kind.
[[nodiscard]] std::vector<double> fill_bus(double free, std::span<const BusUser> users);

}  // namespace cantrail
