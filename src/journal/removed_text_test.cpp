#include <gtest/gtest.h>

#include "journal/removed.hpp"

namespace cantrail::journal {
namespace {

JournalId some_journal() {
  JournalId id;
  id.bytes.fill(7);
  return id;
}

Place place(std::uint32_t epoch, std::uint64_t seq, std::int64_t begun_ns) {
  return {{epoch, seq}, WallTime{begun_ns}, seq * 10};
}

TEST(RemovedText, IsReadAsItWasWritten) {
  Removed removed;
  removed.kept_from = place(1, 1, -5);
  removed.advance(place(1, 40, 100));
  removed.advance({{3, 1}, std::nullopt, std::nullopt});
  const std::string text = to_text(removed, some_journal());
  EXPECT_TRUE(
      text.starts_with("cantrail removed 1\n"
                       "journal_id 07070707070707070707070707070707\n"
                       "taken 1 1 -5 10\n"
                       "taken 1 40 100 400\n"
                       "kept_from 3 1 - -\n"
                       "check "))
      << text;
  EXPECT_EQ(parse_removed(text, some_journal()), removed);
}

TEST(RemovedText, CountsAsAbsentWhereAByteIsWrongOrItIsOfAnotherJournal) {
  Removed removed;
  removed.kept_from = place(1, 1, 5);
  removed.advance(place(2, 40, 100));
  const std::string text = to_text(removed, some_journal());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] ^= 1;
    EXPECT_FALSE(parse_removed(damaged, some_journal())) << i;
    EXPECT_FALSE(parse_removed(text.substr(0, i), some_journal())) << i;
  }
  EXPECT_FALSE(parse_removed(text, JournalId{}));
}

TEST(RemovedText, NeverGoesBack) {
  Removed removed;
  removed.kept_from = place(4, 7, 70);
  const Removed before = removed;
  removed.advance(place(4, 7, 80));
  removed.advance(place(3, 900, 60));
  EXPECT_EQ(removed, before);
}

// However much goes, the text stays small, and what it says of a place is never later than that was.
TEST(RemovedText, IsBoundedAndTellsOfLongAgoLessExactly) {
  Removed removed;
  removed.kept_from = place(1, 1, 1);
  for (std::uint64_t i = 2; i <= 100'000; ++i) {
    removed.advance(place(1, i, static_cast<std::int64_t>(i)));
    ASSERT_LT(removed.taken.size(), Removed::kMostPlaces);
  }
  EXPECT_LT(to_text(removed, some_journal()).size(), 8192U);
  EXPECT_EQ(removed.taken.front(), place(1, 1, 1));
  for (std::uint64_t i = 1; i <= 100'000; i += 7) {
    const Place* before = removed.before({1, i});
    ASSERT_NE(before, nullptr);
    ASSERT_LE(before->begun->ns, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(removed.before({1, 99'990})->name.first_seq, 99'990U) << "the last ones are exact";
  EXPECT_EQ(*removed.before({1, 200'000}), removed.kept_from);
  EXPECT_EQ(removed.before({0, 5}), nullptr);
}

}  // namespace
}  // namespace cantrail::journal
