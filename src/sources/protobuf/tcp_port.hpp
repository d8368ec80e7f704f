// Messages over TCP: each with its size in front, of several clients.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sources/datagram/descriptor.hpp"
#include "sources/protobuf/message_buffer.hpp"
#include "sources/protobuf/port.hpp"

namespace cantrail::protobuf {

// One epoll. A client is read only while all that came of it was taken, so each costs one buffer at the most.
// A connection that ends in mid-message, or is reset, is a gap source_down: what else it would have sent
// nobody knows.
class TcpPort final : public Port {
 public:
  struct Options {
    std::string listen;
    std::size_t clients = 0;  // more are closed at once
    std::size_t largest_message = 0;
    int wake = -1;  // a descriptor whose readability ends receive(); -1: none
  };
  explicit TcpPort(Options options) : options_(std::move(options)), clients_(options_.clients) {}

  Status open(const SourceContext& context) override;
  void close() override;
  Status receive(MonoTime deadline) override;
  void take(RowRoom most, std::vector<Message>& messages, PortNews& news) override;
  void hold(std::uint32_t sender) override;
  void release(std::uint32_t sender) override;
  [[nodiscard]] std::string senders() const override;
  [[nodiscard]] std::uint16_t number() const override;

 private:
  struct Client {
    datagram::Descriptor socket;
    MessageBuffer in;
    std::string peer;
    WallTime arrived;  // its last bytes
    bool held = false;
  };

  Status watch(int socket, std::uint64_t mark);
  void unwatch(int socket);
  void close_broken();
  void accept_all();
  bool accept_one();
  void read(std::uint32_t sender);
  void end(std::uint32_t sender, const std::string& why, bool loses);
  [[nodiscard]] bool has_whole() const;

  const Options options_;
  std::optional<SourceContext> context_;
  datagram::Descriptor listener_, epoll_;
  std::vector<std::unique_ptr<Client>> clients_;  // by sender; nullptr: free
  std::uint32_t first_ = 0;                       // whose turn it is in take()
  std::optional<MonoTime> accept_again_;          // there were no descriptors left
  std::uint64_t refused_ = 0;
  PortNews news_;
};

}  // namespace cantrail::protobuf
