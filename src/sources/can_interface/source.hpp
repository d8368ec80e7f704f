// Frames of one CAN interface, or of all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "component/frame_source.hpp"
#include "sources/can_interface/bus.hpp"
#include "sources/can_interface/can_socket.hpp"
#include "sources/can_interface/interface_setup.hpp"
#include "sources/can_interface/link_watch.hpp"
#include "sources/can_interface/message.hpp"
#include "sources/can_interface/options.hpp"
#include "sources/datagram/ancillary.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/receive_ring.hpp"

namespace cantrail::socketcan {

// The source's own thread, and beside it that of LinkWatch, from the first open() on. What the kernel had no
// room for becomes a receive_overflow gap with the exact count. Frames that are in the kernel when the
// interface goes down are still delivered, then read() says unavailable; with all interfaces read() goes on,
// and each one's absence is a gap.
class Source final : public FrameSource {
 public:
  explicit Source(Options options);

  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}  // the bus does not send again
  void close() override;
  [[nodiscard]] bool wait_for_return(MonoTime deadline) override;
  [[nodiscard]] std::string hint() const override;

 private:
  Status open_socket();
  Status prepare(bool fd);
  Status listen_on_all();
  Result<Bus*> bus_of(const std::string& interface, const std::string& alias);
  [[nodiscard]] std::string name_of(int index) const;
  Bus* bus_with(int index, FrameBuilder& builder);
  bool serve(FrameBuilder& builder);
  void look_at_links(FrameBuilder& builder);
  int receive(MonoTime deadline);  // as ReceiveRing::receive
  bool drain(FrameBuilder& builder);
  [[nodiscard]] bool wanted(const FrameView& frame) const;
  void stamp(Received& received, const Bus& bus) const;
  bool report_trailing_drops(FrameBuilder& builder);
  void report_drops(FrameBuilder& builder, std::optional<std::uint32_t> drops, WallTime now);
  [[nodiscard]] Fault gone(int error) const;

  const Options options_;
  std::optional<SourceContext> context_;
  std::string interface_;
  std::string where_;  // that a gap of the socket is told of: the channel, or the source
  datagram::Descriptor socket_;
  datagram::ReceiveRing ring_;
  datagram::OverflowCounter overflow_;
  WallTime
      complete_until_;  // no frame that is still to be read is older: what is told now is told of this moment
  std::uint32_t recorded_errors_ = 0;  // classes of error frames; others only tell the bus's state
  int error_ = 0;                      // of the socket, told when all frames before it are out

  std::unique_ptr<LinkWatch> links_;
  std::uint64_t links_version_ = 0;
  std::pair<int, bool> tried_;  // the interface's index, and whether it was up, when it was opened last
  std::optional<InterfaceSetup> setup_;
  std::vector<std::unique_ptr<Bus>> buses_;  // they stay when the source closes, with what they have counted
  Bus* last_bus_ = nullptr;                  // of the frame before: mostly that of the next
};

}  // namespace cantrail::socketcan
