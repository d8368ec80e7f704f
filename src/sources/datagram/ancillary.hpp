// What the kernel says beside a datagram: when it came, and how many before it found no room. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/socket.h>

#include "base/time.hpp"
#include "model/gap.hpp"

namespace cantrail::datagram {

struct Ancillary {
  std::optional<WallTime> time;  // nullopt: the kernel gave none (the first instants after it began to stamp)
  std::optional<WallTime> hardware;  // the controller's own stamp: wall time only if its clock is set to it
  std::uint32_t drops = 0;           // by this socket since it was opened, before this datagram; modulo 2^32
};

// Reads the control messages of a `message` that recvmmsg has filled.
[[nodiscard]] Ancillary read_ancillary(const msghdr& message);

// Turns the kernel's counter of datagrams it had no room for into gaps. The counter comes with each datagram,
// as it was when that one was queued: so a gap's place and count are exact. What was dropped behind the last
// datagram is seen when the socket is asked while it is idle.
class OverflowCounter {
 public:
  // A new socket's counter begins at 0. `now`: where a gap before the first datagram begins.
  void restart(WallTime now);
  // The gap between the last call's time and this one's, if the counter moved. Its count is in datagrams.
  [[nodiscard]] std::optional<GapRecord> advance(WallTime time, std::uint32_t drops,
                                                 const std::string& where);
  // The same for what an idle socket says at `now`. A datagram that comes next may have got its time already:
  // the kernel stamps it before it queues it, and on a busy machine milliseconds pass between. The gap ends
  // before such times, and begins behind the last datagram: it lies between the two, however short.
  [[nodiscard]] std::optional<GapRecord> advance_idle(WallTime now, std::uint32_t drops,
                                                      const std::string& where);
  // Whether advance() with this counter would find a gap.
  [[nodiscard]] bool would_tell(std::uint32_t drops) const;

 private:
  WallTime last_time_;
  std::uint32_t last_drops_ = 0;
};

}  // namespace cantrail::datagram
