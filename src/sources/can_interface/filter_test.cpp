#include "sources/can_interface/filter.hpp"

#include <gtest/gtest.h>

namespace cantrail::socketcan {
namespace {

Result<FilterSet> parse(std::vector<std::string> texts) {
  return parse_filters(texts);
}

TEST(SocketCanFilter, ReadsWhatCandumpReads) {
  const auto set = parse({"123:7FF,12345678~1FFFFFFF", "#FFFFFFFF,j"});
  ASSERT_TRUE(set.ok());
  ASSERT_EQ(set->ids.size(), 2U);
  EXPECT_EQ(set->ids[0].can_id, 0x123U);
  EXPECT_EQ(set->ids[0].can_mask, 0x7FFU);
  EXPECT_EQ(set->ids[1].can_id, 0x12345678U | CAN_EFF_FLAG | CAN_INV_FILTER);
  EXPECT_EQ(set->ids[1].can_mask, 0x1FFFFFFFU);
  EXPECT_EQ(set->error_mask, CAN_ERR_MASK);
  EXPECT_TRUE(set->join);
}

TEST(SocketCanFilter, AnIdentifierOfEightDigitsIsExtended) {
  EXPECT_EQ(parse({"00000123:DFFFFFFF"})->ids[0].can_id, 0x123U | CAN_EFF_FLAG);
  EXPECT_EQ(parse({"123:C00007FF"})->ids[0].can_mask, 0xC00007FFU);
}

TEST(SocketCanFilter, NeverMasksErrorFrames) {
  EXPECT_EQ(parse({"123:FFFFFFFF"})->ids[0].can_mask, 0xFFFFFFFFU & ~CAN_ERR_FLAG);
}

TEST(SocketCanFilter, PassesAsTheKernelDoes) {
  EXPECT_TRUE(parse({})->passes(0x123));
  const auto one = parse({"100:700,00000055:1FFFFFFF"});
  EXPECT_TRUE(one->passes(0x123));
  EXPECT_TRUE(one->passes(0x55 | CAN_EFF_FLAG));
  EXPECT_FALSE(one->passes(0x223));
  const auto inverted = parse({"123~7FF"});
  EXPECT_FALSE(inverted->passes(0x123));
  EXPECT_TRUE(inverted->passes(0x124));
  const auto joined = parse({"100:700", "123~7FF", "j"});
  EXPECT_TRUE(joined->passes(0x122));
  EXPECT_FALSE(joined->passes(0x123));
  EXPECT_FALSE(joined->passes(0x222));
}

TEST(SocketCanFilter, NoTextMeansEverything) {
  const auto set = parse({});
  ASSERT_TRUE(set.ok());
  EXPECT_TRUE(set->ids.empty());
  EXPECT_FALSE(set->join);
  EXPECT_FALSE(set->error_mask);
}

TEST(SocketCanFilter, NamesThePartThatIsWrong) {
  for (const char* text : {"", "123", "123:", ":7FF", "xyz:7FF", "123:7FG", "#", "#12z", "800:7FF",
                           "0x123:7FF", "123456789:7FF", "k", "123:7FF,,124:7FF"}) {
    const auto set = parse({text});
    ASSERT_FALSE(set.ok()) << text;
    EXPECT_EQ(set.fault().kind, FaultKind::config);
  }
  EXPECT_NE(parse({"123:7FF, 800:7FF"}).fault().message.find("\"800:7FF\""), std::string::npos);
}

TEST(SocketCanFilter, KnowsTheKernelsLimit) {
  EXPECT_TRUE(parse(std::vector<std::string>(512, "1:7FF")).ok());
  EXPECT_FALSE(parse(std::vector<std::string>(513, "1:7FF")).ok());
}

}  // namespace
}  // namespace cantrail::socketcan
