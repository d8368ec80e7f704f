// From what the kernel hands over to frames: pure, so that it is tested where there is no CAN.
#pragma once

#include <cstdint>
#include <optional>

#include <linux/can.h>
#include <sys/socket.h>

#include "model/frame.hpp"

namespace cantrail::socketcan {

struct Received {
  FrameView frame;                   // data in the message's own buffer
  bool stamped = false;              // false: the kernel gave no time; the caller sets time and origin
  std::uint32_t drops = 0;           // as in datagram::Ancillary
  std::optional<WallTime> hardware;  // likewise
};

// `message` as recvmmsg left it: one buffer that begins with a can_frame or a canfd_frame, `bytes` long, and
// the control messages. nullopt for what is neither (CAN XL, a cut datagram). A remote frame keeps its DLC,
// an error frame its data; MSG_DONTROUTE (sent from this machine) becomes kFlagTx.
[[nodiscard]] std::optional<Received> interpret(const msghdr& message, std::size_t bytes, ChannelId channel);

// Has the frame carry the controller's time in the place of the kernel's. Only for an interface whose clock
// shows the time of day; a stamp that is later than the kernel's, or more than a second earlier, is not
// believed all the same.
void prefer_hardware_time(Received& received);

// The other way: lays a frame out as the kernel wants it. Returns the bytes to send: CAN_MTU, or CANFD_MTU
// for a frame with kFlagFd.
[[nodiscard]] std::size_t fill(const FrameView& frame, canfd_frame& out);

}  // namespace cantrail::socketcan
