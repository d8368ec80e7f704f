// What was lost of messages that are longer than a frame, and why.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cantrail {

// One conversation lost each, or for `malformed` and `too_long` one that never began.
enum class TransportLoss : std::uint8_t {
  timeout,         // the next frame came too late or never
  wrong_sequence,  // a frame is missing
  aborted,         // one side said so, or began anew
  malformed,       // a frame that no conversation can hold
  too_long,        // 4,096 bytes and more
  no_room,         // too many conversations at a time: the oldest went
};

inline constexpr std::size_t kTransportLosses = 6;

// Conversations, by kind.
struct TransportLosses {
  std::array<std::uint64_t, kTransportLosses> count{};

  void add(TransportLoss kind) { ++count[static_cast<std::size_t>(kind)]; }
  void add(const TransportLosses& other) {
    for (std::size_t i = 0; i < count.size(); ++i) count[i] += other.count[i];
  }
  [[nodiscard]] std::uint64_t of(TransportLoss kind) const { return count[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t one : count) sum += one;
    return sum;
  }
};

// "wrong_sequence".
[[nodiscard]] constexpr std::string_view to_string(TransportLoss kind) {
  constexpr std::array<std::string_view, kTransportLosses> kNames{"timeout",   "wrong_sequence", "aborted",
                                                                  "malformed", "too_long",       "no_room"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace cantrail
