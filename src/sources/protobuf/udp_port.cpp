#include "sources/protobuf/udp_port.hpp"

#include <cerrno>

#include "base/text.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/socket_options.hpp"

namespace cantrail::protobuf {
namespace {

constexpr std::size_t kDatagramsPerCall = 64;
constexpr std::size_t kLargestDatagram = 65536;

}  // namespace

UdpPort::UdpPort(Options options)
    : options_(std::move(options)), ring_(kDatagramsPerCall, kLargestDatagram) {}

Status UdpPort::open(const SourceContext& context) {
  close();
  context_.emplace(context);
  const auto where = datagram::parse_host_port(options_.listen);
  if (!where) return where.status();
  const Result<datagram::Address> address = datagram::resolve(*where);
  if (!address) return address.status();
  socket_ = datagram::Descriptor(::socket(address->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_.is_open()) return errno_fault("cannot open a UDP socket", errno);
  if (Status status = datagram::enable_ancillary(socket_.get()); !status) return status;
  Status buffer =
      datagram::provide_receive_buffer(socket_.get(), options_.receive_buffer, context_->log, context_->name);
  if (!buffer) return buffer;
  overflow_.restart(context_->clock.wall());
  if (::bind(socket_.get(), address->get(), address->size) == 0) return {};
  if (errno == EADDRINUSE) return {FaultKind::unavailable, "another program listens on " + options_.listen};
  return errno_fault("cannot listen on " + options_.listen, errno);
}

void UdpPort::close() {
  socket_.reset();
  ring_.clear();
  news_ = {};
  context_.reset();
}

Status UdpPort::receive(MonoTime deadline) {
  if (ring_.pending() > 0) return {};
  int error = ring_.receive(socket_.get());
  if (error == EAGAIN && datagram::wait_readable(socket_.get(), context_->clock, deadline)) {
    error = ring_.receive(socket_.get());
  }
  if (error == EAGAIN) return report_trailing_drops();
  if (error == 0 || error == EINTR) return {};
  return errno_fault("cannot receive on " + options_.listen, error);
}

// What was dropped behind the last datagram would otherwise be told only by the next one.
Status UdpPort::report_trailing_drops() {
  const WallTime now = context_->clock.wall();
  const auto drops = datagram::dropped(socket_.get());
  if (!drops || !overflow_.would_tell(*drops)) return {};
  if (ring_.receive(socket_.get()) != 0) report(overflow_.advance_idle(now, *drops, context_->name));
  return {};
}

void UdpPort::report(std::optional<GapRecord> overflow) {
  if (overflow) news_.gaps.push_back(std::move(*overflow));
}

void UdpPort::take(RowRoom most, std::vector<Message>& messages, PortNews& news) {
  for (; ring_.pending() > 0 && most.rows > 0 && most.bytes > 0; ring_.pop()) {
    const mmsghdr& datagram = ring_.front();
    const datagram::Ancillary ancillary = datagram::read_ancillary(datagram.msg_hdr);
    const WallTime time = ancillary.time.value_or(context_->clock.wall());
    report(overflow_.advance(time, ancillary.drops, context_->name));
    const ByteSpan bytes(static_cast<const std::uint8_t*>(datagram.msg_hdr.msg_iov->iov_base),
                         datagram.msg_len);
    if (bytes.size() > options_.largest_message) {
      ++news_.malformed;
      news_.complaint =
          "a datagram has more than " + format_bytes(options_.largest_message) + " (max_message)";
      continue;
    }
    messages.push_back({bytes, time, 0});
    --most.rows;
    most.bytes -= std::min(most.bytes, bytes.size());
  }
  news.malformed += news_.malformed;
  if (!news_.complaint.empty()) news.complaint = std::move(news_.complaint);
  news.gaps.insert(news.gaps.end(), news_.gaps.begin(), news_.gaps.end());
  news_ = {};
}

std::uint16_t UdpPort::number() const {
  return datagram::local_port(socket_.get()).value_or(0);
}

}  // namespace cantrail::protobuf
