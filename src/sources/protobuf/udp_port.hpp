// Messages over UDP: a datagram each.
#pragma once

#include <optional>
#include <vector>

#include "sources/datagram/ancillary.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/receive_ring.hpp"
#include "sources/protobuf/port.hpp"

namespace cantrail::protobuf {

// A message arrives when the kernel got it. What the kernel had no room for is a gap receive_overflow, with
// its number.
class UdpPort final : public Port {
 public:
  struct Options {
    std::string listen;
    std::uint64_t receive_buffer = 0;
    std::size_t largest_message = 0;
  };
  explicit UdpPort(Options options);

  Status open(const SourceContext& context) override;
  void close() override;
  Status receive(MonoTime deadline) override;
  void take(RowRoom most, std::vector<Message>& messages, PortNews& news) override;
  void hold(std::uint32_t) override {}  // no datagram is large enough for a blob
  void release(std::uint32_t) override {}
  [[nodiscard]] std::string senders() const override { return "listening on " + options_.listen; }
  [[nodiscard]] std::uint16_t number() const override;

 private:
  Status report_trailing_drops();
  void report(std::optional<GapRecord> overflow);

  const Options options_;
  std::optional<SourceContext> context_;
  datagram::Descriptor socket_;
  datagram::ReceiveRing ring_;
  datagram::OverflowCounter overflow_;
  PortNews news_;
};

}  // namespace cantrail::protobuf
