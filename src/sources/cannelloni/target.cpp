#include "sources/cannelloni/target.hpp"

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include <sys/socket.h>

#include "formats/cannelloni.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/descriptor.hpp"

namespace cantrail::cannelloni {
namespace {

constexpr auto kWait = std::chrono::milliseconds(1);
constexpr int kTries = 1000;
// So many packets without a refusal, and somebody was there.
constexpr std::uint64_t kHeard = 2;

class Target final : public FrameTarget {
 public:
  Target(std::string name, datagram::Descriptor socket)
      : name_(std::move(name)), socket_(std::move(socket)) {}

  Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
              std::span<const std::string>) override {
    while (from < to) {
      packet_.begin(sequence_);
      while (from < to && packet_.add(frames[from])) ++from;
      if (Status status = send_packet(); !status) return status;
      ++sequence_;
    }
    return {};
  }

  Status flush() override { return {}; }

 private:
  // A refusal is about an earlier packet, and this one has not been sent. Before anybody was heard of, it
  // says that the target is wrong; afterwards the peer restarts, and is sent to until it is there again.
  Status send_packet() {
    const auto bytes = packet_.bytes();
    for (int i = 0; i < kTries; ++i) {
      if (::send(socket_.get(), bytes.data(), bytes.size(), 0) >= 0) {
        ++sent_;
        return {};
      }
      if (errno == EINTR || (errno == ECONNREFUSED && sent_ >= kHeard)) continue;
      if (errno != ENOBUFS && errno != EAGAIN) break;
      std::this_thread::sleep_for(kWait);  // the network card's queue is full
    }
    const int error = errno;
    if (error == ECONNREFUSED) return {FaultKind::unavailable, "nobody listens on " + name_};
    return errno_fault("cannot send to " + name_, error);
  }

  const std::string name_;
  const datagram::Descriptor socket_;
  PacketWriter packet_;
  std::uint8_t sequence_ = 0;
  std::uint64_t sent_ = 0;  // packets
};

}  // namespace

Result<std::unique_ptr<FrameTarget>> open_target(const std::string& text) {
  const auto where = datagram::parse_host_port(text);
  if (!where) return where.fault();
  if (!where->port)
    return Fault{FaultKind::config, "\"" + text + "\" lacks a port, as in \"" + text + ":20000\""};
  const Result<datagram::Address> address = datagram::resolve(*where);
  if (!address) return address.fault();
  datagram::Descriptor socket(::socket(address->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno_fault("cannot open a UDP socket", errno);
  if (::connect(socket.get(), address->get(), address->size) != 0)
    return errno_fault("cannot send to " + text, errno);
  return std::unique_ptr<FrameTarget>(std::make_unique<Target>(text, std::move(socket)));
}

}  // namespace cantrail::cannelloni
