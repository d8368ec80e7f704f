// The source between a capture and a target that are made here.
#include "sources/obd2/source.hpp"

#include <gtest/gtest.h>

#include "support/source_fixture.hpp"

namespace cantrail::obd2 {
namespace {

using namespace std::chrono_literals;

// What both sides share: a bus on which what is sent is heard.
struct Bus {
  FrameBlock frames;  // not read yet
  std::vector<std::vector<std::uint8_t>> sent;
  bool answers = true, takes = true, opens = true;
  std::optional<Fault> gone;
  MonoTime deadline;  // of the last read
  int opened = 0, closed = 0;
};

class Capture final : public FrameSource {
 public:
  explicit Capture(Bus& bus) : bus_(bus) {}
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    ++bus_.opened;
    const auto channel = context.channels.channel(context.id, context.name);
    return channel.status();
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override {
    bus_.deadline = deadline;
    for (std::size_t i = 0; i < bus_.frames.size(); ++i) EXPECT_TRUE(builder.append(bus_.frames[i]));
    bus_.frames.clear();
    if (bus_.gone) return *bus_.gone;
    return ReadOutcome::idle;
  }
  void ack(const SourcePosition&) override {}
  void close() override { ++bus_.closed; }
  [[nodiscard]] std::string hint() const override { return "of the bus"; }

 private:
  Bus& bus_;
};

class Target final : public FrameTarget {
 public:
  explicit Target(Bus& bus) : bus_(bus) {}
  Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
              std::span<const std::string>) override {
    if (!bus_.takes) return {FaultKind::unavailable, "can0 takes no more frames"};
    for (; from < to; ++from) {
      const FrameView frame = frames[from];
      bus_.sent.emplace_back(frame.data.begin(), frame.data.end());
      FrameView looped = frame;
      looped.flags = kFlagTx;
      bus_.frames.append(looped);
      const std::array<std::uint8_t, 8> answer{6, 0x41, 0, 0, 0x10, 0, 0, 0};
      if (bus_.answers && frame.data[1] == 1 && frame.data[2] == 0)
        bus_.frames.append({{}, 0x7E8, 0, 0, 8, answer});
    }
    return {};
  }
  Status flush() override { return {}; }

 private:
  Bus& bus_;
};

struct SourceBench {
  explicit SourceBench(PollSettings settings = {}) {
    settings.width = Width::bits11;
    settings.per_second[0x0C] = 1;
    Transport transport;
    transport.capture = [this](const std::string&) { return std::make_unique<Capture>(bus); };
    transport.target = [this](const std::string&) -> Result<std::unique_ptr<FrameTarget>> {
      if (!bus.opens) return Fault{FaultKind::unavailable, "interface can0 is down"};
      return std::unique_ptr<FrameTarget>(std::make_unique<Target>(bus));
    };
    source.emplace(settings, std::move(transport));
  }
  void run(Duration time, cantrail::testing::Delivered& into) {
    for (const MonoTime end = clock.mono() + time; clock.mono() < end; clock.advance(1ms)) {
      (void)fixture.read(*source, into, 20ms);
    }
  }

  ManualClock clock{{}, MonoTime{1'000'000'000}};
  cantrail::testing::SourceFixture fixture{clock, "car"};
  Bus bus;
  std::optional<Source> source;
};

TEST(Obd2Source, RecordsWhatItAsksAndWhatIsAnswered) {
  SourceBench bench;
  ASSERT_TRUE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  cantrail::testing::Delivered got;
  bench.run(3s, got);
  ASSERT_GE(got.frames.size(), 4U);
  EXPECT_EQ(got.frames[0].id, 0x7DFU);
  EXPECT_EQ(got.frames[1].id, 0x7E8U);
  EXPECT_EQ(got.frames[0].channel, "car");
  ASSERT_FALSE(bench.fixture.log.lines().empty());
  EXPECT_EQ(bench.fixture.log.lines()[0].substr(0, 40), "car: 1 control unit (7E8), 1 PID: 1.05 r");
  EXPECT_EQ(bench.source->hint(), "of the bus");
}

TEST(Obd2Source, NeverWaitsBeyondItsDeadlineNorBeyondWhatIsDue) {
  SourceBench bench;
  bench.bus.answers = false;
  ASSERT_TRUE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  cantrail::testing::Delivered got;
  (void)bench.fixture.read(*bench.source, got, 20ms);
  EXPECT_EQ(bench.bus.deadline, bench.clock.mono() + 20ms);
  (void)bench.fixture.read(*bench.source, got, 10s);
  EXPECT_EQ(bench.bus.deadline, bench.clock.mono() + 200ms);  // then the answer's time is up
}

TEST(Obd2Source, ABusThatTakesNothingIsNotPressedAndTheUserIsTold) {
  SourceBench bench;
  bench.bus.takes = false;
  ASSERT_TRUE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  cantrail::testing::Delivered got;
  bench.run(1s, got);
  EXPECT_EQ(bench.source->hint(), "can0 takes no more frames");
  EXPECT_TRUE(bench.bus.sent.empty());
  bench.bus.takes = true;
  bench.run(3s, got);
  EXPECT_EQ(bench.source->hint(), "of the bus");
}

TEST(Obd2Source, LooksForTheCarAnewWheneverItOpens) {
  SourceBench bench;
  ASSERT_TRUE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  cantrail::testing::Delivered got;
  bench.run(1s, got);
  bench.bus.gone = Fault{FaultKind::unavailable, "interface can0 went down"};
  (void)bench.fixture.read(*bench.source, got);
  ASSERT_TRUE(got.fault);
  bench.source->close();
  bench.bus.gone.reset();
  bench.bus.opens = false;
  const int closed = bench.bus.closed;
  EXPECT_FALSE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  EXPECT_GT(bench.bus.closed, closed);  // nothing is left open
  bench.bus.opens = true;
  bench.bus.sent.clear();
  ASSERT_TRUE(bench.source->open(bench.fixture.context(), std::nullopt).ok());
  bench.run(100ms, got);
  ASSERT_FALSE(bench.bus.sent.empty());
  EXPECT_EQ(bench.bus.sent[0][1], 0x01);
  EXPECT_EQ(bench.bus.sent[0][2], 0x00);
}

}  // namespace
}  // namespace cantrail::obd2
