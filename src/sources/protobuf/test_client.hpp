// For tests of this folder: what a client sends, written by hand from the wire format, and over what.
#pragma once

#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cantrail::protobuf::testing {

inline std::string varint(std::uint64_t number) {
  std::string out;
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  return out += static_cast<char>(number);
}
inline std::string integer(std::uint32_t field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
inline std::string bytes(std::uint32_t field, const std::string& value) {
  return varint(field << 3 | 2) + varint(value.size()) + value;
}
inline std::string framed(const std::string& message) {
  return varint(message.size()) + message;
}
inline std::string envelope(const std::string& type, const std::string& payload, std::int64_t time_ns = 0) {
  return bytes(1, type) + (time_ns != 0 ? integer(2, static_cast<std::uint64_t>(time_ns)) : "") +
         bytes(3, payload);
}

class Client {
 public:
  explicit Client(std::uint16_t port, int type = SOCK_STREAM)
      : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { end(); }
  Client(Client&& other) noexcept : socket_(other.socket_) { other.socket_ = -1; }
  Client& operator=(Client&&) = delete;

  // True: the kernel took all of it.
  bool send(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t sent = ::send(socket_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      done += static_cast<std::size_t>(sent);
    }
    return true;
  }
  void end() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  // Nothing more is told, the other side is told so at once.
  void reset() {
    const linger at_once{1, 0};
    (void)::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    end();
  }
  // Whether the other side has closed, within two seconds.
  bool is_closed() {
    const timeval patience{2, 0};
    (void)::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    return ::recv(socket_, &byte, 1, 0) == 0;
  }

 private:
  int socket_;
};

}  // namespace cantrail::protobuf::testing
