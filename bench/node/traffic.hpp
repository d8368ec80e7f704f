// What goes over the two buses: 60 messages of six signals on each, in turn, one of them the frame's own
// number, so that whoever sees a frame knows which one it was.
#pragma once

#include <cstdint>
#include <string>

#include "model/frame.hpp"

namespace cantrail::bench {

inline constexpr std::uint32_t kMessages = 60;

[[nodiscard]] std::string message_name(std::uint32_t message);  // "Message00"
[[nodiscard]] std::string traffic_dbc();

// One channel's frames. `count` in each is its number, from 0, in 24 bits.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : state_(seed) {}
  // The next `frames`, appended; their time is `time`, their channel `channel`.
  void produce(std::size_t frames, WallTime time, ChannelId channel, FrameBlock& out);
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  std::uint64_t state_;
  std::uint32_t count_ = 0;
  std::uint32_t temperature_ = 2000, current_ = 1000, level_ = 100;  // raw, wandering
};

}  // namespace cantrail::bench
