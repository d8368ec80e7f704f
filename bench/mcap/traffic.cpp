#include "traffic.hpp"

#include <random>

namespace cantrail::bench {

Traffic::Traffic(std::size_t messages)
    : channel_(messages),
      time_(messages),
      sequence_(messages),
      offset_(messages),
      length_(messages, kMessageBytes),
      data_(messages * kMessageBytes) {
  constexpr std::size_t kRandomBytes = 22;
  std::mt19937 random(1);
  for (std::size_t i = 0; i < messages; ++i) {
    channel_[i] = static_cast<std::uint16_t>(i % kChannels);
    sequence_[i] = static_cast<std::uint32_t>(i / kChannels);
    time_[i] = 1'700'000'000'000'000'000U + i * 100'000U;
    offset_[i] = static_cast<std::uint32_t>(i * kMessageBytes);
    for (std::size_t b = 0; b < kRandomBytes; ++b)
      data_[offset_[i] + b] = static_cast<std::byte>(random() % 40);
  }
}

mcap::MessageColumns Traffic::rows(std::size_t first, std::size_t count) const {
  return {std::span(channel_).subspan(first, count),
          std::span(time_).subspan(first, count),
          {},
          std::span(sequence_).subspan(first, count),
          std::span(offset_).subspan(first, count),
          std::span(length_).subspan(first, count),
          data_};
}

}  // namespace cantrail::bench
