// After warm-up, what comes in several frames is put together and decoded without an allocation.
#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "decode/transport/conversations.hpp"

namespace cantrail::transport {
namespace {

TEST(Conversations, AllocateNothingAfterWarmUp) {
  CatalogSpec spec;
  spec.sources = {{"bus", "test"}};
  spec.dbcs = {{"test.dbc",
                "VERSION \"\"\nBO_ 2566841342 EC1: 40 X\n SG_ Speed : 96|16@1+ (0.125,0) [0|0] \"\" X\n"
                "BO_ 1980 Long: 100 X\n SG_ A m89 : 16|8@1+ (1,0) [0|0] \"\" X\n"
                " SG_ service M : 8|8@1+ (1,0) [0|0] \"\" X\n"}};
  spec.channels = {{"can0", 0, {0}}};
  Diagnostics diagnostics;
  const auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
  ASSERT_TRUE(compiled);
  dbc::Decoder decoder((*compiled)->channels);
  Conversations conversations((*compiled)->transport, (*compiled)->catalog->streams.size());

  FrameBlock frames;
  const auto send = [&frames](std::uint32_t id, std::vector<std::uint8_t> data) {
    data.resize(8, 0x11);
    frames.append({WallTime{0}, id, 0, 0, 8, data});
  };
  for (int i = 0; i < 20; ++i) {
    send(0x18ECFF01U | kIdExtended, {32, 40, 0, 6, 0xFF, 0xE3, 0xFE, 0});
    for (std::uint8_t n = 1; n <= 6; ++n) send(0x18EBFF01U | kIdExtended, {n});
    send(0x18FECA01U | kIdExtended, {0, 0xFF, 1, 2, 3, 4});
    send(0x7BC, {0x10, 100, 0x59, 0x02, 0xFF});
    for (std::uint8_t n = 1; n <= 14; ++n) send(0x7BC, {static_cast<std::uint8_t>(0x20 | (n & 0xF))});
  }
  std::vector<StreamBlock> blocks;
  std::vector<std::uint32_t> parts;
  const auto decode = [&] {
    conversations.reclaim(blocks);
    parts.clear();
    (void)decoder.decode(frames, blocks);
    (void)conversations.decode(frames, decoder.aside(), blocks, parts);
  };
  for (int round = 0; round < 3; ++round) decode();
  const std::size_t before = allocations;
  for (int round = 0; round < 10; ++round) decode();
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(blocks.size(), 4U);  // EC1, DM1, Long, TroubleCodes
}

}  // namespace
}  // namespace cantrail::transport
