// Live input: one thread that sends what two buses would bring, over cannelloni on loopback.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "component/frame_target.hpp"
#include "traffic.hpp"

namespace cantrail::bench {

inline constexpr std::size_t kChannels = 2;
inline constexpr std::size_t kFramesPerPacket = 8;

class FrameFeed {
 public:
  // `frames_a_second`: of both channels together.
  FrameFeed(std::array<std::uint16_t, kChannels> ports, double frames_a_second);
  ~FrameFeed() { stop(); }

  void start();
  void stop();

  [[nodiscard]] std::uint64_t frames() const { return frames_; }  // sent so far
  // When the frame with this number left on channel 0; 0: it has not, or nobody knows any more.
  [[nodiscard]] std::int64_t sent_ns(std::uint32_t count) const;

 private:
  static constexpr std::size_t kRemembered = 1U << 16;  // packets
  void run();
  void send(std::size_t channel);

  std::array<std::uint16_t, kChannels> ports_;
  std::int64_t every_ns_;
  std::array<std::unique_ptr<FrameTarget>, kChannels> targets_;
  std::array<Traffic, kChannels> traffic_{Traffic{7}, Traffic{11}};
  std::vector<std::atomic<std::int64_t>> sent_;
  FrameBlock block_;
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace cantrail::bench
