#include "sources/can_interface/source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/can.h>
#include <net/if.h>

#include "sources/can_interface/can_socket.hpp"
#include "sources/can_interface/message.hpp"
#include "sources/datagram/socket_options.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kFramesPerCall = 256;

int interface_of(const msghdr& message) {
  sockaddr_can address{};
  if (message.msg_namelen < offsetof(sockaddr_can, can_addr)) return 0;
  std::memcpy(&address, message.msg_name, std::min<std::size_t>(message.msg_namelen, sizeof address));
  return address.can_ifindex;
}

std::optional<std::uint32_t> number(const std::optional<std::int64_t>& value) {
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

}  // namespace

LinkSettings Options::settings() const {
  return {number(bitrate), number(data_bitrate), number(restart_ms)};
}

Source::Source(Options options) : options_(std::move(options)), ring_(kFramesPerCall, CANFD_MTU) {}

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>&) {
  close();
  context_.emplace(context);
  interface_ = options_.interface_of(context.name);
  where_ = options_.any() ? context.name : options_.channel_of(context.name);
  if (!links_) links_ = std::make_unique<LinkWatch>(context.clock);
  Status status = open_socket();
  if (!status) close();
  return status;
}

Status Source::open_socket() {
  Result<datagram::Descriptor> socket = open_raw_socket();
  if (!socket) return socket.status();
  socket_ = std::move(*socket);
  if (options_.any()) return listen_on_all();
  const Result<Bus*> bus = bus_of(interface_, where_);
  if (!bus) return bus.status();
  const auto link = links_->find(interface_);
  tried_ = link && link->present ? std::pair(link->info.index, link->info.up) : std::pair(0, false);
  if (!setup_) setup_.emplace(interface_, options_.settings());
  const Result<Interface> interface = setup_->provide(socket_.get(), *links_, *context_);
  if (!interface) return interface.status();
  if (Status status = prepare(options_.fd && interface->fd); !status) return status;
  if (Status status = bind_interface(socket_.get(), interface->index, interface_); !status) return status;
  (*bus)->begin(interface->index, links_->find(interface_), context_->clock.pair());
  last_bus_ = *bus;
  return {};
}

Status Source::listen_on_all() {
  if (Status status = prepare(options_.fd); !status) return status;
  if (Status status = bind_interface(socket_.get(), 0, "any CAN interface"); !status) return status;
  links_version_ = links_->version();
  for (const WatchedLink& link : links_->links()) {
    if (!link.present || !link.info.up) continue;
    const Result<Bus*> bus = bus_of(link.info.name, link.info.name);
    if (!bus) return bus.status();
    (*bus)->begin(link.info.index, link, context_->clock.pair());
  }
  return {};
}

// Everything is set before the socket is bound: not one frame comes in another way than configured.
Status Source::prepare(bool fd) {
  Result<FilterSet> filters = parse_filters(options_.filters);
  if (!filters) return filters.status();
  recorded_errors_ = filters->error_mask.value_or(options_.error_frames ? CAN_ERR_MASK : 0);
  filters->error_mask = recorded_errors_ | (options_.bus_stream ? kStateErrors : 0);
  if (Status status = set_filters(socket_.get(), *filters); !status) return status;
  if (fd) {
    if (Status status = enable_fd(socket_.get()); !status) return status;
  }
  if (Status status = datagram::enable_ancillary(socket_.get(), true); !status) return status;
  Status buffer = datagram::provide_receive_buffer(socket_.get(), options_.receive_buffer.count,
                                                   context_->log, context_->name);
  if (!buffer) return buffer;
  complete_until_ = context_->clock.wall();
  overflow_.restart(complete_until_);
  return {};
}

// The bus of an interface; it and its channel are made when the interface is met for the first time.
Result<Bus*> Source::bus_of(const std::string& interface, const std::string& alias) {
  for (const auto& bus : buses_) {
    if (bus->identity().interface == interface) return bus.get();
  }
  const Result<ChannelId> channel = context_->channels.channel(context_->id, alias);
  if (!channel) return channel.fault();
  Bus::Identity identity{
      interface, alias, *channel, {}, options_.settings().bitrate, options_.settings().data_bitrate};
  if (options_.bus_stream) {
    const Result<StreamId> stream = context_->channels.stream(context_->id, *channel, bus_row_schema());
    if (!stream) return stream.fault();
    identity.stream = *stream;
  }
  buses_.push_back(std::make_unique<Bus>(std::move(identity)));
  return buses_.back().get();
}

// A frame may come before the news of its interface; then the kernel is asked for its name. nullptr: it has
// been removed meanwhile, or there are more channels than a catalog holds; the frames are then a gap.
Bus* Source::bus_with(int index, FrameBuilder& builder) {
  if (!options_.any()) return buses_.front().get();
  if (last_bus_ != nullptr && last_bus_->had_index(index)) return last_bus_;
  for (const auto& bus : buses_) {
    if (bus->had_index(index)) return last_bus_ = bus.get();
  }
  const std::string name = name_of(index);
  const std::size_t known = buses_.size();
  const Result<Bus*> bus = name.empty() ? Result<Bus*>(nullptr) : bus_of(name, name);
  if (!bus || *bus == nullptr) {
    const WallTime now = context_->clock.wall();
    const GapReason reason = bus ? GapReason::source_down : GapReason::too_many_channels;
    builder.add_gap({now, now, reason, where_, 1, 0});
    return nullptr;
  }
  if (buses_.size() != known) (*bus)->begin(index, links_->find(name), context_->clock.pair());
  (*bus)->add_index(index);
  return last_bus_ = *bus;
}

