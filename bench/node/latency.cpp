#include "latency.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pace.hpp"
#include "require.hpp"
#include "server/test_client.hpp"

namespace cantrail::bench {
namespace {

constexpr std::int64_t kEchoEveryNs = 7'000'000;
constexpr std::size_t kPacketBytes = 5 + kFramesPerPacket * 13;

int udp_socket() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  return socket;
}

void connect(int from, int to) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(to, reinterpret_cast<sockaddr*>(&address), &size);
  require(::connect(from, reinterpret_cast<const sockaddr*>(&address), size) == 0, "connect");
}

class Readable {
 public:
  explicit Readable(int socket) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event wanted{EPOLLIN, {}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &wanted);
  }
  ~Readable() { ::close(epoll_); }
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;
  [[nodiscard]] bool wait() const {
    epoll_event event;
    return ::epoll_wait(epoll_, &event, 1, 100) > 0;
  }

 private:
  int epoll_;
};

}  // namespace

Latencies live_latency(std::uint16_t port, const FrameFeed& feed, const char* interval, double seconds) {
  server::TestClient client(port);
  require(client.open_live("?channel=can0&message=" + message_name(0) + "&interval=" + interval),
          std::string("a WebSocket with interval=") + interval);
  Latencies found;
  const std::int64_t end = mono_ns() + static_cast<std::int64_t>(seconds * 1e9);
  while (mono_ns() < end) {
    const auto text = client.live_message();
    const std::int64_t now = mono_ns();
    require(text.has_value(), "the WebSocket ended");
    const std::size_t at = text->find("\"Count\":");
    if (!text->starts_with("{\"type\":\"changes\"") || at == std::string::npos) continue;
    const auto count = static_cast<std::uint32_t>(std::strtod(text->c_str() + at + 8, nullptr));
    const std::int64_t sent = feed.sent_ns(count);
    if (sent != 0) found.ms.push_back(static_cast<double>(now - sent) / 1e6);
  }
  std::ranges::sort(found.ms);
  return found;
}

EchoFloor::EchoFloor() : server_(udp_socket()), client_(udp_socket()) {
  connect(client_, server_);
  connect(server_, client_);
  echoing_ = std::thread([this] { echo(); });
  asking_ = std::thread([this] { ask(); });
}

EchoFloor::~EchoFloor() {
  (void)stop();
  ::close(server_);
  ::close(client_);
}

Latencies EchoFloor::stop() {
  stopping_ = true;
  if (asking_.joinable()) asking_.join();
  if (echoing_.joinable()) echoing_.join();
  Latencies found{std::move(ms_)};
  std::ranges::sort(found.ms);
  return found;
}

void EchoFloor::echo() const {
  const Readable readable(server_);
  char packet[kPacketBytes];
  while (!stopping_) {
    if (!readable.wait()) continue;
    const ssize_t got = ::recv(server_, packet, sizeof packet, 0);
    if (got > 0) ::send(server_, packet, static_cast<std::size_t>(got), 0);
  }
}

void EchoFloor::ask() {
  const Readable readable(client_);
  Pace pace(mono_ns(), kEchoEveryNs, 17);
  char packet[kPacketBytes] = {};
  while (!stopping_) {
    sleep_until_ns(pace.next());
    const std::int64_t sent = mono_ns();
    ::send(client_, packet, sizeof packet, 0);
    if (!readable.wait() || ::recv(client_, packet, sizeof packet, 0) <= 0) continue;
    ms_.push_back(static_cast<double>(mono_ns() - sent) / 1e6);
  }
}

}  // namespace cantrail::bench
