#include "frame_feed.hpp"

#include <string>

#include "pace.hpp"
#include "require.hpp"
#include "sources/cannelloni/target.hpp"

namespace cantrail::bench {

FrameFeed::FrameFeed(std::array<std::uint16_t, kChannels> ports, double frames_a_second)
    : ports_(ports),
      every_ns_(static_cast<std::int64_t>(1e9 * kChannels * kFramesPerPacket / frames_a_second)),
      sent_(kRemembered) {
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    targets_[channel] = value_of(cannelloni::open_target("127.0.0.1:" + std::to_string(ports_[channel])));
  }
}

void FrameFeed::start() {
  thread_ = std::thread([this] { run(); });
}

void FrameFeed::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

std::int64_t FrameFeed::sent_ns(std::uint32_t count) const {
  return sent_[count / kFramesPerPacket % kRemembered].load(std::memory_order_acquire);
}

void FrameFeed::run() {
  const std::int64_t start = mono_ns();
  std::array<Pace, kChannels> paces{Pace{start, every_ns_, 3}, Pace{start, every_ns_, 5}};
  std::array<std::int64_t, kChannels> due{paces[0].next(), paces[1].next()};
  while (!stopping_) {
    const std::size_t channel = due[1] < due[0] ? 1 : 0;
    if (due[channel] > mono_ns()) sleep_until_ns(due[channel]);
    send(channel);
    due[channel] = paces[channel].next();
  }
}

// Nobody listens before the node is there and after it has gone: those packets are lost, as on a bus.
void FrameFeed::send(std::size_t channel) {
  block_.clear();
  const std::uint32_t count = traffic_[channel].count();
  traffic_[channel].produce(kFramesPerPacket, {}, 0, block_);
  if (channel == 0) {
    sent_[count / kFramesPerPacket % kRemembered].store(mono_ns(), std::memory_order_release);
  }
  targets_[channel]->send(block_, 0, block_.size(), {}).ignore();
  frames_ += block_.size();
}

}  // namespace cantrail::bench