std::string Source::name_of(int index) const {
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(static_cast<unsigned>(index), name.data()) != nullptr) return name.data();
  for (const WatchedLink& link : links_->links()) {
    if (link.info.index == index) return link.info.name;
  }
  return "";
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  if (serve(builder)) deadline = context_->clock.mono();  // what is told now shall not wait for a frame
  if (!drain(builder)) return ReadOutcome::more;
  if (error_ == 0) error_ = receive(deadline);
  if (error_ == EAGAIN || error_ == EINTR) {
    error_ = 0;
    return report_trailing_drops(builder) ? ReadOutcome::idle : ReadOutcome::more;
  }
  // The kernel tells an error once, and before the frames that are still queued: they come first.
  if (error_ != 0 && ring_.receive(socket_.get()) != 0) {
    // The socket is closed next, and its counter with it.
    const WallTime now = context_->clock.wall();
    report_drops(builder, datagram::dropped(socket_.get()), now);
    for (const auto& bus : buses_) bus->end(builder, now);
    return gone(std::exchange(error_, 0));
  }
  (void)drain(builder);
  return ReadOutcome::more;
}

// What the kernel has said of the interfaces since the last read, and rows that are due. True: there was
// something.
bool Source::serve(FrameBuilder& builder) {
  if (links_->version() != links_version_) look_at_links(builder);
  bool any = false;
  const ClockPair now{context_->clock.mono(), complete_until_};
  for (const auto& bus : buses_) any = bus->serve(builder, now) || any;
  return any;
}

void Source::look_at_links(FrameBuilder& builder) {
  links_version_ = links_->version();
  if (!options_.any()) {
    const auto link = links_->find(interface_);
    if (link && buses_.front()->had_index(link->info.index)) buses_.front()->look(*link, builder, false);
    return;
  }
  for (const WatchedLink& link : links_->links()) {
    const bool known = std::any_of(buses_.begin(), buses_.end(), [&](const auto& bus) {
      return bus->identity().interface == link.info.name;
    });
    if (!known && !link.info.up) continue;
    const Result<Bus*> bus = bus_of(link.info.name, link.info.name);
    if (!bus) continue;  // more channels than a catalog holds; its frames say so
    if (!known) (*bus)->begin(link.info.index, link, context_->clock.pair());
    (*bus)->look(link, builder, true);
  }
}

int Source::receive(MonoTime deadline) {
  const WallTime before = context_->clock.wall();
  const int error = ring_.receive(socket_.get());
  if (error == EAGAIN) complete_until_ = before;
  if (error != EAGAIN || !datagram::wait_readable(socket_.get(), context_->clock, deadline)) return error;
  return ring_.receive(socket_.get());
}

// False: the builder is full; the rest stays for the next read.
bool Source::drain(FrameBuilder& builder) {
  for (; ring_.pending() > 0; ring_.pop()) {
    const mmsghdr& message = ring_.front();
    std::optional<Received> received = interpret(message.msg_hdr, message.msg_len, 0);
    if (!received) continue;
    Bus* const bus = bus_with(interface_of(message.msg_hdr), builder);
    if (bus == nullptr) continue;
    FrameView& frame = received->frame;
    frame.channel = bus->identity().channel;
    stamp(*received, *bus);
    if (auto gap = overflow_.advance(frame.time, received->drops, where_)) builder.add_gap(std::move(*gap));
    if (wanted(frame) && !builder.append(frame)) return false;
    bus->count(frame);
    complete_until_ = std::max(complete_until_, frame.time);
  }
  return true;
}

bool Source::wanted(const FrameView& frame) const {
  if (!options_.own && (frame.flags & kFlagTx) != 0) return false;
  return (frame.id & kIdError) == 0 || (frame.id & recorded_errors_ & CAN_ERR_MASK) != 0;
}

void Source::stamp(Received& received, const Bus& bus) const {
  if (received.stamped) {
    if (bus.hardware_time()) prefer_hardware_time(received);
    return;
  }
  received.frame.time = context_->clock.wall();
  received.frame.flags = with_origin(received.frame.flags, TimeOrigin::host);
}

// Frames dropped behind the last one that was queued would otherwise be told only by the next one. False:
// frames have come since the queue was empty; what was dropped lies among them, and they will tell.
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
  if (auto gap = overflow_.advance_idle(now, *drops, where_)) builder.add_gap(std::move(*gap));
}

Fault Source::gone(int error) const {
  if (error == ENETDOWN) {
    return {FaultKind::unavailable, "interface " + interface_ + " went down; bring it up with " +
                                        up_hint(interface_, options_.settings())};
  }
  if (error == ENODEV) {
    return {FaultKind::unavailable, "interface " + interface_ + " is gone; was the adapter unplugged?"};
  }
  return errno_fault("cannot read from " + interface_, error);
}

bool Source::wait_for_return(MonoTime deadline) {
  if (!links_ || options_.any()) return false;
  return links_->wait_for(interface_, deadline,
                          [&](const LinkInfo& link) { return std::pair(link.index, link.up) != tried_; });
}

std::string Source::hint() const {
  if (!context_) return "";
  std::string all;
  const bool leaves_out = !options_.filters.empty() || !options_.fd || !options_.own;
  for (const auto& bus : buses_) {
    const std::string hint = bus->hint(context_->clock.mono(), leaves_out);
    if (!hint.empty()) all += (all.empty() ? "" : "; ") + hint;
  }
  if (options_.any() && buses_.empty()) return "this machine has no CAN interface that is up";
  return all;
}

void Source::close() {
  socket_.reset();
  ring_.clear();
  context_.reset();
  error_ = 0;
  last_bus_ = nullptr;
}

}  // namespace cantrail::socketcan
