#include "cli/demo/folded.hpp"

#include <gtest/gtest.h>

namespace cantrail::cli::demo {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kSum =
    "sent 1,250 = delivered 1,040 + filtered 0 + dropped 0 + pending 0 + went by 210";

TEST(DemoFolded, LeavesALineThatFitsAsItIs) {
  EXPECT_EQ(folded(kSum, std::string::npos), Lines{std::string(kSum)});
  EXPECT_EQ(folded(kSum, kSum.size()), Lines{std::string(kSum)});
  EXPECT_EQ(folded("", 10), Lines{""});
}

TEST(DemoFolded, PartsBeforeASignAndLosesNothing) {
  EXPECT_EQ(folded(kSum, 60),
            (Lines{"sent 1,250 = delivered 1,040 + filtered 0 + dropped 0", "  + pending 0 + went by 210"}));
}

TEST(DemoFolded, PartsKeysBeforeAKey) {
  EXPECT_EQ(folded("[k] kill  [t] trigger  [q] quit", 24, "  ["),
            (Lines{"[k] kill  [t] trigger", "   [q] quit"}));
}

TEST(DemoFolded, IsNeverWiderThanTheTerminal) {
  for (std::size_t width = 1; width <= kSum.size(); ++width) {
    for (const std::string& line : folded(kSum, width)) EXPECT_LE(line.size(), width);
  }
}

}  // namespace
}  // namespace cantrail::cli::demo
