#include "sources/can_interface/message.hpp"

#include <algorithm>
#include <cstring>

#include "sources/datagram/ancillary.hpp"

namespace cantrail::socketcan {
namespace {

FrameFlags classic_flags(const can_frame& frame) {
  const bool raw_dlc =
      frame.len == CAN_MAX_DLEN && frame.len8_dlc > CAN_MAX_DLEN && frame.len8_dlc <= CAN_MAX_RAW_DLC;
  return raw_dlc ? static_cast<FrameFlags>(frame.len8_dlc << kDlcShift) : FrameFlags{0};
}

FrameFlags fd_flags(const canfd_frame& frame) {
  FrameFlags flags = kFlagFd;
  if ((frame.flags & CANFD_BRS) != 0) flags |= kFlagBrs;
  if ((frame.flags & CANFD_ESI) != 0) flags |= kFlagEsi;
  return flags;
}

}  // namespace

std::optional<Received> interpret(const msghdr& message, std::size_t bytes, ChannelId channel) {
  if ((message.msg_flags & MSG_TRUNC) != 0 || message.msg_iovlen != 1) return std::nullopt;
  Received received;
  FrameView& frame = received.frame;
  const auto* payload = static_cast<const std::uint8_t*>(message.msg_iov->iov_base);
  if (bytes == CAN_MTU) {
    can_frame classic;
    std::memcpy(&classic, payload, sizeof classic);
    if (classic.len > CAN_MAX_DLEN) return std::nullopt;
    frame.id = classic.can_id;
    frame.length = classic.len;
    frame.flags = classic_flags(classic);
    const bool carries_data = (classic.can_id & CAN_RTR_FLAG) == 0;
    frame.data = {payload + offsetof(can_frame, data), carries_data ? classic.len : std::size_t{0}};
  } else if (bytes == CANFD_MTU) {
    canfd_frame fd;
    std::memcpy(&fd, payload, sizeof fd);
    if (fd.len > CANFD_MAX_DLEN) return std::nullopt;
    frame.id = fd.can_id & ~static_cast<std::uint32_t>(CAN_RTR_FLAG);  // FD knows no remote frames
    frame.length = fd.len;
    frame.flags = fd_flags(fd);
    frame.data = {payload + offsetof(canfd_frame, data), fd.len};
  } else {
    return std::nullopt;
  }
  frame.channel = channel;
  if ((message.msg_flags & MSG_DONTROUTE) != 0) frame.flags |= kFlagTx;
  const datagram::Ancillary ancillary = datagram::read_ancillary(message);
  received.stamped = ancillary.time.has_value();
  received.drops = ancillary.drops;
  received.hardware = ancillary.hardware;
  frame.time = ancillary.time.value_or(WallTime{});
  frame.flags = with_origin(frame.flags, TimeOrigin::kernel);
  return received;
}

void prefer_hardware_time(Received& received) {
  constexpr Duration kAhead = std::chrono::milliseconds(1), kBehind = std::chrono::seconds(1);
  if (!received.hardware || !received.stamped) return;
  FrameView& frame = received.frame;
  if (*received.hardware > frame.time + kAhead || *received.hardware < frame.time - kBehind) return;
  frame.time = *received.hardware;
  frame.flags = with_origin(frame.flags, TimeOrigin::hardware);
}

std::size_t fill(const FrameView& frame, canfd_frame& out) {
  out = {};
  if ((frame.flags & kFlagFd) != 0) {
    out.can_id = frame.id;
    out.len = frame.length;
    if ((frame.flags & kFlagBrs) != 0) out.flags |= CANFD_BRS;
    if ((frame.flags & kFlagEsi) != 0) out.flags |= CANFD_ESI;
    std::copy(frame.data.begin(), frame.data.end(), out.data);
    return CANFD_MTU;
  }
  can_frame classic{};
  classic.can_id = frame.id;
  classic.len = std::min<std::uint8_t>(frame.length, CAN_MAX_DLEN);
  classic.len8_dlc = static_cast<std::uint8_t>((frame.flags & kDlcMask) >> kDlcShift);
  std::copy_n(frame.data.begin(), std::min<std::size_t>(frame.data.size(), CAN_MAX_DLEN), classic.data);
  std::memcpy(&out, &classic, sizeof classic);
  return CAN_MTU;
}

}  // namespace cantrail::socketcan
