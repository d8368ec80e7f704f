#include "sources/cannelloni/source.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "formats/cannelloni.hpp"
#include "sources/cannelloni/listener.hpp"
#include "sources/datagram/socket_options.hpp"

namespace cantrail::cannelloni {
namespace {

constexpr std::size_t kPacketsPerCall = 64;
constexpr Duration kSilence = std::chrono::seconds(1);  // then a missing packet is lost, not late
constexpr Duration kBetweenComplaints = std::chrono::seconds(10);

std::string in_packets(const std::string& alias, std::uint64_t count) {
  return alias + ": " + std::to_string(count) + (count == 1 ? " packet" : " packets");
}

}  // namespace

Source::Source(Options options) : options_(std::move(options)), ring_(kPacketsPerCall, kMaxPacketBytes) {}

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>&) {
  close();
  context_.emplace(context);
  alias_ = options_.channel_of(context.name);
  const Result<ChannelId> channel = context.channels.channel(context.id, alias_);
  if (!channel) return channel.status();
  channel_ = *channel;
  if (!options_.remote.empty()) {
    const auto where = datagram::parse_host_port(options_.remote);
    if (!where) return where.status();
    Result<datagram::Address> remote = datagram::resolve(*where);
    if (!remote) return remote.status();
    remote_ = *remote;
  }
  Status status = listen();
  if (!status) close();
  return status;
}

Status Source::listen() {
  Result<Listener> listener = Listener::open(options_.listen);
  if (!listener) return listener.status();
  socket_ = std::move(listener->socket);
  if (Status status = datagram::enable_ancillary(socket_.get()); !status) return status;
  Status buffer = datagram::provide_receive_buffer(socket_.get(), options_.receive_buffer.count,
                                                   context_->log, context_->name);
  if (!buffer) return buffer;
  last_time_ = context_->clock.wall();
  overflow_.restart(last_time_);
  return bind_listener(socket_.get(), listener->address, options_.listen);
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  if (!drain(builder)) return ReadOutcome::more;
  const int error = receive(deadline);
  if (error == EAGAIN || error == EINTR) {
    return report_idle(builder) ? ReadOutcome::idle : ReadOutcome::more;
  }
  if (error != 0) return errno_fault("cannot receive on " + options_.listen, error);
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
  if (!deliver_waiting(builder)) return false;
  while (ring_.pending() > 0) {
    take(ring_.front(), builder);
    ring_.pop();
    if (!deliver_waiting(builder)) return false;
  }
  return true;
}

bool Source::deliver_waiting(FrameBuilder& builder) {
  for (; next_ < waiting_.size(); ++next_) {
    if (!builder.append(waiting_[next_])) return false;
  }
  waiting_.clear();
  next_ = 0;
  return true;
}

void Source::take(const mmsghdr& message, FrameBuilder& builder) {
  const auto& sender = *static_cast<const sockaddr_storage*>(message.msg_hdr.msg_name);
  const datagram::Ancillary ancillary = datagram::read_ancillary(message.msg_hdr);
  const WallTime time = ancillary.time.value_or(context_->clock.wall());
  report_overflow(builder, overflow_.advance(time, ancillary.drops, alias_));
  if (remote_ && !datagram::matches(sender, *remote_)) return;

  const auto* bytes = static_cast<const std::uint8_t*>(message.msg_hdr.msg_iov->iov_base);
  const std::span<const std::uint8_t> packet(bytes, message.msg_len);
  const Reception reception{time, ancillary.time ? TimeOrigin::kernel : TimeOrigin::host, channel_};
  const Result<PacketInfo> info = decode_packet(packet, reception, waiting_);
  if (!info) return malformed(builder, info.fault(), time);
  LostPackets lost;
  const auto arrival = peers_.observe(sender, info->sequence, {context_->clock.mono(), time}, lost);
  report_lost(builder, lost);
  if (arrival == Arrival::duplicate) waiting_.clear();
  last_time_ = time;
}

void Source::report_lost(FrameBuilder& builder, const LostPackets& lost) {
  const std::uint32_t told = std::min(lost.count, overflowed_);
  overflowed_ -= told;
  if (lost.count == told) return;
  builder.add_gap(
      {lost.from, lost.to, GapReason::network_loss, in_packets(alias_, lost.count - told), std::nullopt, 0});
}

void Source::report_overflow(FrameBuilder& builder, std::optional<GapRecord> gap) {
  if (!gap) return;
  overflowed_ += static_cast<std::uint32_t>(*gap->count);
  gap->where = in_packets(alias_, *gap->count);
  gap->count.reset();
  builder.add_gap(std::move(*gap));
}

// False: datagrams have come since the queue was empty; what was dropped lies among them, and they will tell.
bool Source::report_idle(FrameBuilder& builder) {
  const WallTime now = context_->clock.wall();
  const auto drops = datagram::dropped(socket_.get());
  if (drops && overflow_.would_tell(*drops)) {
    if (ring_.receive(socket_.get()) == 0) return false;
    report_overflow(builder, overflow_.advance_idle(now, *drops, alias_));
  }
  report_lost(builder, peers_.settle(context_->clock.mono() - kSilence));
  return true;
}

void Source::malformed(FrameBuilder& builder, const Fault& fault, WallTime time) {
  ++malformed_;
  // `rejected` is a stranger's datagram; `corrupt` is a packet whose frames are lost.
  if (fault.kind == FaultKind::corrupt) {
    builder.add_gap({last_time_, time, GapReason::malformed_input, alias_, std::nullopt, 0});
  }
  const MonoTime now = context_->clock.mono();
  if (malformed_ > 1 && now < next_complaint_) return;
  next_complaint_ = now + kBetweenComplaints;
  context_->log.write(
      Severity::warning, context_->name,
      "skipped on " + options_.listen + ": " + fault.message + "; " + std::to_string(malformed_) + " so far");
}

std::optional<std::uint16_t> Source::port() const {
  return datagram::local_port(socket_.get());
}

void Source::close() {
  socket_.reset();
  ring_.clear();
  peers_.clear();
  waiting_.clear();
  next_ = 0;
  overflowed_ = 0;
  remote_.reset();
  context_.reset();
}

}  // namespace cantrail::cannelloni
