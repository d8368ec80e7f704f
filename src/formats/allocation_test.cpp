#include <string>

#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "formats/candump_reader.hpp"
#include "formats/cannelloni.hpp"

namespace cantrail {
namespace {

TEST(HotPaths, DoNotAllocateAfterWarmUp) {
  std::string text;
  const std::vector<std::uint8_t> data(64, 0x5A);
  for (int i = 0; i < 1000; ++i) {
    const bool fd = i % 10 == 0;
    const std::uint8_t length = static_cast<std::uint8_t>(fd ? 64 : i % 9);
    candump::append_frame(text,
                          {WallTime{1'700'000'000'000'000'000 + i * 1000}, 0x123,
                           fd ? kFlagFd : FrameFlags{0}, 0, length, std::span(data).first(length)},
                          i % 3 == 0 ? "can0" : "can1");
  }
  candump::Reader reader([](std::string_view) { return ChannelId{0}; });
  FrameBlock block;
  cannelloni::PacketWriter writer;
  FrameBlock received;
  const auto work = [&] {
    block.clear();
    received.clear();
    EXPECT_EQ(reader.parse(text, true, 10'000, block), text.size());
    text.clear();
    for (std::size_t i = 0; i < block.size(); ++i) {
      candump::append_frame(text, block[i], "can0");
      if (writer.add(block[i])) continue;
      EXPECT_TRUE(cannelloni::decode_packet(writer.bytes(), {}, received).ok());
      writer.begin(0);
    }
  };
  work();
  work();
  const std::size_t before = allocations;
  work();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(block.size(), 1000U);
}

}  // namespace
}  // namespace cantrail
