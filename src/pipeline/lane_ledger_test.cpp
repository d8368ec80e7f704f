#include "pipeline/lane_ledger.hpp"

#include <gtest/gtest.h>

#include "pipeline/lane_starts.hpp"
#include "pipeline/sequencer.hpp"

namespace cantrail {
namespace {

BatchPtr batch_at(std::uint32_t epoch, std::uint64_t first_record, std::size_t frames) {
  auto raw = std::make_shared<RawBatch>();
  raw->position.epoch = epoch;
  raw->first_record = first_record;
  for (std::size_t i = 0; i < frames; ++i) raw->frames.append(FrameView{});
  auto batch = std::make_shared<Batch>();
  batch->raw = raw;
  return batch;
}

WriteOutcome all_delivered(std::uint64_t records) {
  WriteOutcome outcome;
  outcome.delivered = records;
  return outcome;
}

void deliver(LaneLedger& ledger, const BatchPtr& batch, std::uint32_t first_index = 0) {
  ledger.align(*batch->raw, first_index);
  ledger.settle(std::span(&batch, 1), first_index, all_delivered(batch->raw->records() - first_index));
}

TEST(LaneLedger, BalancesWhileBatchesPassInOrder) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(3, 0, 10));
  deliver(ledger, batch_at(3, 10, 5));
  const Ledger now = ledger.current(20);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.delivered, 15U);
  EXPECT_EQ(now.pending, 5U);
}

TEST(LaneLedger, CountsAJumpAsDropped) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(3, 4, 6));
  deliver(ledger, batch_at(3, 15, 5));
  const Ledger now = ledger.current(20);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.dropped, 4U + 5U);
  EXPECT_EQ(now.delivered, 11U);
}

TEST(LaneLedger, TakesBackWhatWasFilteredWhereTheSinkWantsItAgain) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(3, 0, 10));
  const BatchPtr left_out = batch_at(3, 10, 5);
  WriteOutcome filtered;
  filtered.filtered = 5;
  ledger.align(*left_out->raw, 0);
  ledger.settle(std::span(&left_out, 1), 0, filtered);
  ledger.expect_filtered_again();
  deliver(ledger, left_out);
  Ledger now = ledger.current(15);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.delivered, 15U);
  EXPECT_EQ(now.filtered, 0U);
  deliver(ledger, left_out);  // and that once: now the store has lost what it had
  now = ledger.current(15);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.delivered, 15U);
}

TEST(LaneLedger, TakesBackWhatWasCountedOfEarlierEpochs) {
  for (const bool filtered : {true, false}) {
    LaneLedger ledger(4);
    const auto count = [&](const BatchPtr& batch) {
      WriteOutcome outcome;
      (filtered ? outcome.filtered : outcome.delivered) = batch->raw->records();
      ledger.align(*batch->raw, 0);
      ledger.settle(std::span(&batch, 1), 0, outcome);
    };
    count(batch_at(1, 100, 8));  // where its cursor lay
    count(batch_at(1, 108, 12));
    count(batch_at(2, 0, 10));
    count(batch_at(4, 0, 3));
    EXPECT_EQ(ledger.earlier().received, 30U);
    ledger.align(*batch_at(4, 3, 2)->raw, 0);
    if (filtered) ledger.expect_filtered_again();
    deliver(ledger, batch_at(1, 108, 12));
    EXPECT_EQ(ledger.earlier().received, 20U);
    EXPECT_TRUE(ledger.earlier().balances());
    EXPECT_EQ(ledger.current(5).pending, 5U);
    deliver(ledger, batch_at(2, 0, 10));
    deliver(ledger, batch_at(4, 0, 5));
    EXPECT_EQ(ledger.earlier().received, 30U);
    EXPECT_EQ(ledger.earlier().filtered, filtered ? 8U : 0U);
    EXPECT_EQ(ledger.earlier().delivered, filtered ? 22U : 30U);
    EXPECT_TRUE(ledger.earlier().balances());
    EXPECT_EQ(ledger.current(5).delivered, 5U);
    EXPECT_TRUE(ledger.current(5).balances());
  }
}

TEST(LaneLedger, OwesFromWhereTheLaneJoined) {
  LaneLedger ledger(3);
  ledger.owe_from(100);
  EXPECT_EQ(ledger.current(120).received, 20U);
  EXPECT_EQ(ledger.current(120).pending, 20U);
  deliver(ledger, batch_at(3, 105, 5));
  const Ledger now = ledger.current(120);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.dropped, 5U) << "between joining and the first batch";
  EXPECT_EQ(now.delivered, 5U);
  EXPECT_EQ(now.pending, 10U);
}

TEST(LaneLedger, OwesFromItsFirstRecordWhereNobodyKnowsMore) {
  LaneLedger ledger(3);
  ledger.owe_from(std::nullopt);
  EXPECT_EQ(ledger.current(120), Ledger{});
  deliver(ledger, batch_at(3, 100, 5), 2);
  Ledger now = ledger.current(120);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.received, 18U);
  EXPECT_EQ(now.delivered, 3U);
  EXPECT_EQ(now.dropped, 0U);
  ledger.owe_from(0);  // opened again: what it has begun goes on
  EXPECT_EQ(ledger.current(120), now);
  deliver(ledger, batch_at(3, 90, 5));  // the store took back more than it was given here
  now = ledger.current(120);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.received, 30U);
}

