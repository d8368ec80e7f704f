#include "traffic.hpp"

#include <array>

#include <fmt/format.h>

namespace cantrail::bench {
namespace {

constexpr std::uint32_t kFirstId = 0x100;

std::uint32_t wander(std::uint32_t raw, std::uint64_t random, std::uint32_t mask) {
  return (raw + static_cast<std::uint32_t>(random % 7) - 3) & mask;
}

}  // namespace

std::string message_name(std::uint32_t message) {
  return fmt::format("Message{:02}", message);
}

std::string traffic_dbc() {
  std::string dbc = "VERSION \"\"\n\nBU_: Node\n\n";
  for (std::uint32_t message = 0; message < kMessages; ++message) {
    dbc += fmt::format("BO_ {} {}: 8 Node\n", kFirstId + message, message_name(message));
    dbc +=
        " SG_ Count : 0|24@1+ (1,0) [0|16777215] \"\" Node\n"
        " SG_ Temperature : 24|12@1+ (0.1,-100) [-100|309.5] \"degC\" Node\n"
        " SG_ Current : 36|12@1- (0.25,0) [-512|511.75] \"A\" Node\n"
        " SG_ Level : 48|8@1+ (0.5,0) [0|127.5] \"%\" Node\n"
        " SG_ Mode : 56|4@1+ (1,0) [0|15] \"\" Node\n"
        " SG_ Alive : 60|4@1+ (1,0) [0|15] \"\" Node\n\n";
  }
  for (std::uint32_t message = 0; message < kMessages; ++message) {
    dbc += fmt::format("VAL_ {} Mode 0 \"OFF\" 1 \"READY\" 2 \"DRIVE\" 3 \"FAULT\" ;\n", kFirstId + message);
  }
  return dbc;
}

void Traffic::produce(std::size_t frames, WallTime time, ChannelId channel, FrameBlock& out) {
  for (std::size_t i = 0; i < frames; ++i, ++count_) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    temperature_ = wander(temperature_, state_, 0xFFF);
    current_ = wander(current_, state_ >> 8, 0xFFF);
    level_ = wander(level_, state_ >> 16, 0xFF);
    const std::uint64_t mode = state_ >> 60 == 0 ? 2 : 1;
    const std::uint64_t word = (count_ & 0xFFFFFFU) | std::uint64_t{temperature_} << 24 |
                               std::uint64_t{current_} << 36 | std::uint64_t{level_} << 48 | mode << 56 |
                               std::uint64_t{count_ / kMessages & 15} << 60;
    std::array<std::uint8_t, 8> data;
    for (std::size_t byte = 0; byte < data.size(); ++byte) {
      data[byte] = static_cast<std::uint8_t>(word >> 8 * byte);
    }
    out.append({time, kFirstId + count_ % kMessages, with_origin(0, TimeOrigin::kernel), channel, 8, data});
  }
}

}  // namespace cantrail::bench
