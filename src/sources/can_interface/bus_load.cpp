#include "sources/can_interface/bus_load.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace cantrail::socketcan {
namespace {

constexpr std::uint32_t kStuffedOf = 12;

std::uint32_t stuffed(std::uint32_t bits, Stuffing stuffing) {
  return stuffing == Stuffing::none ? bits : bits + bits / kStuffedOf;
}

FrameBits classic_bits(const FrameView& frame, Stuffing stuffing) {
  const auto data = static_cast<std::uint32_t>(frame.data.size()) * 8;
  return {stuffed((frame.extended() ? 54U : 34U) + data, stuffing) + 13, 0};
}

FrameBits fd_bits(const FrameView& frame, Stuffing stuffing) {
  const auto bytes = static_cast<std::uint32_t>(frame.data.size());
  const std::uint32_t crc = bytes <= 16 ? 4 + 17 + 6 : 4 + 21 + 7;  // stuff count, CRC, fixed stuff bits
  const std::uint32_t nominal = stuffed(frame.extended() ? 36 : 17, stuffing) + 12;
  const std::uint32_t data = stuffed(1 + 4 + 8 * bytes, stuffing) + crc + 1;
  if ((frame.flags & kFlagBrs) == 0) return {nominal + data, 0};
  return {nominal, data};
}

}  // namespace

FrameBits frame_bits(const FrameView& frame, Stuffing stuffing) {
  if ((frame.id & kIdError) != 0) return {};
  return (frame.flags & kFlagFd) != 0 ? fd_bits(frame, stuffing) : classic_bits(frame, stuffing);
}

double least_frame_seconds(std::uint32_t can_id, std::uint32_t bytes, std::uint32_t bitrate,
                           std::optional<std::uint32_t> data_bitrate) {
  static constexpr std::array<std::uint8_t, kMaxFrameBytes> kData{};
  FrameView frame;
  frame.id = can_id;
  frame.data = std::span(kData).first(std::min<std::size_t>(bytes, kMaxFrameBytes));
  if (bytes > kMaxClassicBytes) frame.flags = kFlagFd | (data_bitrate ? kFlagBrs : 0);
  const FrameBits bits = frame_bits(frame, Stuffing::none);
  return static_cast<double>(bits.nominal) / bitrate +
         static_cast<double>(bits.data) / data_bitrate.value_or(bitrate);
}

std::optional<double> BusLoad::percent(double seconds, std::optional<std::uint32_t> bitrate,
                                       std::optional<std::uint32_t> data_bitrate) const {
  if (!bitrate || *bitrate == 0 || seconds <= 0) return std::nullopt;
  const std::uint32_t fast = data_bitrate && *data_bitrate != 0 ? *data_bitrate : *bitrate;
  const double busy = static_cast<double>(nominal_) / *bitrate + static_cast<double>(data_) / fast;
  return 100 * busy / seconds;
}

}  // namespace cantrail::socketcan
