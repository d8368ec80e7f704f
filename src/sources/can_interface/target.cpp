#include "sources/can_interface/target.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <linux/can.h>
#include <linux/can/raw.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/text.hpp"
#include "sources/can_interface/can_socket.hpp"
#include "sources/can_interface/message.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/receive_ring.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kFramesPerSend = 64;
constexpr auto kShortestWait = std::chrono::microseconds(200);
constexpr auto kLongestWait = std::chrono::milliseconds(5);
constexpr std::size_t kFramesPerRead = 64;

class Target final : public FrameTarget {
 public:
  Target(std::string name, datagram::Descriptor socket, bool fd, Duration patience)
      : name_(std::move(name)), socket_(std::move(socket)), fd_(fd), patience_(patience) {
    for (std::size_t i = 0; i < kFramesPerSend; ++i) {
      buffers_[i].iov_base = &frames_[i];
      messages_[i].msg_hdr.msg_iov = &buffers_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
              std::span<const std::string>) override {
    while (from < to) {
      const std::size_t count = std::min(to - from, kFramesPerSend);
      for (std::size_t i = 0; i < count; ++i) {
        const FrameView frame = frames[from + i];
        if ((frame.flags & kFlagFd) != 0 && !fd_) {
          return {FaultKind::rejected, name_ + " takes no CAN FD frames; `ip link set " + name_ +
                                           " mtu 72` (vcan) or `… type can fd on dbitrate …` allows them"};
        }
        buffers_[i].iov_len = fill(frame, frames_[i]);
      }
      if (Status status = send_messages(count); !status) return status;
      from += count;
    }
    return {};
  }

  Status flush() override { return {}; }

  [[nodiscard]] int socket() const { return socket_.get(); }

  [[nodiscard]] Status failure(int error) const {
    if (error == ENETDOWN || error == ENXIO || error == ENODEV) {
      return {FaultKind::unavailable,
              "interface " + name_ + " is down or gone; bring it up with " + interface_hint(name_, {})};
    }
    return errno_fault("cannot send to " + name_, error);
  }

 private:
  Status send_messages(std::size_t count) {
    auto wait = std::chrono::duration_cast<std::chrono::microseconds>(kShortestWait);
    auto last_progress = std::chrono::steady_clock::now();
    for (std::size_t sent = 0; sent < count;) {
      const int done = ::sendmmsg(socket_.get(), messages_.data() + sent, static_cast<unsigned>(count - sent),
                                  MSG_DONTWAIT);
      if (done > 0) {
        sent += static_cast<std::size_t>(done);
        wait = kShortestWait;
        last_progress = std::chrono::steady_clock::now();
        continue;
      }
      const int error = errno;
      if (error != ENOBUFS && error != EAGAIN && error != EINTR) return failure(error);
      if (std::chrono::steady_clock::now() - last_progress > patience_) {
        return {FaultKind::unavailable,
                name_ + " takes no more frames" +
                    (patience_ > Duration::zero() ? " for " + format_duration(patience_) : std::string()) +
                    "; is another node on the bus to acknowledge, at the same bit rate?"};
      }
      pause(error, wait);
      wait = std::min<std::chrono::microseconds>(wait * 2, kLongestWait);
    }
    return {};
  }

  // EAGAIN: the socket's own buffer is full, and poll tells when that ends. ENOBUFS: the interface's queue is
  // full, of which poll knows nothing.
  void pause(int error, std::chrono::microseconds wait) {
    if (error == EAGAIN) {
      pollfd wanted{socket_.get(), POLLOUT, 0};
      (void)::poll(&wanted, 1, 100);
    } else {
      std::this_thread::sleep_for(wait);
    }
  }

  const std::string name_;
  const datagram::Descriptor socket_;
  const bool fd_;
  const Duration patience_;
  std::array<canfd_frame, kFramesPerSend> frames_{};
  std::array<iovec, kFramesPerSend> buffers_{};
  std::array<mmsghdr, kFramesPerSend> messages_{};
};

// FramePort by a Target whose socket has no filter.
class Port final : public FramePort {
 public:
  Port(std::string name, datagram::Descriptor socket, bool fd, const Clock& clock)
      : target_(std::move(name), std::move(socket), fd, kTargetPatience),
        ring_(kFramesPerRead, CANFD_MTU),
        clock_(clock) {}

  Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
              std::span<const std::string> channel_names) override {
    return target_.send(frames, from, to, channel_names);
  }
  Status flush() override { return target_.flush(); }

  Status receive(FrameBlock& frames, MonoTime deadline) override {
    int error = ring_.receive(target_.socket());
    if (error == EAGAIN) {
      if (!datagram::wait_readable(target_.socket(), clock_, deadline)) return {};
      error = ring_.receive(target_.socket());
    }
    if (error != 0 && error != EAGAIN && error != EINTR) return target_.failure(error);
    for (; ring_.pending() > 0; ring_.pop()) {
      const mmsghdr& message = ring_.front();
      if (auto received = interpret(message.msg_hdr, message.msg_len, 0)) {
        if (!received->stamped) received->frame.time = clock_.wall();
        frames.append(received->frame);
      }
    }
    return {};
  }

 private:
  Target target_;
  datagram::ReceiveRing ring_;
  const Clock& clock_;
};

struct Opened {
  datagram::Descriptor socket;
  bool fd = false;
};

Result<Opened> open_for_sending(const std::string& name, bool listens) {
  Result<datagram::Descriptor> socket = open_raw_socket();
  if (!socket) return socket.fault();
  const Result<Interface> interface = find_interface(socket->get(), name, {});
  if (!interface) return interface.fault();
  if (!interface->up) return interface_down(name, {});
  if (interface->fd) {
    if (const Status status = enable_fd(socket->get()); !status) return status.fault();
  }
  // An empty filter: this socket only sends, nothing may pile up in it.
  if (!listens && ::setsockopt(socket->get(), SOL_CAN_RAW, CAN_RAW_FILTER, nullptr, 0) != 0) {
    return errno_fault("cannot prepare to send to " + name, errno);
  }
  if (const Status status = bind_interface(socket->get(), interface->index, name); !status)
    return status.fault();
  return Opened{std::move(*socket), interface->fd};
}

}  // namespace

Result<std::unique_ptr<FrameTarget>> open_target(const std::string& interface, Duration patience) {
  auto opened = open_for_sending(interface, false);
  if (!opened) return opened.fault();
  return std::unique_ptr<FrameTarget>(
      std::make_unique<Target>(interface, std::move(opened->socket), opened->fd, patience));
}

Result<std::unique_ptr<FramePort>> open_port(const std::string& interface, const Clock& clock) {
  auto opened = open_for_sending(interface, true);
  if (!opened) return opened.fault();
  return std::unique_ptr<FramePort>(
      std::make_unique<Port>(interface, std::move(opened->socket), opened->fd, clock));
}

}  // namespace cantrail::socketcan
