// CAN frames, one and many. A FrameBlock is a structure of arrays: what the decoder, the journal and the
// sinks want.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace cantrail {

// Identifiers are kept as Linux keeps them (linux/can.h, can_id): 11 or 29 bits, and three flag bits.
inline constexpr std::uint32_t kIdExtended = 0x80000000U;
inline constexpr std::uint32_t kIdRemote = 0x40000000U;
inline constexpr std::uint32_t kIdError = 0x20000000U;
inline constexpr std::uint32_t kIdStandardMask = 0x7FFU;
inline constexpr std::uint32_t kIdExtendedMask = 0x1FFFFFFFU;

inline constexpr std::size_t kMaxClassicBytes = 8;
inline constexpr std::size_t kMaxFrameBytes = 64;

enum class TimeOrigin : std::uint8_t {
  hardware,  // the controller's own counter, related to wall time by the driver
  kernel,    // stamped by the kernel at reception
  host,      // read from the clock by cantrail
  recorded,  // from the recording that the frame was read from
};

// FrameFlags is a set of bits:
using FrameFlags = std::uint16_t;
inline constexpr FrameFlags kFlagFd = 0x01;    // CAN FD frame
inline constexpr FrameFlags kFlagBrs = 0x02;   // FD bit rate switch
inline constexpr FrameFlags kFlagEsi = 0x04;   // FD error state indicator
inline constexpr FrameFlags kFlagTx = 0x08;    // sent by this host (a frame seen as it was looped back)
inline constexpr FrameFlags kOriginShift = 4;  // bits 4–5: TimeOrigin
inline constexpr FrameFlags kOriginMask = 0x30;
inline constexpr FrameFlags kDlcShift =
    8;  // bits 8–11: raw DLC 9…15 of a classic frame with 8 bytes; 0 = none
inline constexpr FrameFlags kDlcMask = 0xF00;

[[nodiscard]] constexpr TimeOrigin time_origin(FrameFlags flags) {
  return static_cast<TimeOrigin>((flags & kOriginMask) >> kOriginShift);
}
[[nodiscard]] constexpr FrameFlags with_origin(FrameFlags flags, TimeOrigin origin) {
  return static_cast<FrameFlags>((flags & ~kOriginMask) | (static_cast<unsigned>(origin) << kOriginShift));
}

using ChannelId = std::uint16_t;  // dense, index into Catalog::channels

// One frame as it is handed over: `data` points into the owner's buffer. A remote frame has a length (its
// DLC) and no data.
struct FrameView {
  WallTime time;
  std::uint32_t id = 0;  // with the flag bits above
  FrameFlags flags = 0;
  ChannelId channel = 0;
  std::uint8_t length = 0;  // bytes; for a remote frame the DLC asked for
  std::span<const std::uint8_t> data;

  [[nodiscard]] bool extended() const { return (id & kIdExtended) != 0; }
  [[nodiscard]] bool remote() const { return (id & kIdRemote) != 0; }
  [[nodiscard]] bool error() const { return (id & kIdError) != 0; }
  [[nodiscard]] std::uint32_t number() const {  // the identifier alone
    return id & (extended() || error() ? kIdExtendedMask : kIdStandardMask);
  }
};

// Frames in arrival order. Arrays have equal length. Payloads lie in one arena, each in a slot of
// payload_slot(length) bytes (a multiple of 8, zero-padded), and 8 zero bytes follow the last slot, so that
// an unaligned 8-byte load from any byte of a payload stays inside. Plain data: no thread-safety of its own.
class FrameBlock {
 public:
  FrameBlock();

  void append(const FrameView& frame);  // copies the data; precondition: length ≤ 64, data.size() ≤ length
  // Appends many frames with at most 8 bytes of data each: what text readers fill. Arrays have equal length;
  // payload[i] holds the bytes of frame i in memory order, the unused ones 0.
  struct ClassicRows {
    std::span<const std::int64_t> time_ns;
    std::span<const std::uint32_t> id;
    std::span<const FrameFlags> flags;
    std::span<const ChannelId> channel;
    std::span<const std::uint8_t> length;
    std::span<const std::uint64_t> payload;
  };
  void append(const ClassicRows& rows);
  void clear();  // keeps the memory
  void reserve(std::size_t frames, std::size_t payload_bytes);

  [[nodiscard]] std::size_t size() const { return time_.size(); }
  [[nodiscard]] bool empty() const { return time_.empty(); }
  [[nodiscard]] FrameView operator[](std::size_t index) const;

  [[nodiscard]] std::span<const std::int64_t> time_ns() const { return time_; }
  [[nodiscard]] std::span<const std::uint32_t> id() const { return id_; }
  [[nodiscard]] std::span<const FrameFlags> flags() const { return flags_; }
  [[nodiscard]] std::span<const ChannelId> channel() const { return channel_; }
  [[nodiscard]] std::span<const std::uint8_t> length() const { return length_; }
  [[nodiscard]] std::span<const std::uint32_t> offset() const { return offset_; }  // into payload()
  [[nodiscard]] std::span<const std::uint8_t> payload() const {  // all slots, without the slack behind them
    return {payload_.data(), payload_.size() - kSlack};
  }
  // Bytes held (capacity): what memory limits count.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Replaces the content by the columns of a stored block; offsets are computed. False (and empty) if the
  // sizes do not fit together or a length is over 64.
  [[nodiscard]] bool assign(std::span<const std::int64_t> time_ns, std::span<const std::uint32_t> id,
                            std::span<const FrameFlags> flags, std::span<const ChannelId> channel,
                            std::span<const std::uint8_t> length, std::span<const std::uint8_t> payload);

  // Bytes of the arena that a frame takes: remote frames carry no data, others their length rounded up to 8,
  // at least 8.
  [[nodiscard]] static constexpr std::size_t payload_slot(std::uint32_t id, std::uint8_t length) {
    const std::size_t bytes = (id & kIdRemote) != 0 ? 0 : length;
    return bytes <= 8 ? 8 : (bytes + 7) / 8 * 8;
  }

 private:
  static constexpr std::size_t kSlack = 8;

  std::vector<std::int64_t> time_;
  std::vector<std::uint32_t> id_;
  std::vector<FrameFlags> flags_;
  std::vector<ChannelId> channel_;
  std::vector<std::uint8_t> length_;
  std::vector<std::uint32_t> offset_;
  std::vector<std::uint8_t> payload_;
};

// CAN FD lengths: 0–8, 12, 16, 20, 24, 32, 48, 64.
[[nodiscard]] std::uint8_t fd_length_from_dlc(std::uint8_t dlc);   // dlc & 15
[[nodiscard]] std::uint8_t fd_round_up_length(std::size_t bytes);  // the smallest that holds `bytes` (≤ 64)

}  // namespace cantrail
