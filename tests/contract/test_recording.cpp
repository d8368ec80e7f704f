#include "contract/test_recording.hpp"

namespace cantrail::contract {
namespace {

class TestRecording final : public FrameSource {
 public:
  TestRecording(std::int64_t frames, Flaw flaw) : frames_(frames), flaw_(flaw) {}

  [[nodiscard]] SourceTraits traits() const override { return {.can_wait = true, .resumes = true}; }

  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override {
    if (frames_ == 0) return {FaultKind::unavailable, "there is nothing to read"};
    const auto channel = context.channels.channel(context.id, context.name);
    if (!channel) return channel.status();
    channel_ = *channel;
    next_ = resume_at ? std::stoll(*resume_at) : 0;
    if (resume_at && flaw_ == Flaw::skips_when_resuming) ++next_;
    return {};
  }

  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    bool room = true;
    while (room && next_ < frames_) {
      const FrameView frame{
          WallTime{next_ / 3}, static_cast<std::uint32_t>(next_ % 0x7FF), 0, channel_, 0, {}};
      room = builder.append(frame);
      for (int i = 0; !room && flaw_ == Flaw::reads_over_the_limit && i < 9; ++i)
        builder.frames().append(frame);
      if (room || flaw_ == Flaw::loses_at_a_cut) ++next_;
    }
    builder.set_source_position(std::to_string(next_));
    return next_ < frames_ ? ReadOutcome::more : ReadOutcome::ended;
  }

  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  const std::int64_t frames_;
  const Flaw flaw_;
  ChannelId channel_ = 0;
  std::int64_t next_ = 0;
};

}  // namespace

void TestRecordingConfig::describe(OptionVisitor& visitor) {
  visitor.option({"frames", "How many there are", &frames_});
}

std::optional<Findings> TestRecordingConfig::probe(const ProbeContext&) const {
  if (frames_ != 0) return Findings{};
  return Findings{{Severity::warning, "frames: there is nothing to read"}};
}

std::unique_ptr<FrameSource> TestRecordingConfig::make() const {
  return std::make_unique<TestRecording>(frames_, flaw_);
}

}  // namespace cantrail::contract