TEST(LaneLedger, OwesTheWholeEpochWhereALaneThatJoinedComesFromAnEarlierOne) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(2, 40, 5));
  deliver(ledger, batch_at(3, 0, 10));
  EXPECT_EQ(ledger.current(20).received, 20U);
  EXPECT_TRUE(ledger.current(20).balances());
  EXPECT_TRUE(ledger.earlier().balances());
}

TEST(LaneLedger, CountsWhatIsKnownToBeGoneFromEarlierEpochs) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(1, 4, 6));
  ledger.lose_earlier(7);
  deliver(ledger, batch_at(2, 0, 5));
  deliver(ledger, batch_at(3, 0, 5));
  EXPECT_TRUE(ledger.earlier().balances());
  EXPECT_EQ(ledger.earlier().received, 6U + 7U + 5U);
  EXPECT_EQ(ledger.earlier().dropped, 7U);
  EXPECT_EQ(ledger.current(5).dropped, 0U);
}

TEST(LaneLedger, TakesBackWhatTheStoreLost) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(3, 0, 10));
  deliver(ledger, batch_at(3, 10, 10));
  deliver(ledger, batch_at(3, 10, 10));
  const Ledger now = ledger.current(20);
  EXPECT_TRUE(now.balances());
  EXPECT_EQ(now.delivered, 20U);
}

TEST(LaneLedger, KeepsEarlierEpochsApartAndBeginsWithinABatch) {
  LaneLedger ledger(3);
  deliver(ledger, batch_at(2, 100, 10), 4);
  deliver(ledger, batch_at(2, 110, 10));
  deliver(ledger, batch_at(3, 0, 7));
  EXPECT_EQ(ledger.earlier().received, 16U);
  EXPECT_TRUE(ledger.earlier().balances());
  EXPECT_EQ(ledger.current(9).pending, 2U);
  EXPECT_TRUE(ledger.current(9).balances());
}

TEST(LaneLedger, FindsASinkThatCountsWrong) {
  LaneLedger ledger(1);
  const BatchPtr batch = batch_at(1, 0, 10);
  ledger.align(*batch->raw, 0);
  ledger.settle(std::span(&batch, 1), 0, all_delivered(9));
  EXPECT_FALSE(ledger.current(10).balances());
}

TEST(LostRecords, AddUpOverRunsOfBatches) {
  LostRecords lost, later;
  lost.add(*batch_at(1, 0, 3)->raw);
  later.add(*batch_at(1, 3, 4)->raw);
  lost.add(later);
  EXPECT_EQ(lost.records, 7U);
  EXPECT_EQ(lost.batches, 2U);
  EXPECT_EQ(lost.end_record, 7U);
}

TEST(LaneStarts, AreRememberedForTheSameJournalOnly) {
  char folder[] = "/tmp/cantrail-starts-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/lanes";
  JournalId a, b;
  a.bytes[0] = 1;
  b.bytes[0] = 2;
  {
    LaneStarts starts(path, real_file_system());
    EXPECT_EQ(starts.start_of("history of car", {a, 1, 0, 0})->position, (Position{a, 1, 0, 0}));
  }
  LaneStarts starts(path, real_file_system());
  EXPECT_EQ(starts.start_of("history of car", {a, 5, 0, 0})->position, (Position{a, 1, 0, 0}));
  EXPECT_EQ(starts.start_of("history of car", {b, 1, 0, 0})->position, (Position{b, 1, 0, 0}));
}

TEST(LaneStarts, RememberWhenAStoreWasOpenLastAndReadFilesThatDoNotSay) {
  char folder[] = "/tmp/cantrail-starts-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/lanes";
  const std::string id(32, 'a');
  const JournalId journal = *parse_journal_id(id), other;
  ASSERT_TRUE(write_file_atomically(real_file_system(), path,
                                    id + " 3 4 5 my lane\nopened " + id + "\nopened\n" + id + " 3\n")
                  .ok());
  {
    LaneStarts starts(path, real_file_system());
    EXPECT_EQ(*starts.last_open("my lane", journal), std::nullopt);
    EXPECT_EQ(starts.start_of("my lane", {journal, 9, 0, 0})->position, (Position{journal, 3, 4, 5}));
    ASSERT_TRUE(starts.note_open("my lane", journal, 7).ok());
    ASSERT_TRUE(starts.note_open("my lane", journal, 8).ok());
  }
  LaneStarts starts(path, real_file_system());
  EXPECT_EQ(*starts.last_open("my lane", journal), 8U);
  EXPECT_EQ(*starts.last_open("my lane", other), std::nullopt);
  EXPECT_EQ(*starts.last_open("lane", journal), std::nullopt);
  ASSERT_TRUE(starts.note_open("other", other, 11).ok());
  ASSERT_TRUE(starts.note_open("earlier", journal, 3).ok());
  EXPECT_EQ(*starts.last_open_of_any(journal), 8U);
  EXPECT_EQ(starts.start_of("my lane", {journal, 9, 0, 0})->position, (Position{journal, 3, 4, 5}));
}

}  // namespace
}  // namespace cantrail
