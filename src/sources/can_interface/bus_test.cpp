#include "sources/can_interface/bus.hpp"

#include <array>

#include <gtest/gtest.h>

namespace cantrail::socketcan {
namespace {

using namespace std::chrono_literals;

class SocketCanBus : public ::testing::Test {
 protected:
  void SetUp() override {
    builder_.begin(batch_);
    link_.info.index = 3;
    link_.info.name = "can0";
    link_.info.kind = "can";
    link_.info.up = true;
    link_.info.state = CanState::error_active;
    link_.info.bitrate = 500'000;
    link_.info.driver_drops = 40;
    link_.looked_at = clock_.wall();
    bus_.begin(3, link_, clock_.pair());
  }

  void look() {
    link_.looked_at = clock_.wall();
    bus_.look(link_, builder_, true);
  }
  bool serve() { return bus_.serve(builder_, clock_.pair()); }
  void error_frame(std::uint32_t classes) {
    const std::array<std::uint8_t, 8> data{};
    bus_.count({clock_.wall(), kIdError | classes, 0, 0, 8, data});
  }
  void frames(int count) {
    const std::array<std::uint8_t, 8> data{};
    for (int i = 0; i < count; ++i) bus_.count({clock_.wall(), 0x123, 0, 0, 8, data});
  }
  // The last row's value; nullopt: absent.
  std::optional<double> value(const std::string& name) const {
    const StreamBlock& block = batch_.rows.back();
    const auto schema = bus_row_schema();
    const std::size_t field = schema->field(name).value();
    if (!block.valid(field, 0)) return std::nullopt;
    const bool is_double = schema->fields[field].type == FieldType::f64;
    return is_double ? block.f64(field)[0] : static_cast<double>(block.u64(field)[0]);
  }
  std::string state() const {
    const auto word = static_cast<std::uint64_t>(value("state").value_or(99));
    const auto schema = bus_row_schema();
    const std::string* label = schema->fields[0].label_of(word);
    return label != nullptr ? *label : "absent";
  }

