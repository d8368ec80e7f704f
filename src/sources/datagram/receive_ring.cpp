#include "sources/datagram/receive_ring.hpp"

#include <cerrno>
#include <ctime>

#include <poll.h>

namespace cantrail::datagram {
namespace {

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

}  // namespace

ReceiveRing::ReceiveRing(std::size_t datagrams, std::size_t bytes_each)
    : messages_(datagrams),
      buffers_(datagrams),
      bytes_(new std::uint8_t[datagrams * bytes_each]),
      senders_(datagrams),
      control_(datagrams * kControlBytes / sizeof(std::uint64_t)) {
  for (std::size_t i = 0; i < datagrams; ++i) {
    buffers_[i] = {bytes_.get() + i * bytes_each, bytes_each};
    msghdr& header = messages_[i].msg_hdr;
    header = {};
    header.msg_iov = &buffers_[i];
    header.msg_iovlen = 1;
    header.msg_name = &senders_[i];
    header.msg_control = control_.data() + i * (kControlBytes / sizeof(std::uint64_t));
  }
}

int ReceiveRing::receive(int socket) {
  for (mmsghdr& message : messages_) {  // the kernel has written over what it was told
    message.msg_hdr.msg_controllen = kControlBytes;
    message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    message.msg_hdr.msg_flags = 0;
  }
  clear();
  const int count =
      ::recvmmsg(socket, messages_.data(), static_cast<unsigned>(messages_.size()), MSG_DONTWAIT, nullptr);
  if (count < 0) return errno;
  end_ = static_cast<std::size_t>(count);
  return 0;
}

bool wait_readable(int socket, const Clock& clock, MonoTime deadline) {
  const Duration left = deadline - clock.mono();
  if (left <= Duration::zero()) return false;
  const timespec timeout = to_timespec(left);
  pollfd wanted{socket, POLLIN, 0};
  return ::ppoll(&wanted, 1, &timeout, nullptr) > 0;
}

}  // namespace cantrail::datagram
