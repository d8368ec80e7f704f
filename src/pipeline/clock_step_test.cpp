// The machine's clock is set while a node records: nothing is lost or put in another order, and what was
// stamped before can be had as if the clock had been right.
#include "journal/archive.hpp"
#include "model/clock_course.hpp"
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

// A clock that is off by what it is told.
class WrongClock final : public Clock {
 public:
  explicit WrongClock(Duration off) : off_ns_(off.count()) {}
  void set_off(Duration off) { off_ns_ = off.count(); }
  [[nodiscard]] WallTime wall() const override { return {system_.wall().ns + off_ns_.load()}; }
  [[nodiscard]] MonoTime mono() const override { return system_.mono(); }
  // What it says now, and what it should say.
  [[nodiscard]] std::pair<WallTime, WallTime> told_and_true() const {
    const WallTime truth = system_.wall();
    return {truth + Duration(off_ns_.load()), truth};
  }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> off_ns_;
};

// Stamps each frame with the clock, as it is, and writes the true time into its data.
class TruthfulSource final : public FrameSource {
 public:
  TruthfulSource(const WrongClock& clock, std::atomic<std::uint32_t>& delivered)
      : clock_(clock), delivered_(delivered) {}
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    const auto channel = context.channels.channel(context.id, "can0");
    if (!channel) return channel.status();
    channel_ = *channel;
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    std::this_thread::sleep_for(200us);
    const auto [told, truth] = clock_.told_and_true();
    std::array<std::uint8_t, 8> data{};
    std::memcpy(data.data(), &truth.ns, sizeof truth.ns);
    FrameView frame{told, 0x100, with_origin(0, TimeOrigin::host), channel_, 8, data};
    if (builder.append(frame)) ++delivered_;
    return ReadOutcome::idle;
  }
  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  const WrongClock& clock_;
  std::atomic<std::uint32_t>& delivered_;
  ChannelId channel_ = 0;
};

class ClockStepTest : public NodeTest {
 protected:
  struct Told {
    std::int64_t time, truth;
  };
  // All frames of the journal in its order.
  std::vector<Told> recorded(bool correct) {
    std::vector<std::shared_ptr<RawBatch>> batches;
    auto archive = open_archive(folder_ + "/journal", real_file_system(), log_);
    EXPECT_TRUE(archive.ok());
    EXPECT_EQ(archive->constants.size(), 1U);
    for (;;) {
      auto item = archive->reader->next();
      EXPECT_TRUE(item.ok());
      if (!item || !*item) break;
      EXPECT_FALSE((*item)->missing.has_value());
      batches.push_back((*item)->batch);
    }
    ClockCourse course;
    for (const auto& batch : batches) course.note("boot", batch->clock);
    steps_ = course.steps();
    std::vector<Told> frames;
    for (const auto& batch : batches) {
      if (correct) (void)course.correct(*batch);
      for (std::size_t i = 0; i < batch->frames.size(); ++i) {
        const FrameView frame = batch->frames[i];
        Told one{frame.time.ns, 0};
        std::memcpy(&one.truth, frame.data.data(), sizeof one.truth);
        frames.push_back(one);
      }
    }
    return frames;
  }
  void run(const std::vector<Duration>& errors) {
    WrongClock clock(errors.front());
    Store history;
    NodeParts p = parts({});
    p.sources[0].make = [&] { return std::make_unique<TruthfulSource>(clock, delivered_); };
    p.sinks = {sink("history", history, durable())};
    Node node(std::move(p), real_file_system(), clock, log_);
    ASSERT_TRUE(node.start().ok());
    for (const Duration error : errors) {
      clock.set_off(error);
      const std::uint32_t before = delivered_;
      ASSERT_TRUE(eventually([&] { return delivered_ >= before + 200; }));
    }
    EXPECT_TRUE(node.stop());
    expect_balance(node.status());
    EXPECT_EQ(node.status().received, delivered_);
    EXPECT_EQ(history.numbers.size(), delivered_);
    EXPECT_TRUE(history.gaps.empty());
  }

  std::atomic<std::uint32_t> delivered_{0};
  std::vector<ClockCourse::Step> steps_;
};

TEST_F(ClockStepTest, WhatWasStampedBeforeIsRightWithinAMillisecondOnceTheClockIs) {
  const Duration to_1970(-SystemClock().wall().ns);
  run({to_1970, -36min, 0ns});
  const std::vector<Told> raw = recorded(false), corrected = recorded(true);
  ASSERT_EQ(raw.size(), delivered_);
  ASSERT_EQ(corrected.size(), delivered_);
  EXPECT_EQ(steps_.size(), 2U);
  EXPECT_LT(raw.front().time, 3'600'000'000'000) << "it was recorded as it was told";
  Duration worst{0};
  for (std::size_t i = 0; i < corrected.size(); ++i) {
    worst = std::max(worst, std::chrono::abs(Duration(corrected[i].time - corrected[i].truth)));
    EXPECT_GE(corrected[i].truth, corrected[i == 0 ? 0 : i - 1].truth) << "in the order in which they came";
  }
  EXPECT_LT(worst, 1ms);
}

TEST_F(ClockStepTest, AClockThatIsSetBackLosesNothing) {
  run({0ns, -2h, 0ns});
  Duration worst{0};
  for (const Told& one : recorded(true)) {
    worst = std::max(worst, std::chrono::abs(Duration(one.time - one.truth)));
  }
  EXPECT_LT(worst, 1ms);
}

}  // namespace
}  // namespace cantrail
