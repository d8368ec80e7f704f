// How long a frame keeps the bus busy, in bits. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "model/frame.hpp"

namespace cantrail::socketcan {

struct FrameBits {
  std::uint32_t nominal = 0;  // at the bit rate of the arbitration phase
  std::uint32_t data = 0;     // at the data phase's, of frames with BRS
};

// After ISO 11898-1. Of a classic frame with n data bytes 34 + 8n bits (54 + 8n with a 29-bit identifier:
// SOF, identifier, control, data, CRC) are subject to bit stuffing, 13 are not (CRC delimiter, ACK, EOF,
// intermission). How many stuff bits there are depends on the data: 0 to one in four. Here it is one in
// twelve, which is what recorded traffic of vehicles has (one in 10 to one in 14); so the sum is right within
// some 2 %. `none` gives the least that a frame can take. Of CAN FD: 17 bits (36) up to BRS and 12 behind the
// CRC delimiter are nominal; ESI, DLC, data, stuff count, CRC (17 bits up to 16 bytes, else 21), its fixed
// stuff bits and the delimiter are the data phase. An error frame (of the driver, it was not on the bus so)
// has none.
enum class Stuffing : std::uint8_t { none, typical };
[[nodiscard]] FrameBits frame_bits(const FrameView& frame, Stuffing stuffing = Stuffing::typical);

// The least time that a frame with so much data takes, without a stuff bit; of more than 8 bytes it is CAN
// FD, with BRS where there is a data bit rate.
[[nodiscard]] double least_frame_seconds(std::uint32_t can_id, std::uint32_t bytes, std::uint32_t bitrate,
                                         std::optional<std::uint32_t> data_bitrate);

// Sums up frames between two moments.
class BusLoad {
 public:
  void add(const FrameView& frame) {
    const FrameBits bits = frame_bits(frame);
    nominal_ += bits.nominal;
    data_ += bits.data;
    ++frames_;
  }
  void restart() { nominal_ = data_ = frames_ = 0; }

  [[nodiscard]] double frames_per_s(double seconds) const { return static_cast<double>(frames_) / seconds; }
  // nullopt: the bit rate is not known. Without a data bit rate the data phase counts at the nominal one.
  [[nodiscard]] std::optional<double> percent(double seconds, std::optional<std::uint32_t> bitrate,
                                              std::optional<std::uint32_t> data_bitrate) const;

 private:
  std::uint64_t nominal_ = 0, data_ = 0, frames_ = 0;
};

}  // namespace cantrail::socketcan
