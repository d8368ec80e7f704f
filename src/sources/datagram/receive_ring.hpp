// Many datagrams by one system call, into memory allocated once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <sys/socket.h>

#include "base/clock.hpp"

namespace cantrail::datagram {

// One thread. A datagram stays valid until the next receive().
class ReceiveRing {
 public:
  ReceiveRing(std::size_t datagrams, std::size_t bytes_each);
  ReceiveRing(const ReceiveRing&) = delete;  // the headers point into this object
  ReceiveRing& operator=(const ReceiveRing&) = delete;

  // Takes what is there, without waiting. Only when pending() is 0. Returns 0 or an errno; EAGAIN: nothing
  // was there.
  int receive(int socket);

  [[nodiscard]] std::size_t pending() const { return end_ - next_; }

  // The oldest pending datagram; its one buffer holds msg_len bytes, msg_name is the sender's
  // sockaddr_storage.
  [[nodiscard]] const mmsghdr& front() const { return messages_[next_]; }
  void pop() { ++next_; }
  void clear() { next_ = end_ = 0; }

 private:
  static constexpr std::size_t kControlBytes = 256;

  std::vector<mmsghdr> messages_;
  std::vector<iovec> buffers_;
  std::unique_ptr<std::uint8_t[]> bytes_;  // not initialised: what no datagram needs takes no memory
  std::vector<sockaddr_storage> senders_;
  std::vector<std::uint64_t> control_;  // aligned for cmsghdr
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

// Waits until there is something to receive (or an error to be told); false: the deadline came first, or a
// signal. Where the deadline is over nothing is looked at.
[[nodiscard]] bool wait_readable(int socket, const Clock& clock, MonoTime deadline);

}  // namespace cantrail::datagram
