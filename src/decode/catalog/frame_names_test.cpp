// Names of frames, held against what the decoder makes of the same frames.
#include "decode/catalog/frame_names.hpp"

#include <array>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

// F004 from anybody, F005 from two sources, 00xx to one address, one message of a whole identifier in F004's
// group, 11 bits; and what a second DBC adds: a message of a whole identifier in F005's group.
const char* const kTruck =
    "VERSION \"\"\nBU_: A\nBA_DEF_ BO_ \"VFrameFormat\" ENUM "
    "\"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\";\nBA_DEF_DEF_ \"VFrameFormat\" \"J1939PG\";\n"
    "BO_ 2364540158 EEC1: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 2364540160 Front: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 2364540161 Rear: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 2348875006 Torque: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 2364539907 Special: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 257 Gear: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n"
    "BA_ \"VFrameFormat\" BO_ 2364539907 1;\nBA_ \"VFrameFormat\" BO_ 257 0;\n";
const char* const kMore = "VERSION \"\"\nBO_ 2364540163 Third: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" A\n";

CompiledCatalogPtr compiled() {
  CatalogSpec spec;
  spec.sources = {{"log", "logfile"}};
  spec.dbcs = {{"truck.dbc", kTruck}, {"more.dbc", kMore}};
  spec.channels = {{"can0", 0, {}}, {"can1", 0, {0, 1}}};
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  return *compiler.compile(std::move(spec), diagnostics);
}

TEST(FrameNames, AreThoseOfTheStreamsThatFramesAreDecodedTo) {
  const CompiledCatalogPtr catalog = compiled();
  FrameNames names(catalog);
  FrameBlock frames;
  for (const std::uint32_t group : {0xF004U, 0xF005U, 0x0000U, 0xFEF1U}) {
    for (const std::uint32_t priority : {0U, 3U, 7U}) {
      for (const std::uint32_t destination : {0x00U, 0x17U, 0xFFU}) {
        for (const std::uint32_t source : {0U, 1U, 3U, 0x42U, 0xFEU}) {
          const std::uint32_t to = group < 0xF000U ? destination << 8 : 0U;
          const std::uint32_t id = kIdExtended | priority << 26 | group << 8 | to | source;
          frames.append({WallTime{1}, id, 0, 1, 8, std::array<std::uint8_t, 8>{}});
        }
      }
    }
  }
  for (const std::uint32_t id : {257U, 258U, 257U | kIdExtended, 257U | kIdRemote, 0x0CF00403U | kIdExtended,
                                 0x0CF00503U | kIdExtended, 0x0CF004FEU | kIdExtended | kIdRemote}) {
    frames.append({WallTime{1}, id, 0, 1, 8, std::array<std::uint8_t, 8>{}});
  }
  std::vector<StreamBlock> blocks;
  dbc::Decoder(catalog->channels).decode(frames, blocks);
  std::vector<std::string_view> decoded(frames.size());
  for (const StreamBlock& block : blocks) {
    for (const std::uint32_t frame : block.frame()) {
      decoded[frame] = catalog->catalog->streams[block.stream()].row->name;
    }
  }
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(names.of(1, frames[i].id), decoded[i]) << std::hex << frames[i].id;
    EXPECT_EQ(names.of(0, frames[i].id), "") << "no DBC decodes that channel";
  }
  EXPECT_EQ(blocks.size(), 7U) << "each message has had a frame";
}

TEST(FrameNames, KnowTroubleCodesAndNoChannelThatIsNot) {
  FrameNames names(compiled());
  EXPECT_EQ(names.of(1, 0x18FECA17U | kIdExtended), "DM1");
  EXPECT_EQ(names.of(1, 0x0CFECB00U | kIdExtended), "DM2");
  EXPECT_EQ(names.of(1, 0x1CECFF17U | kIdExtended), "") << "a packet's message is known when it is whole";
  EXPECT_EQ(names.of(0, 0x18FECA17U | kIdExtended), "");
  EXPECT_EQ(names.of(2, 257), "");
}

}  // namespace
}  // namespace cantrail
