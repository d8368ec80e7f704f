// What a reader knows of a stretch that is gone.
#include "journal/missing.hpp"

#include <gtest/gtest.h>

namespace cantrail::journal {
namespace {

constexpr std::uint64_t kFirstRecord = 10;

// A cursor in run 1; the rest of that and run 2 (batches without records) are gone, and so is the start of
// run 3. Its first whole epoch record stands in a later segment, behind one of `walked_epoch`.
std::optional<Missing::Loss> loss_before_run_3(std::uint32_t walked_epoch) {
  Missing missing;
  Position cursor;
  cursor.epoch = 1;
  cursor.seq = 73;
  missing.start_at(cursor, std::nullopt);
  EpochRecord run_3;
  run_3.before_epoch = 2;
  run_3.before_seq = 3;
  missing.enter_epoch(3, run_3, false, walked_epoch, GapReason::journal_cap);
  BatchHeader batch;
  batch.seq = 6;
  batch.first_record = kFirstRecord;
  return missing.take(3, batch);
}

TEST(JournalMissing, ATornStartOfARunSaysNothingOfTheRunsBeforeIt) {
  for (const std::uint32_t walked : {0U, 3U}) {
    const auto loss = loss_before_run_3(walked);
    ASSERT_TRUE(loss) << walked;
    EXPECT_EQ(loss->gap.count, std::nullopt) << "nobody knows how much of run 1 is gone; walked " << walked;
  }
}

TEST(JournalMissing, ARunThatWasReadUpToItsEndIsNotMissing) {
  const auto loss = loss_before_run_3(2);
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->gap.count, kFirstRecord);
}

}  // namespace
}  // namespace cantrail::journal