  ManualClock clock_{WallTime{1'000'000'000'000}, MonoTime{5'000'000'000}};
  RawBatch batch_;
  FrameBuilder builder_;
  WatchedLink link_;
  Bus bus_{Bus::Identity{"can0", "body", 0, StreamId{2}, {}, {}}};
};

TEST_F(SocketCanBus, TellsStateLoadAndRateOnceASecond) {
  frames(1000);
  EXPECT_FALSE(serve());
  clock_.advance(999ms);
  EXPECT_FALSE(serve());
  clock_.advance(1ms);
  ASSERT_TRUE(serve());
  EXPECT_FALSE(serve());
  EXPECT_EQ(batch_.rows.back().stream(), 2U);
  EXPECT_EQ(batch_.rows.back().time_ns()[0], clock_.wall().ns);
  EXPECT_EQ(state(), "error-active");
  EXPECT_DOUBLE_EQ(*value("frames_per_s"), 1000);
  EXPECT_DOUBLE_EQ(*value("load_percent"), 23.8);
  EXPECT_EQ(value("driver_drops"), 0);
  EXPECT_EQ(value("rx_errors"), std::nullopt);
  clock_.advance(1s);
  ASSERT_TRUE(serve());
  EXPECT_EQ(value("frames_per_s"), 0);
}

TEST_F(SocketCanBus, ABusOffIsToldAtOnceAndIsAGapWhenItIsOver) {
  clock_.advance(300ms);
  const WallTime off = clock_.wall();
  error_frame(CAN_ERR_BUSOFF);
  ASSERT_TRUE(serve());
  EXPECT_EQ(state(), "bus-off");
  EXPECT_EQ(batch_.rows.back().time_ns()[0], off.ns);
  EXPECT_NE(bus_.hint(clock_.mono(), false).find("bus-off"), std::string::npos);
  EXPECT_TRUE(batch_.gaps.empty());
  clock_.advance(200ms);
  error_frame(CAN_ERR_RESTARTED);
  ASSERT_TRUE(serve());
  EXPECT_EQ(state(), "error-active");
  ASSERT_EQ(batch_.gaps.size(), 1U);
  EXPECT_EQ(batch_.gaps[0], (GapRecord{off, clock_.wall(), GapReason::bus_off, "body", std::nullopt, 0}));
  bus_.end(builder_, clock_.wall());
  EXPECT_EQ(batch_.gaps.size(), 1U);
}

TEST_F(SocketCanBus, ABusOffThatIsOverBeforeItIsServedIsAGapAllTheSame) {
  clock_.advance(300ms);
  error_frame(CAN_ERR_BUSOFF);
  clock_.advance(1ms);
  error_frame(CAN_ERR_RESTARTED);
  EXPECT_TRUE(serve());
  EXPECT_EQ(batch_.gaps.size(), 1U);
}

TEST_F(SocketCanBus, ABusOffThatLastsIsToldWhenTheSourceCloses) {
  const WallTime off = clock_.wall();
  error_frame(CAN_ERR_BUSOFF);
  clock_.advance(1s);
  bus_.end(builder_, clock_.wall());
  ASSERT_EQ(batch_.gaps.size(), 1U);
  EXPECT_EQ(batch_.gaps[0].from, off);
  EXPECT_EQ(batch_.gaps[0].to, clock_.wall());
}

TEST_F(SocketCanBus, AFlutteringStateMakesNoFloodOfRows) {
  int rows = 0;
  for (int i = 0; i < 500; ++i) {
    error_frame(i % 2 == 0 ? CAN_ERR_BUSOFF : CAN_ERR_RESTARTED);
    rows += serve() ? 1 : 0;
    clock_.advance(1ms);
  }
  EXPECT_GE(rows, 5);
  EXPECT_LE(rows, 11);
}

TEST_F(SocketCanBus, WhatTheDriverDroppedSinceTheLastLookIsAGap) {
  const WallTime before = clock_.wall();
  clock_.advance(1s);
  look();
  EXPECT_TRUE(batch_.gaps.empty());  // what was dropped before the source was open is not its loss
  const WallTime last_look = clock_.wall();
  EXPECT_GT(last_look, before);
  clock_.advance(1s);
  link_.info.driver_drops += 7;
  look();
  ASSERT_EQ(batch_.gaps.size(), 1U);
  EXPECT_EQ(batch_.gaps[0], (GapRecord{last_look, clock_.wall(), GapReason::driver_drop, "body", 7, 0}));
  serve();
  EXPECT_EQ(value("driver_drops"), 7);
  look();
  EXPECT_EQ(batch_.gaps.size(), 1U);
}

TEST_F(SocketCanBus, AnInterfaceThatIsMadeAgainCountsFromZeroAndWasAway) {
  const WallTime down = clock_.wall();
  link_.info.up = link_.present = false;
  link_.outages = 1;
  link_.down_at = down;
  look();
  EXPECT_NE(bus_.hint(clock_.mono(), false).find("is down"), std::string::npos);
  clock_.advance(2s);
  EXPECT_FALSE(serve());  // nothing is known of it now
  link_.info.up = link_.present = true;
  link_.info.index = 9;
  link_.info.driver_drops = 2;
  link_.up_at = link_.made_at = clock_.wall();
  clock_.advance(10ms);
  look();
  ASSERT_EQ(batch_.gaps.size(), 2U);
  EXPECT_EQ(batch_.gaps[0], (GapRecord{down, link_.up_at, GapReason::source_down, "body", std::nullopt, 0}));
  EXPECT_EQ(batch_.gaps[1].reason, GapReason::driver_drop);
  EXPECT_EQ(batch_.gaps[1].count, 2U);
  EXPECT_TRUE(bus_.had_index(3) && bus_.had_index(9));
}

TEST_F(SocketCanBus, ExplainsSilence) {
  clock_.advance(4s);
  EXPECT_EQ(bus_.hint(clock_.mono(), false), "");
  clock_.advance(8s);
  const std::string active = bus_.hint(clock_.mono(), false);
  EXPECT_NE(active.find("can0 is up, no frames for 12 s; its controller sees no errors"), std::string::npos)
      << active;
  link_.info.state = CanState::error_passive;
  link_.info.rx_errors = 130;
  link_.info.tx_errors = 0;
  look();
  const std::string passive = bus_.hint(clock_.mono(), false);
  EXPECT_NE(
      passive.find(
          "error-passive (130 receive, 0 transmit errors): check bit rate (500,000 bit/s now), termination"),
      std::string::npos)
      << passive;
  clock_.advance(1s);
  link_.info.rx_frames = 55;
  look();
  EXPECT_NE(bus_.hint(clock_.mono(), true).find("received 55 meanwhile"), std::string::npos);
  frames(1);
  EXPECT_EQ(bus_.hint(clock_.mono(), true), "");
}

TEST_F(SocketCanBus, WithoutAStreamThereAreGapsButNoRows) {
  Bus quiet(Bus::Identity{"can0", "body", 0, {}, {}, {}});
  quiet.begin(3, link_, clock_.pair());
  const std::array<std::uint8_t, 8> data{};
  quiet.count({clock_.wall(), kIdError | CAN_ERR_BUSOFF, 0, 0, 8, data});
  clock_.advance(2s);
  EXPECT_FALSE(quiet.serve(builder_, clock_.pair()));
  quiet.count({clock_.wall(), kIdError | CAN_ERR_RESTARTED, 0, 0, 8, data});
  EXPECT_FALSE(quiet.serve(builder_, clock_.pair()));
  EXPECT_TRUE(batch_.rows.empty());
  EXPECT_EQ(batch_.gaps.size(), 1U);
}

}  // namespace
}  // namespace cantrail::socketcan
