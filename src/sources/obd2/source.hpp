// Asks a car by OBD-II: frames of its capture, and a Poller that hears them and sends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "component/frame_source.hpp"
#include "component/frame_target.hpp"
#include "sources/obd2/poller.hpp"

namespace cantrail::obd2 {

// How a bus is heard and sent to; both are given the source's name. The target does not wait for room.
struct Transport {
  std::function<std::unique_ptr<FrameSource>(const std::string& name)> capture;
  std::function<Result<std::unique_ptr<FrameTarget>>(const std::string& name)> target;
};

// The source's thread, and those that the capture has. What is sent is recorded as the capture hears it.
// Gaps, times and absences are the capture's; whenever it opens, the car is looked for anew.
class Source final : public FrameSource {
 public:
  Source(const PollSettings& settings, Transport transport)
      : settings_(settings), transport_(std::move(transport)) {}

  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}  // a car does not answer again
  void close() override;
  [[nodiscard]] bool wait_for_return(MonoTime deadline) override;
  [[nodiscard]] std::string hint() const override;

 private:
  void send_what_is_due();

  const PollSettings settings_;
  const Transport transport_;
  std::optional<SourceContext> context_;
  std::unique_ptr<FrameSource> capture_;  // stays when the source closes: it knows when the interface is back
  std::unique_ptr<FrameTarget> target_;
  std::optional<Poller> poller_;
  FrameBlock outgoing_;
  std::string trouble_;  // why the last frame could not be sent
};

}  // namespace cantrail::obd2
