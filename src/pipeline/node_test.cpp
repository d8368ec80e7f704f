#include <fstream>
#include <set>

#include "base/file_fault.hpp"
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

TEST_F(NodeTest, BringsEveryRecordToALiveAndADurableSink) {
  Store history, view;
  NodeParts p = parts({.total = 50'000});
  p.sinks.push_back(sink("history", history, durable()));
  p.sinks.push_back(sink("view", view, live()));
  p.sinks.back().queue_bytes = 64U << 20;
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  while (!node.finished()) expect_balance(node.status());
  EXPECT_TRUE(node.stop());
  expect_balance(node.status());
  EXPECT_EQ(history.numbers, expected_numbers(50'000));
  EXPECT_EQ(view.numbers, expected_numbers(50'000));
  const NodeStatus status = node.status();
  EXPECT_EQ(status.lanes[0].ledger.undecoded, 50'000U / 7);
  EXPECT_EQ(status.lanes[0].ledger.received, 50'000U);
}

TEST_F(NodeTest, APromptSinkGetsEveryRecordAtOnce) {
  Store view;
  NodeParts p = parts({.total = 50'000, .per_read = 100, .pause = 100us});
  p.sinks.push_back(sink("view", view, prompt()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  while (!node.finished()) expect_balance(node.status());
  EXPECT_TRUE(node.stop());
  expect_balance(node.status());
  EXPECT_EQ(view.numbers, expected_numbers(50'000));
  EXPECT_GT(view.writes, 1U);
  EXPECT_EQ(node.status().lanes[0].ledger.pending, 0U);
}

TEST_F(NodeTest, WhatAPromptSinkRefusesIsDroppedAndTold) {
  Store view;
  view.fail_writes = 3;
  NodeParts p = parts({.total = 30'000, .per_read = 100, .pause = 100us});
  p.sinks.push_back(sink("view", view, prompt()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] {
    expect_balance(node.status());
    return node.finished();
  }));
  const NodeStatus status = node.status();
  EXPECT_GT(status.lanes[0].ledger.dropped, 0U);
  EXPECT_EQ(status.lanes[0].state, LaneState::live);
  EXPECT_EQ(view.numbers.back(), 29'999U);
  std::uint64_t told = 0;
  for (const GapRecord& gap : status.gaps.recent) {
    if (gap.reason == GapReason::lane_overflow && gap.where == "view") told += gap.count.value_or(0);
  }
  EXPECT_EQ(told, status.lanes[0].ledger.dropped);
}

// Frames come one a microsecond: a thousand share a slot.
TEST_F(NodeTest, CountsWhatALaneLeavesOutAsFilteredAlsoWhenWritesFail) {
  Store history, view;
  history.fail_writes = 3;
  history.lose_answers = 2;
  NodeParts p = parts({.total = 50'000});
  p.sinks.push_back(sink("history", history, durable()));
  p.sinks.back().keys.max_rate_per_s = 1000;
  p.sinks.push_back(sink("view", view, live()));
  p.sinks.back().queue_bytes = 64U << 20;
  p.sinks.back().keys.except = {"Counter"};
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] {
    expect_balance(node.status());
    return node.finished();
  })) << describe(node.status());
  EXPECT_TRUE(node.stop());
  expect_balance(node.status());
  std::set<std::uint32_t> slots;
  for (const std::uint32_t number : history.numbers) slots.insert(number / 1000);
  EXPECT_EQ(slots.size(), 50U);
  EXPECT_LE(history.numbers.size(), 50U + 5U);  // after each failure the next row goes through
  const NodeStatus status = node.status();
  EXPECT_EQ(status.lanes[0].ledger.delivered, history.numbers.size());
  EXPECT_EQ(status.lanes[0].ledger.filtered, 50'000 - 50'000U / 7 - history.numbers.size());
  EXPECT_EQ(status.lanes[1].ledger.filtered, 50'000 - 50'000U / 7);
  EXPECT_TRUE(view.numbers.empty());
}

TEST_F(NodeTest, ASlowStoreReadsTheJournalAndMissesNothing) {
  Store history;
  history.write_takes_us = 2'000;
  NodeParts p = parts({.total = 60'000});
  p.sinks.push_back(sink("history", history, durable()));
  p.sinks.back().queue_bytes = 100'000;  // lets go of the main chain at once
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] {
    expect_balance(node.status());
    return node.finished();
  }));
  EXPECT_TRUE(node.stop());
  EXPECT_EQ(history.numbers, expected_numbers(60'000));
}

TEST_F(NodeTest, OutagesAndLostAnswersNeitherLoseNorDouble) {
  Store history;
  history.fail_writes = 3;
  history.lose_answers = 2;
  NodeParts p = parts({.total = 20'000, .per_read = 50, .pause = 100us});
  p.sinks.push_back(sink("history", history, durable()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] { return node.finished(); }));
  expect_balance(node.status());
  EXPECT_TRUE(node.stop());
  EXPECT_EQ(history.numbers, expected_numbers(20'000));
}

TEST_F(NodeTest, AStoreThatIsAwayForAWholeRunGetsEverythingInTheNext) {
  Store history;
  history.down = true;
  for (const bool away : {true, false}) {
    history.down = away;
    NodeParts p = parts({.total = 5'000});
    p.sinks.push_back(sink("history", history, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    if (away) {
      ASSERT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; }));
      EXPECT_FALSE(node.status().ready);
      EXPECT_FALSE(node.stop(300ms));
    } else {
      ASSERT_TRUE(eventually(
          [&] { return node.finished() && history.numbers.size() == expected_numbers(5'000).size(); }));
      EXPECT_EQ(node.status().lanes[0].earlier.received, 5'000U);
      expect_balance(node.status());
      EXPECT_TRUE(node.stop());
    }
  }
  EXPECT_EQ(history.numbers, expected_numbers(5'000));
}

// The last batch rots before the store, which was away, has it. Of the next run there is nothing yet when it
// gets there.
TEST_F(NodeTest, CountsWhatADamagedJournalLostAtTheEndOfAnEarlierRun) {
  Store history;
  for (const bool away : {true, false}) {
    history.down = away;
    NodeParts p =
        parts(away ? Counting{.total = 5'000} : Counting{.total = 6'000, .per_read = 5'000, .pause = 200ms});
    p.sinks.push_back(sink("history", history, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; }));
    if (!away) {
      ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
      expect_balance(node.status());
      const Ledger earlier = node.status().lanes[0].earlier;
      EXPECT_EQ(earlier.received, 5'000U);
      EXPECT_GT(earlier.dropped, 0U);
      ASSERT_EQ(history.gaps.size(), 1U);
      EXPECT_EQ(history.gaps[0].reason, GapReason::journal_corrupt);
      EXPECT_EQ(history.gaps[0].count, earlier.dropped);
      // The source resumes behind the last whole batch, so what was lost comes again under new numbers.
      EXPECT_EQ(node.status().received, 1'000U + earlier.dropped);
      EXPECT_EQ(history.numbers, expected_numbers(6'000));
    }
    node.stop(300ms);
    if (!away) break;
    const std::string segment = folder_ + "/journal/00000001-0000000000000001.ctj";
    const auto size = std::filesystem::file_size(segment);
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size) - 80);  // the mark of the orderly stop has 48 bytes
    file.put('\x55').put('\xAA').put('\x55');
  }
}

TEST_F(NodeTest, StoppedInTheMiddleItGoesOnWhereItWas) {
  Store history;
  int runs = 0;
  for (; runs < 50 && history.numbers.size() < expected_numbers(30'000).size(); ++runs) {
    NodeParts p = parts({.total = 30'000, .per_read = 20, .pause = 20us});
    p.sinks.push_back(sink("history", history, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    std::this_thread::sleep_for(30ms);
    EXPECT_TRUE(node.stop());
    expect_balance(node.status());
  }
  EXPECT_GT(runs, 2);
  EXPECT_EQ(history.numbers, expected_numbers(30'000));
}

TEST_F(NodeTest, ALiveLaneOfDepthOneKeepsTheNewestAndCountsTheRest) {
  Store view;
  view.write_takes_us = 3'000;
  NodeParts p = parts({.total = 30'000, .per_read = 100, .pause = 100us});
  p.sinks.push_back(sink("view", view, live()));
  p.sinks.back().queue_batches = 1;
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] {
    expect_balance(node.status());
    return node.finished();
  }));
  const Ledger ledger = node.status().lanes[0].ledger;
  EXPECT_GT(ledger.dropped, 0U);
  ASSERT_FALSE(view.numbers.empty());
  EXPECT_GE(view.numbers.back(), 29'990U);
  std::uint64_t told = 0;
  for (const GapRecord& gap : view.gaps) {
    EXPECT_EQ(gap.reason, GapReason::lane_overflow);
    told += gap.count.value_or(0);
  }
  EXPECT_EQ(told, ledger.dropped);
}

TEST_F(NodeTest, ARecordingThatIsOverSaysSoAlsoAfterAnotherStart) {
  for (const char* message :
       {"ended after 1,000 records", "was read to its end in an earlier run, and is not read again"}) {
    Node node(parts({.total = 1'000}), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.finished(); }));
    EXPECT_EQ(node.status().sources[0].message, message);
    EXPECT_EQ(node.status().sources[0].hint, "");  // its DBC knows most of them
    EXPECT_TRUE(node.stop());
  }
}

TEST_F(NodeTest, SaysWhenTheDbcKnowsNoneOfTheFrames) {
  for (const bool has_dbc : {true, false}) {
    NodeParts p = parts({.total = 1'000});
    p.journal.folder += has_dbc ? "-with" : "-without";
    p.sources[0].dbcs.clear();
    if (has_dbc)
      p.sources[0].dbcs.push_back(
          {"other.dbc", "BU_: A\nBO_ 1 Other: 8 A\n SG_ x : 0|8@1+ (1,0) [0|0] \"\" A\n"});
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.finished(); }));
    EXPECT_TRUE(node.stop());
    EXPECT_EQ(node.status().sources[0].hint,
              has_dbc ? "of 1,000 frames its DBC knows none: is it the DBC of this bus?" : "");
  }
}

// The disk neither writes nor syncs for as long as the bus takes to deliver everything: capture and view do
// not notice, the store gets all once the disk is back.
TEST_F(NodeTest, ADiskThatStallsHoldsUpNeitherCaptureNorLiveView) {
  Store history, view;
  FaultFileSystem files;
  NodeParts p = parts({.total = 30'000, .resumes = false, .can_wait = false});
  p.sinks.push_back(sink("history", history, durable()));
  p.sinks.push_back(sink("view", view, live()));
  p.sinks.back().queue_bytes = 64U << 20;
  Node node(std::move(p), files, clock_, log_);
  files.stall(only(FileOperation::append) | only(FileOperation::sync));
  // The epoch is durable before anything is captured: that much a start waits for the disk.
  std::thread starter([&] { EXPECT_TRUE(node.start().ok()); });
  while (files.stalled() == 0) std::this_thread::yield();
  files.release();
  starter.join();
  files.stall(only(FileOperation::append) | only(FileOperation::sync));
  ASSERT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; }));
  ASSERT_TRUE(eventually([&] { return node.status().lanes[1].ledger.pending == 0; }))
      << describe(node.status());
  EXPECT_EQ(view.numbers, expected_numbers(30'000));
  EXPECT_TRUE(view.gaps.empty());
  EXPECT_EQ(node.status().sources[0].lost, 0U);
  EXPECT_GT(node.status().lanes[0].ledger.pending, 0U);
  files.release();
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  expect_balance(node.status());
  EXPECT_EQ(history.numbers, expected_numbers(30'000));
  EXPECT_TRUE(node.stop());
}

TEST_F(NodeTest, RunsOnADiskThatIsFullFromTheStart) {
  Store history, view;
  FaultFileSystem files;
  for (int run = 0; run < 2; ++run) {
    NodeParts p =
        parts({.total = 20'000, .per_read = 200, .resumes = false, .can_wait = false, .pause = 1ms});
    p.sinks.push_back(sink("history", history, durable()));
    p.sinks.push_back(sink(run == 0 ? "view" : "other", view, live()));
    p.sinks.back().queue_bytes = 64U << 20;
    if (run == 1) p.sinks.push_back(sink("new", history, durable()));  // its start cannot be remembered yet
    Node node(std::move(p), files, clock_, log_);
    if (run == 1) files.set_free_bytes(0);
    view.numbers.clear();
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; }));
    ASSERT_TRUE(eventually([&] { return node.status().lanes[1].ledger.pending == 0; }));
    EXPECT_EQ(view.numbers, expected_numbers(20'000));
    EXPECT_EQ(node.status().alarms.size(), run == 0 ? 0U : 1U);
    expect_balance(node.status());
    node.stop(run == 0 ? 20s : 300ms);
  }
}

TEST_F(NodeTest, TellsOfTheTimeItDidNotRunButNotForARecording) {
  Store history;
  for (int run = 0; run < 2; ++run) {
    NodeParts p = parts({.total = 100, .resumes = false, .can_wait = false});
    p.sinks.push_back(sink("history", history, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
    EXPECT_TRUE(node.stop());
  }
  std::string told;
  for (const GapRecord& gap : history.gaps) {
    told += std::string(to_string(gap.reason)) + " of " + gap.where + ", " +
            std::to_string(gap.count.value_or(0)) + "; ";
  }
  ASSERT_EQ(history.gaps.size(), 1U) << told;
  EXPECT_EQ(history.gaps[0].reason, GapReason::downtime);
  EXPECT_EQ(history.gaps[0].count, std::nullopt);
  EXPECT_LE(history.gaps[0].from, history.gaps[0].to);
}

TEST_F(NodeTest, ASecondNodeOnTheSameFolderIsRefused) {
  Node first(parts({.total = 1}), real_file_system(), clock_, log_);
  ASSERT_TRUE(first.start().ok());
  Node second(parts({.total = 1}), real_file_system(), clock_, log_);
  const Status started = second.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.fault().kind, FaultKind::config);
}

}  // namespace
}  // namespace cantrail
