// Frames of one CAN interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "component/frame_source.hpp"
#include "sources/datagram/ancillary.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/receive_ring.hpp"
#include "sources/socketcan/can_socket.hpp"
#include "sources/socketcan/options.hpp"

namespace cantrail::socketcan {

// The source's own thread. What the kernel had no room for becomes a receive_overflow gap with the exact
// count. Frames that are in the kernel when the interface goes down are still delivered, then read() says
// unavailable.
class Source final : public FrameSource {
 public:
  explicit Source(Options options);

  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}  // the bus does not send again
  void close() override;

 private:
  Status prepare(const Interface& interface);
  int receive(MonoTime deadline);  // as ReceiveRing::receive
  bool drain(FrameBuilder& builder);
  bool report_trailing_drops(FrameBuilder& builder);
  void report_drops(FrameBuilder& builder, std::optional<std::uint32_t> drops, WallTime now);
  [[nodiscard]] Fault gone(int error) const;

  const Options options_;
  std::optional<SourceContext> context_;
  std::string interface_;
  std::string alias_;
  ChannelId channel_ = 0;
  datagram::Descriptor socket_;
  datagram::ReceiveRing ring_;
  datagram::OverflowCounter overflow_;
  int error_ = 0;  // of the socket, told when all frames before it are out
};

}  // namespace cantrail::socketcan
