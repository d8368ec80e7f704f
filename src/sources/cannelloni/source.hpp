// Frames that come over UDP from a cannelloni peer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "component/frame_source.hpp"
#include "sources/cannelloni/options.hpp"
#include "sources/cannelloni/peers.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/ancillary.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/receive_ring.hpp"

namespace cantrail::cannelloni {

// The source's own thread. All frames of a packet have the time at which the kernel received it. Packets that
// are missing by their sequence number become network_loss gaps, those that the kernel had no room for
// receive_overflow gaps; how many frames were in them nobody knows, `where` has the number of packets. What
// is not a packet is counted and told to the log now and then.
class Source final : public FrameSource {
 public:
  explicit Source(Options options);

  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}  // the peer does not send again
  void close() override;

  // Where it listens: the port that the kernel chose if the configured one is 0.
  [[nodiscard]] std::optional<std::uint16_t> port() const;

 private:
  Status listen();
  int receive(MonoTime deadline);
  bool drain(FrameBuilder& builder);
  bool deliver_waiting(FrameBuilder& builder);
  void take(const mmsghdr& message, FrameBuilder& builder);
  void report_lost(FrameBuilder& builder, const LostPackets& lost);
  void report_overflow(FrameBuilder& builder, std::optional<GapRecord> gap);
  [[nodiscard]] bool report_idle(FrameBuilder& builder);
  void malformed(FrameBuilder& builder, const Fault& fault, WallTime time);

  const Options options_;
  std::optional<SourceContext> context_;
  std::string alias_;
  ChannelId channel_ = 0;
  std::optional<datagram::Address> remote_;
  datagram::Descriptor socket_;
  datagram::ReceiveRing ring_;
  datagram::OverflowCounter overflow_;
  Peers peers_;
  FrameBlock waiting_;  // frames of a packet that found no room; from next_ on
  std::size_t next_ = 0;
  WallTime last_time_;
  std::uint32_t overflowed_ = 0;  // packets told as overflow, which their numbers will miss as well
  std::uint64_t malformed_ = 0;
  MonoTime next_complaint_;
};

}  // namespace cantrail::cannelloni
