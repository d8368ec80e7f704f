#include "sources/socketcan/source.hpp"

#include <cerrno>
#include <utility>

#include <linux/can.h>

#include "sources/datagram/socket_options.hpp"
#include "sources/socketcan/can_socket.hpp"
#include "sources/socketcan/message.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kFramesPerCall = 256;

}  // namespace

Source::Source(Options options) : options_(std::move(options)), ring_(kFramesPerCall, CANFD_MTU) {}

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>&) {
  close();
  context_.emplace(context);
  interface_ = options_.interface_of(context.name);
  alias_ = options_.channel_of(context.name);
  const Result<ChannelId> channel = context.channels.channel(context.id, alias_);
  if (!channel) return channel.status();
  channel_ = *channel;

  Result<datagram::Descriptor> socket = open_raw_socket();
  if (!socket) return socket.status();
  socket_ = std::move(*socket);
  const Result<Interface> interface = find_interface(socket_.get(), interface_, options_.bitrate);
  Status status = interface ? prepare(*interface) : interface.status();
  if (!status) close();
  return status;
}

// Everything is set before the socket is bound: not one frame comes in another way than configured.
Status Source::prepare(const Interface& interface) {
  Result<FilterSet> filters = parse_filters(options_.filters);
  if (!filters) return filters.status();
  if (options_.error_frames && !filters->error_mask) filters->error_mask = CAN_ERR_MASK;
  if (Status status = set_filters(socket_.get(), *filters); !status) return status;
  if (options_.fd && interface.fd) {
    if (Status status = enable_fd(socket_.get()); !status) return status;
  }
  if (Status status = datagram::enable_ancillary(socket_.get()); !status) return status;
  Status buffer = datagram::provide_receive_buffer(socket_.get(), options_.receive_buffer.count,
                                                   context_->log, context_->name);
  if (!buffer) return buffer;
  overflow_.restart(context_->clock.wall());
  return bind_interface(socket_.get(), interface, interface_);
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  if (!drain(builder)) return ReadOutcome::more;
  if (error_ == 0) error_ = receive(deadline);
  if (error_ == EAGAIN || error_ == EINTR) {
    error_ = 0;
    return report_trailing_drops(builder) ? ReadOutcome::idle : ReadOutcome::more;
  }
  // The kernel tells an error once, and before the frames that are still queued: they come first.
  if (error_ != 0 && ring_.receive(socket_.get()) != 0) {
    // The socket is closed next, and its counter with it.
    report_drops(builder, datagram::dropped(socket_.get()), context_->clock.wall());
    return gone(std::exchange(error_, 0));
  }
  (void)drain(builder);
  return ReadOutcome::more;
}

int Source::receive(MonoTime deadline) {
  const int error = ring_.receive(socket_.get());
  if (error != EAGAIN || !datagram::wait_readable(socket_.get(), context_->clock, deadline)) return error;
  return ring_.receive(socket_.get());
}

// False: the builder is full; the rest stays for the next read.
bool Source::drain(FrameBuilder& builder) {
  for (; ring_.pending() > 0; ring_.pop()) {
    const mmsghdr& message = ring_.front();
    std::optional<Received> received = interpret(message.msg_hdr, message.msg_len, channel_);
    if (!received) continue;
    FrameView& frame = received->frame;
    if (!received->stamped) {
      frame.time = context_->clock.wall();
      frame.flags = with_origin(frame.flags, TimeOrigin::host);
    }
    if (auto gap = overflow_.advance(frame.time, received->drops, alias_)) builder.add_gap(std::move(*gap));
    if (!options_.own && (frame.flags & kFlagTx) != 0) continue;
    if (!builder.append(frame)) return false;
  }
  return true;
}

// Frames dropped behind the last one that was queued would otherwise be told only by the next one. False:
// frames have come since the queue was empty; what was dropped lies among them, and they will tell. The time is
// taken before the queue is found empty: whatever comes next is not older than the gap.
bool Source::report_trailing_drops(FrameBuilder& builder) {
  const WallTime now = context_->clock.wall();
  const std::optional<std::uint32_t> drops = datagram::dropped(socket_.get());
  if (drops && overflow_.would_tell(*drops)) {
    const int error = ring_.receive(socket_.get());
    if (error == 0) return false;
    if (error != EAGAIN && error != EINTR) error_ = error;
  }
  report_drops(builder, drops, now);
  return true;
}

void Source::report_drops(FrameBuilder& builder, std::optional<std::uint32_t> drops, WallTime now) {
  if (!drops) return;
  if (auto gap = overflow_.advance(now, *drops, alias_)) builder.add_gap(std::move(*gap));
}

Fault Source::gone(int error) const {
  if (error == ENETDOWN) {
    return {FaultKind::unavailable, "interface " + interface_ + " went down; bring it up with " +
                                        up_hint(interface_, options_.bitrate)};
  }
  if (error == ENODEV) {
    return {FaultKind::unavailable, "interface " + interface_ + " is gone; was the adapter unplugged?"};
  }
  return errno_fault("cannot read from " + interface_, error);
}

void Source::close() {
  socket_.reset();
  ring_.clear();
  context_.reset();
  error_ = 0;
}

}  // namespace cantrail::socketcan
