// The other direction of ISO 15765-2 (ISO-TP): a payload as classic frames of normal addressing, eight bytes
// each, as fast as the receiver's flow control allows. Pure: time is passed in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace cantrail::isotp {

using ClassicFrame = std::array<std::uint8_t, 8>;

inline constexpr std::size_t kMostInOneFrame = 7;
inline constexpr std::size_t kMostBytes = 4095;
inline constexpr std::uint8_t kFiller = 0x55;  // ISO 15765-4 wants eight bytes; what fills them says nothing
inline constexpr Duration kFlowControlTimeout = std::chrono::seconds(1);  // N_Bs

// One to seven bytes.
[[nodiscard]] ClassicFrame single_frame(std::span<const std::uint8_t> payload);
// "Send all of it, as fast as you can."
[[nodiscard]] ClassicFrame continue_to_send();

// One message at a time.
class Sender {
 public:
  // One to kMostBytes bytes; what was unfinished is given up.
  void begin(std::vector<std::uint8_t> payload, MonoTime now);

  // A frame of the receiver. What is no flow control, or comes when none is waited for, is ignored.
  void hear(std::span<const std::uint8_t> data, MonoTime now);

  // When next() has a frame; nullopt: nothing is to be sent, or flow control has to come first.
  [[nodiscard]] std::optional<MonoTime> due() const;
  // The next frame; nullopt: none is due. Without flow control for a second the message is given up.
  [[nodiscard]] std::optional<ClassicFrame> next(MonoTime now);

  [[nodiscard]] bool is_idle() const { return payload_.empty(); }

 private:
  [[nodiscard]] ClassicFrame first();
  [[nodiscard]] ClassicFrame consecutive(MonoTime now);

  std::vector<std::uint8_t> payload_;  // empty: none
  std::size_t sent_ = 0;               // bytes
  std::uint8_t number_ = 0;            // of the next consecutive frame
  bool waits_ = false;                 // for flow control
  unsigned left_in_block_ = 0;         // 0: no end
  Duration apart_{0};
  MonoTime next_at_;  // while it waits: when it gives up
};

}  // namespace cantrail::isotp
