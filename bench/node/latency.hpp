// How long a frame takes from its sending to a client of the page's WebSocket, and what the machine takes for
// the least there is: a packet to a bare epoll loop and back.
#pragma once

#include <cstdint>
#include <vector>

#include "frame_feed.hpp"

namespace cantrail::bench {

struct Latencies {
  std::vector<double> ms;  // sorted
  [[nodiscard]] double at(double part) const {
    return ms.empty() ? 0 : ms[static_cast<std::size_t>(part * static_cast<double>(ms.size() - 1))];
  }
};

// Listens for `seconds` to one message of the first channel at `interval`, and knows each row by its Count.
[[nodiscard]] Latencies live_latency(std::uint16_t port, const FrameFeed& feed, const char* interval,
                                     double seconds);

// Round trips at about the rate of the rows above. Runs in threads of its own until it is stopped.
class EchoFloor {
 public:
  EchoFloor();
  ~EchoFloor();
  EchoFloor(const EchoFloor&) = delete;
  EchoFloor& operator=(const EchoFloor&) = delete;
  [[nodiscard]] Latencies stop();

 private:
  void echo() const;
  void ask();

  int server_ = -1, client_ = -1;
  std::atomic<bool> stopping_{false};
  std::vector<double> ms_;
  std::thread echoing_, asking_;
};

}  // namespace cantrail::bench
