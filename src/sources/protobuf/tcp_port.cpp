#include "sources/protobuf/tcp_port.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/receive_ring.hpp"

namespace cantrail::protobuf {
namespace {

constexpr std::uint64_t kListener = ~std::uint64_t{0}, kWake = kListener - 1;
constexpr int kBacklog = 64;
constexpr Duration kWithoutDescriptors = std::chrono::seconds(1);

std::string name_of(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), port.data(),
                    port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "a client";
  }
  const bool v6 = address.ss_family == AF_INET6;
  return (v6 ? "[" : "") + std::string(host.data()) + (v6 ? "]:" : ":") + port.data();
}

void set(int socket, int level, int name, int value) {
  (void)::setsockopt(socket, level, name, &value, sizeof value);
}

// A peer that lost its power is found after a minute and a half.
void keep_alive(int socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

Status TcpPort::open(const SourceContext& context) {
  close();
  context_.emplace(context);
  const auto where = datagram::parse_host_port(options_.listen);
  if (!where) return where.status();
  const Result<datagram::Address> address = datagram::resolve(*where);
  if (!address) return address.status();
  epoll_ = datagram::Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  listener_ = datagram::Descriptor(
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!epoll_.is_open() || !listener_.is_open()) return errno_fault("cannot open a TCP socket", errno);
  set(listener_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(listener_.get(), address->get(), address->size) != 0 ||
      ::listen(listener_.get(), kBacklog) != 0) {
    if (errno == EADDRINUSE) {
      return {FaultKind::unavailable, "another program listens on " + options_.listen};
    }
    return errno_fault("cannot listen on " + options_.listen, errno);
  }
  if (Status watched = watch(listener_.get(), kListener); !watched) return watched;
  return options_.wake >= 0 ? watch(options_.wake, kWake) : Status{};
}

void TcpPort::close() {
  for (auto& client : clients_) client.reset();
  listener_.reset();
  epoll_.reset();
  accept_again_.reset();
  news_ = {};
  context_.reset();
}

Status TcpPort::watch(int socket, std::uint64_t mark) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) == 0) return {};
  return errno_fault("cannot watch a socket", errno);
}

void TcpPort::unwatch(int socket) {
  (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
}

bool TcpPort::has_whole() const {
  return std::any_of(clients_.begin(), clients_.end(),
                     [](const auto& client) { return client && !client->held && client->in.complete(); });
}

Status TcpPort::receive(MonoTime deadline) {
  if (accept_again_ && context_->clock.mono() >= *accept_again_) {
    accept_again_.reset();
    if (Status watched = watch(listener_.get(), kListener); !watched) return watched;
  }
  close_broken();
  std::array<epoll_event, 64> events;
  int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  if (count == 0 && !has_whole() && datagram::wait_readable(epoll_.get(), context_->clock, deadline)) {
    count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  }
  if (count < 0 && errno != EINTR) return errno_fault("cannot wait for clients", errno);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t mark = events[static_cast<std::size_t>(i)].data.u64;
    if (mark == kListener) {
      accept_all();
    } else if (mark != kWake) {
      read(static_cast<std::uint32_t>(mark));
    }
  }
  return {};
}

// Now, since what take() gave lay in their buffers.
void TcpPort::close_broken() {
  for (auto& client : clients_) {
    if (!client || client->held || !client->in.broken()) continue;
    ++news_.malformed;
    news_.complaint = client->peer + " sent what is no message: its connection is closed";
    client.reset();
  }
}

void TcpPort::accept_all() {
  for (int i = 0; i < kBacklog && accept_one(); ++i) {
  }
}

bool TcpPort::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  datagram::Descriptor socket(
      ::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.is_open()) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return errno != EAGAIN;
    context_->log.write(Severity::warning, context_->name,
                        errno_fault("cannot take a client", errno).message);
    unwatch(listener_.get());
    accept_again_ = context_->clock.mono() + kWithoutDescriptors;
    return false;
  }
  const std::string peer = name_of(address, size);
  const auto free = std::find(clients_.begin(), clients_.end(), nullptr);
  const auto sender = static_cast<std::uint64_t>(free - clients_.begin());
  if (free == clients_.end() || !watch(socket.get(), sender)) {
    ++refused_;
    context_->log.write(Severity::warning, context_->name,
                        "closed the connection of " + peer + ": there are " +
                            counted(clients_.size(), "client") + " already (max_clients); " +
                            format_count(refused_) + " refused so far");
    return true;
  }
  keep_alive(socket.get());
  *free = std::make_unique<Client>(Client{std::move(socket), MessageBuffer(options_.largest_message), peer,
                                          context_->clock.wall(), false});
  return true;
}

void TcpPort::read(std::uint32_t sender) {
  Client* const client = clients_[sender].get();
  if (client == nullptr || client->held || client->in.complete()) return;
  const auto room = client->in.room();
  const ssize_t got = ::recv(client->socket.get(), room.data(), room.size(), 0);
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    return end(sender, errno_fault("it was lost", errno).message, true);
  }
  if (got == 0) return end(sender, "it ended in mid-message", client->in.in_message());
  client->arrived = context_->clock.wall();
  client->in.filled(static_cast<std::size_t>(got));
}

// What is whole was taken before: nothing but a part of a message can be left.
void TcpPort::end(std::uint32_t sender, const std::string& why, bool loses) {
  const Client& client = *clients_[sender];
  if (loses) {
    const WallTime now = context_->clock.wall();
    news_.gaps.push_back({std::min(client.arrived, now), now, GapReason::source_down, context_->name, {}, 0});
    news_.complaint = "connection of " + client.peer + ": " + why;
  }
  clients_[sender].reset();
}

void TcpPort::take(RowRoom most, std::vector<Message>& messages, PortNews& news) {
  first_ = (first_ + 1) % static_cast<std::uint32_t>(clients_.size());
  for (std::uint32_t i = 0; i < clients_.size(); ++i) {
    const auto sender = static_cast<std::uint32_t>((first_ + i) % clients_.size());
    Client* const client = clients_[sender].get();
    if (client == nullptr || client->held) continue;
    while (client->in.complete() && most.rows > 0 && most.bytes > 0) {
      const Message& message = messages.emplace_back(Message{client->in.take(), client->arrived, sender});
      --most.rows;
      most.bytes -= std::min(most.bytes, message.bytes.size());
      if (message.bytes.size() > kMostInlineBytes) break;
    }
    if (const std::uint64_t large = client->in.take_too_large(); large != 0) {
      news_.malformed += large;
      news_.complaint = client->peer + " sent a message of more than " +
                        format_bytes(options_.largest_message) + " (max_message)";
    }
  }
  news.malformed += news_.malformed;
  if (!news_.complaint.empty()) news.complaint = std::move(news_.complaint);
  news.gaps.insert(news.gaps.end(), news_.gaps.begin(), news_.gaps.end());
  news_ = {};
}

void TcpPort::hold(std::uint32_t sender) {
  Client& client = *clients_[sender];
  client.held = true;
  unwatch(client.socket.get());
}

void TcpPort::release(std::uint32_t sender) {
  Client& client = *clients_[sender];
  client.held = false;
  (void)watch(client.socket.get(), sender);  // it was watched before: there is room for that
}

std::string TcpPort::senders() const {
  const auto count =
      std::count_if(clients_.begin(), clients_.end(), [](const auto& one) { return one != nullptr; });
  return count == 0 ? "no client is connected" : counted(static_cast<std::uint64_t>(count), "client");
}

std::uint16_t TcpPort::number() const {
  return datagram::local_port(listener_.get()).value_or(0);
}

}  // namespace cantrail::protobuf
