// For tests: a client made of plain sockets, so that it can misbehave.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cantrail::server {

// One connection to 127.0.0.1. One thread.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int receive_buffer_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes != 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  TestClient(TestClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        connected_(other.connected_),
        buffer_(std::move(other.buffer_)) {}
  TestClient& operator=(TestClient&&) = delete;
  ~TestClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view text) {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  bool get(std::string_view target, std::string_view more_headers = "") {
    return send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
                std::string(more_headers) + "\r\n");
  }

  // The next answer with its body, by Content-Length; empty: the server closed or took too long.
  std::string response(bool with_body = true) {
    std::size_t head = 0;
    while ((head = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return "";
    }
    std::size_t length = head + 4;
    const std::size_t at = buffer_.find("Content-Length: ");
    if (with_body && at < head) length += std::stoul(buffer_.substr(at + 16));
    while (buffer_.size() < length) {
      if (!receive()) return "";
    }
    return take(length);
  }

  // There is something to receive: bytes, or the end. It stays there.
  [[nodiscard]] bool has_something(std::chrono::milliseconds limit = std::chrono::seconds(10)) const {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, static_cast<int>(limit.count())) > 0;
  }

  // Until the server closes: true if it did within the limit.
  bool wait_for_close(std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      if (!receive(std::chrono::milliseconds(50)) && closed_) return true;
    }
    return false;
  }

  bool open_live(std::string_view query = "") {
    get("/api/live" + std::string(query),
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    const std::string answer = response(false);
    return answer.find("101 Switching") != std::string::npos &&
           answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos;
  }
  // The next text frame (RFC 6455, section 5.2); pings are answered. nullopt: closed or too late.
  std::optional<std::string> live_message() {
    for (;;) {
      if (!have(2)) return std::nullopt;
      const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(buffer_[i]); };
      const unsigned opcode = byte(0) & 15U;
      std::size_t length = byte(1) & 127U, head = 2;
      if (length >= 126) {
        const std::size_t bytes = length == 126 ? 2 : 8;
        if (!have(2 + bytes)) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | byte(2 + i);
        head += bytes;
      }
      if (!have(head + length)) return std::nullopt;
      std::string payload = take(head + length).substr(head);
      if (opcode == 1) return payload;
      if (opcode == 8) return std::nullopt;
      if (opcode == 9) send(std::string("\x8A\x80\0\0\0\0", 6));  // a pong, masked with zeros
    }
  }

 private:
  bool have(std::size_t bytes) {
    while (buffer_.size() < bytes) {
      if (!receive()) return false;
    }
    return true;
  }
  std::string take(std::size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }
  bool receive(std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    if (!has_something(limit)) return false;
    char bytes[16384];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string buffer_;
};

}  // namespace cantrail::server
