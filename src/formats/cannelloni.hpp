// The datagrams of cannelloni, which carries CAN over UDP. A packet is, all numbers big-endian:
//   version u8 (2) · operation u8 (0 = data) · sequence number u8 · number of frames u16 · the frames:
//   can_id u32 (with the flag bits of linux/can.h) · length u8 (bit 7: CAN FD) · flags u8 (CAN FD only) ·
//   data (not of remote frames)
// Source: doc/udp_format.md of mguentner/cannelloni. The format carries neither times, channels, directions
// nor raw DLCs. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "model/frame.hpp"

namespace cantrail::cannelloni {

inline constexpr std::size_t kHeaderBytes = 5;
inline constexpr std::size_t kMaxPacketBytes = 65507;     // of UDP over IPv4
inline constexpr std::size_t kDefaultPacketBytes = 1472;  // what an Ethernet frame carries
inline constexpr std::size_t kMinPacketBytes = kHeaderBytes + 6 + kMaxFrameBytes;  // holds any frame

[[nodiscard]] std::size_t encoded_bytes(const FrameView& frame);

// Collects frames into one packet. Use: add() until it says no, send bytes(), begin() the next.
class PacketWriter {
 public:
  // `limit_bytes` is brought between kMinPacketBytes and kMaxPacketBytes.
  explicit PacketWriter(std::size_t limit_bytes = kDefaultPacketBytes);

  void begin(std::uint8_t sequence);               // drops what was collected; keeps the memory
  [[nodiscard]] bool add(const FrameView& frame);  // false: full
  [[nodiscard]] std::size_t frames() const { return count_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return packet_; }

 private:
  std::size_t limit_bytes_;
  std::size_t count_ = 0;
  std::vector<std::uint8_t> packet_;
};

// What the frames of a packet are given, as the packet does not say.
struct Reception {
  WallTime time;
  TimeOrigin origin = TimeOrigin::host;
  ChannelId channel = 0;
};

struct PacketInfo {
  std::uint8_t sequence = 0;
  std::uint16_t frames = 0;
};

// Appends the frames of a packet, all or none. `rejected`: not a packet of this version; `corrupt`: it begins
// as one but its frames are not what it says.
[[nodiscard]] Result<PacketInfo> decode_packet(std::span<const std::uint8_t> packet,
                                               const Reception& reception, FrameBlock& out);

}  // namespace cantrail::cannelloni
