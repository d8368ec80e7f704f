#include "component/keep.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using Words = std::vector<std::string>;

TEST(Keep, ReadsTimesSizesAndRowsTogether) {
  const Result<Keep> keep = parse_keep(Words{"30d", "8GB", "1,000,000 rows"});
  ASSERT_TRUE(keep);
  EXPECT_EQ(keep->age, std::chrono::hours(24 * 30));
  EXPECT_EQ(keep->bytes, 8'000'000'000U);
  EXPECT_EQ(keep->rows, 1'000'000U);
}

TEST(Keep, ForeverIsNoLimitAndStandsAlone) {
  const Result<Keep> keep = parse_keep(Words{"forever"});
  ASSERT_TRUE(keep);
  EXPECT_EQ(*keep, Keep{});
  EXPECT_FALSE(parse_keep(Words{"forever", "30d"}));
}

TEST(Keep, RefusesWhatIsNoLimitOrTwiceTheSame) {
  for (const Words& words : {Words{}, Words{"much"}, Words{"30"}, Words{"30."}, Words{"-1 rows"},
                             Words{"rows"}, Words{"1d", "2d"}, Words{"1MB", "2MB"}}) {
    const Result<Keep> keep = parse_keep(words);
    ASSERT_FALSE(keep) << (words.empty() ? "" : words.front());
    EXPECT_EQ(keep.fault().kind, FaultKind::config);
  }
}

TEST(Keep, SaysThatALimitIsTooLarge) {
  for (const char* word : {"99999999999999999999TB", "999999999d"}) {
    const Result<Keep> keep = parse_keep(Words{word});
    ASSERT_FALSE(keep) << word;
    EXPECT_NE(keep.fault().message.find("is too large"), std::string::npos) << keep.fault().message;
  }
}

TEST(Keep, IsHeldAgainstTheLeastThatAStoreCanDo) {
  const Keep least{std::chrono::minutes(1), 8'000'000, 10'000};
  const auto complaint = [&](const Words& words) { return too_little(*parse_keep(words), least); };
  EXPECT_EQ(complaint({"10s"}), "10s is too short: at least 1m");
  EXPECT_EQ(complaint({"1MB"}), "1MB is too little: at least 8MB");
  EXPECT_EQ(complaint({"100 rows"}), "100 rows is too little: at least 10,000 rows");
  EXPECT_EQ(complaint({"1m", "8MB", "10000 rows"}), std::nullopt);
  EXPECT_EQ(complaint({"forever"}), std::nullopt);
  EXPECT_EQ(too_little(*parse_keep(Words{"1ns"}), Keep{}), std::nullopt);
}

TEST(Keep, IsWrittenAsItIsRead) {
  for (const Words& words : {Words{"30d", "8GB"}, Words{"90m", "1GiB", "12345 rows"}, Words{"forever"}}) {
    const Keep keep = *parse_keep(words);
    EXPECT_EQ(*parse_keep(keep_words(keep)), keep);
  }
  EXPECT_EQ(keep_words(Keep{}), Words{"forever"});
}

}  // namespace
}  // namespace cantrail
