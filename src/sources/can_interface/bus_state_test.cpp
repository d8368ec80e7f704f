#include "sources/can_interface/bus_state.hpp"

#include <array>

#include <gtest/gtest.h>

#include "sources/can_interface/bus_load.hpp"

namespace cantrail::socketcan {
namespace {

using Data = std::array<std::uint8_t, 8>;

ControllerNews read(std::uint32_t classes, const Data& data) {
  return read_error_frame({{}, kIdError | classes, 0, 0, 8, data});
}

TEST(SocketCanBusState, ReadsTheControllersStateFromErrorFrames) {
  EXPECT_EQ(read(CAN_ERR_BUSOFF, {}).state, CanState::bus_off);
  EXPECT_EQ(read(CAN_ERR_RESTARTED, {}).state, CanState::error_active);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_RX_WARNING}).state, CanState::error_warning);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_TX_WARNING}).state, CanState::error_warning);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_WARNING}).state,
            CanState::error_passive);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_TX_PASSIVE}).state, CanState::error_passive);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_ACTIVE}).state, CanState::error_active);
  EXPECT_EQ(read(CAN_ERR_CRTL | CAN_ERR_BUSOFF, {0, CAN_ERR_CRTL_ACTIVE}).state, CanState::bus_off);
}

TEST(SocketCanBusState, ErrorFramesOfOtherThingsSayNothingOfIt) {
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_RX_OVERFLOW}).state, std::nullopt);
  EXPECT_EQ(read(CAN_ERR_ACK | CAN_ERR_PROT | CAN_ERR_BUSERROR, {0xFF, 0xFF, 0xFF, 0xFF}).state,
            std::nullopt);
  const Data passive{0, CAN_ERR_CRTL_RX_PASSIVE};
  EXPECT_EQ(read_error_frame({{}, CAN_ERR_CRTL, 0, 0, 8, passive}).state, std::nullopt);  // a frame with id 4
  EXPECT_EQ(read_error_frame({{}, kIdError | CAN_ERR_CRTL, 0, 0, 1, std::span(passive).first(1)}).state,
            std::nullopt);
}

TEST(SocketCanBusState, ReadsTheErrorCountersWhereTheyAreGiven) {
  const ControllerNews counted = read(CAN_ERR_CNT, {0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(counted.tx_errors, 0);
  EXPECT_EQ(counted.rx_errors, 0);
  const ControllerNews old = read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_TX_WARNING, 0, 0, 0, 0, 96, 7});
  EXPECT_EQ(old.tx_errors, 96);
  EXPECT_EQ(old.rx_errors, 7);
  EXPECT_EQ(read(CAN_ERR_CRTL, {0, CAN_ERR_CRTL_TX_WARNING}).tx_errors, std::nullopt);
  EXPECT_EQ(read(CAN_ERR_BUSERROR, {0, 0, 0, 0, 0, 0, 96, 7}).tx_errors, std::nullopt);
}

FrameView frame(std::uint32_t id, FrameFlags flags, std::size_t bytes) {
  static const std::array<std::uint8_t, 64> data{};
  return {{}, id, flags, 0, static_cast<std::uint8_t>(bytes), std::span(data).first(bytes)};
}

TEST(SocketCanBusLoad, CountsTheBitsOfClassicFrames) {
  EXPECT_EQ(frame_bits(frame(0x123, 0, 0)).nominal, 34U + 2 + 13);
  EXPECT_EQ(frame_bits(frame(0x123, 0, 8)).nominal, 98U + 8 + 13);  // 111 without stuff bits, at most 135
  EXPECT_EQ(frame_bits(frame(0x123 | kIdExtended, 0, 8)).nominal, 118U + 9 + 13);
  EXPECT_EQ(frame_bits({{}, 0x123 | kIdRemote, 0, 0, 8, {}}).nominal, 34U + 2 + 13);  // a DLC, no data
  EXPECT_EQ(frame_bits(frame(kIdError | 4, 0, 8)).nominal, 0U);
}

TEST(SocketCanBusLoad, CountsTheDataPhaseOfFdFramesApart) {
  const FrameBits slow = frame_bits(frame(0x123, kFlagFd, 8)),
                  fast = frame_bits(frame(0x123, kFlagFd | kFlagBrs, 8));
  EXPECT_EQ(slow.data, 0U);
  EXPECT_EQ(slow.nominal, fast.nominal + fast.data);
  EXPECT_EQ(fast.nominal, 17U + 1 + 12);
  EXPECT_EQ(fast.data, 69U + 5 + 27 + 1);
  EXPECT_EQ(frame_bits(frame(0x123, kFlagFd | kFlagBrs, 64)).data, 517U + 43 + 32 + 1);
}

TEST(SocketCanBusLoad, AFrameTakesTheLeastTimeWithoutStuffBits) {
  EXPECT_DOUBLE_EQ(least_frame_seconds(0x123, 8, 500'000, std::nullopt), 111.0 / 500'000);
  EXPECT_DOUBLE_EQ(least_frame_seconds(0x123 | kIdExtended, 0, 250'000, 2'000'000), 67.0 / 250'000);
  EXPECT_DOUBLE_EQ(least_frame_seconds(0x123, 64, 500'000, 2'000'000), 29.0 / 500'000 + 550.0 / 2'000'000);
  EXPECT_DOUBLE_EQ(least_frame_seconds(0x123, 64, 500'000, std::nullopt), 579.0 / 500'000);
}

TEST(SocketCanBusLoad, IsTheTimeThatFramesTakeAtTheirBitRates) {
  BusLoad load;
  for (int i = 0; i < 1000; ++i) load.add(frame(0x123, 0, 8));
  EXPECT_DOUBLE_EQ(*load.percent(1, 500'000, std::nullopt), 100 * 119'000.0 / 500'000);
  EXPECT_DOUBLE_EQ(*load.percent(2, 500'000, std::nullopt), 100 * 119'000.0 / 1'000'000);
  EXPECT_EQ(load.percent(1, std::nullopt, std::nullopt), std::nullopt);
  EXPECT_DOUBLE_EQ(load.frames_per_s(2), 500);
  load.restart();
  load.add(frame(0x123, kFlagFd | kFlagBrs, 64));
  EXPECT_DOUBLE_EQ(*load.percent(1, 500'000, 2'000'000), 100 * (30.0 / 500'000 + 593.0 / 2'000'000));
  EXPECT_DOUBLE_EQ(*load.percent(1, 500'000, std::nullopt), 100 * 623.0 / 500'000);
}

}  // namespace
}  // namespace cantrail::socketcan
