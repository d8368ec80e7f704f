// What a lane does with the cursor that it finds in a store: one that the store took back, one that it cannot
// have got from here, none. And lanes that come and go.
#include <fstream>

#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

// A store as it was at some moment: what a crash of its own may bring back.
struct Snapshot {
  std::optional<Position> cursor;
  std::size_t numbers = 0, gaps = 0;
};

class LaneCursorTest : public NodeTest {
 protected:
  static Snapshot snapshot(Store& store) {
    const std::lock_guard lock(store.mutex);
    return {store.cursor, store.numbers.size(), store.gaps.size()};
  }
  static void roll_back(Store& store, const Snapshot& to) {
    const std::lock_guard lock(store.mutex);
    store.cursor = to.cursor;
    store.numbers.resize(to.numbers);
    store.gaps.resize(to.gaps);
  }
  // The source reads on to `total`, then all lanes have everything.
  std::unique_ptr<Node> run(std::uint32_t total, std::vector<SinkPart> sinks, Duration pause = {}) {
    NodeParts p = parts({.total = total, .per_read = 50, .pause = pause});
    p.journal.cap_bytes = cap_bytes_;
    p.sinks = std::move(sinks);
    return std::make_unique<Node>(std::move(p), real_file_system(), clock_, log_);
  }
  void run_to_the_end(std::uint32_t total, std::vector<SinkPart> sinks) {
    auto node = run(total, std::move(sinks));
    const Status started = node->start();
    ASSERT_TRUE(started.ok()) << started.fault().message;
    ASSERT_TRUE(eventually([&] { return node->finished(); })) << describe(node->status());
    expect_balance(node->status());
    last_ = node->status();
    EXPECT_TRUE(node->stop());
  }
  [[nodiscard]] std::string journal() const { return folder_ + "/journal"; }
  void copy_journal(const std::string& from, const std::string& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }

  std::uint64_t cap_bytes_ = 256U << 20;
  NodeStatus last_;
};

TEST_F(LaneCursorTest, FillsAStoreAgainThatLostWhatItHadAcknowledgedBetweenTwoRuns) {
  Store history;
  run_to_the_end(2'000, {sink("history", history, durable())});
  const Snapshot early = snapshot(history);
  run_to_the_end(40'000, {sink("history", history, durable())});
  roll_back(history, early);
  run_to_the_end(41'000, {sink("history", history, durable())});
  EXPECT_EQ(history.numbers, expected_numbers(41'000));
  EXPECT_EQ(last_.lanes[0].earlier.received, 38'000U);
}

TEST_F(LaneCursorTest, FillsAStoreAgainThatLostWhatItHadAcknowledgedWhileItRan) {
  Store history;
  auto node = run(60'000, {sink("history", history, durable())}, 500us);
  ASSERT_TRUE(node->start().ok());
  Snapshot early;
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = snapshot(history).numbers;
    ASSERT_TRUE(eventually([&] { return snapshot(history).numbers > before + 3'000; }));
    if (round == 0) early = snapshot(history);
    if (round == 1) {  // it crashes, and is back with what it had synced
      history.down = true;
      ASSERT_TRUE(eventually([&] { return node->status().lanes[0].state == LaneState::backing_off; }));
      roll_back(history, early);
      history.down = false;
    }
    if (round == 2) roll_back(history, early);  // and again, so fast that no write failed
  }
  ASSERT_TRUE(eventually([&] { return node->finished(); })) << describe(node->status());
  expect_balance(node->status());
  EXPECT_TRUE(node->stop());
  EXPECT_EQ(history.numbers, expected_numbers(60'000));
}

TEST_F(LaneCursorTest, CountsWhatAStoreKeptOfAGroupBeforeItFailed) {
  Store history;
  history.cut_groups = 5;
  SinkTraits traits = durable();
  traits.records = 100'000;  // several batches a group
  run_to_the_end(200'000, {sink("history", history, traits)});
  EXPECT_EQ(history.cut_groups, 0) << "no group had two batches";
  EXPECT_EQ(history.numbers, expected_numbers(200'000));
  EXPECT_EQ(last_.lanes[0].ledger.dropped, 0U);
}

// What had been queued by then, and where the lane had joined the queue, say nothing of the place it falls
// back to.
TEST_F(LaneCursorTest, FillsAStoreAgainThatFellBackWhileItWasCaughtUp) {
  Store history;
  auto node = run(80'000, {sink("history", history, durable())}, 1ms);
  ASSERT_TRUE(node->start().ok());
  const auto follows = [&] { return node->status().lanes[0].state == LaneState::caught_up; };
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(eventually([&] { return follows() && snapshot(history).cursor.has_value(); }));
    const Snapshot early = snapshot(history);
    ASSERT_TRUE(eventually([&] { return snapshot(history).numbers > early.numbers + 2'000; }));
    // Not at the end: a store that nobody writes to any more is not looked at either.
    if (follows() && early.numbers < 50'000) roll_back(history, early);
  }
  ASSERT_TRUE(eventually([&] { return node->finished(); })) << describe(node->status());
  expect_balance(node->status());
  EXPECT_EQ(node->status().lanes[0].ledger.dropped, 0U);
  EXPECT_TRUE(node->stop());
  EXPECT_EQ(history.numbers, expected_numbers(80'000));
}

TEST_F(LaneCursorTest, ANewSinkBeginsNowOrAtTheOldestAndARemovedOneHoldsNothingBack) {
  Store first, fresh, complete;
  run_to_the_end(5'000, {sink("first", first, durable())});
  SinkPart oldest = sink("complete", complete, durable());
  oldest.from_oldest = true;
  run_to_the_end(6'000, {sink("fresh", fresh, durable()), oldest});
  EXPECT_EQ(complete.numbers, expected_numbers(6'000));
  EXPECT_EQ(fresh.numbers, [] {
    std::vector<std::uint32_t> numbers = expected_numbers(6'000);
    numbers.erase(numbers.begin(), std::lower_bound(numbers.begin(), numbers.end(), 5'000U));
    return numbers;
  }());
  // `first` is not configured: the cap takes what it has not got.
  cap_bytes_ = 1U << 20;
  run_to_the_end(206'000, {sink("fresh", fresh, durable())});
  EXPECT_LE(last_.journal.bytes, cap_bytes_);
  // It comes back, and is told what it missed.
  run_to_the_end(207'000, {sink("first", first, durable())});
  ASSERT_EQ(first.gaps.size(), 1U);
  EXPECT_EQ(first.gaps[0].reason, GapReason::journal_cap);
  EXPECT_LT(first.gaps[0].from, first.gaps[0].to);
  EXPECT_GT(first.numbers.size(), expected_numbers(5'000).size());
  EXPECT_EQ(first.numbers.back(), 206'999U);
}

TEST_F(LaneCursorTest, BeginsWithTheOldestWhereNobodyKnowsWhatTheLaneHad) {
  Store lost, history;
  run_to_the_end(2'000, {sink("history", lost, durable())});
  std::ofstream(journal() + "/lanes") << "\x01\xff no line of ours\n";
  run_to_the_end(3'000, {sink("history", history, durable())});
  EXPECT_EQ(history.numbers, expected_numbers(3'000));
}

TEST_F(LaneCursorTest, RefusesAStoreThatIsAheadOfAJournalRestoredFromABackup) {
  Store history;
  run_to_the_end(2'000, {sink("history", history, durable())});
  copy_journal(journal(), folder_ + "/backup");
  run_to_the_end(4'000, {sink("history", history, durable())});
  const std::size_t had = history.numbers.size();
  copy_journal(folder_ + "/backup", journal());
  // The epoch that begins now has the number of the one that the store knows: nothing of it can be there.
  auto node = run(5'000, {sink("history", history, durable())});
  const Status started = node->start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.fault().kind, FaultKind::config);
  EXPECT_NE(started.fault().message.find("copied, or restored from a backup"), std::string::npos);
  node.reset();
  // Nor when some epochs have passed without this sink, or with it away.
  run_to_the_end(5'000, {});
  history.down = true;
  node = run(6'000, {sink("history", history, durable())});
  ASSERT_TRUE(node->start().ok());
  ASSERT_TRUE(eventually([&] { return node->status().sources[0].state == SourceState::ended; }));
  history.down = false;
  ASSERT_TRUE(eventually([&] { return node->status().lanes[0].message.find("copied") != std::string::npos; }))
      << describe(node->status());
  expect_balance(node->status());
  EXPECT_FALSE(node->stop(100ms));
  node.reset();
  EXPECT_FALSE(run(6'000, {sink("history", history, durable())})->start().ok());
  EXPECT_EQ(history.numbers.size(), had) << "neither passed over nor doubled";
}

TEST_F(LaneCursorTest, NoticesACopyThatWritesToTheSameStore) {
  Store history;
  run_to_the_end(2'000, {sink("history", history, durable())});
  auto node = run(60'000, {sink("history", history, durable())}, 100us);
  ASSERT_TRUE(node->start().ok());
  ASSERT_TRUE(eventually([&] { return snapshot(history).numbers > 5'000; }));
  {
    const std::lock_guard lock(history.mutex);
    history.cursor->seq += 1'000'000;  // the other one was here
  }
  ASSERT_TRUE(eventually([&] { return node->status().lanes[0].message.find("copied") != std::string::npos; }))
      << describe(node->status());
  expect_balance(node->status());
  EXPECT_FALSE(node->stop(100ms));
}

TEST_F(LaneCursorTest, GivesAStoreEverythingOfAnotherJournalThatTakesThePlace) {
  Store history, other;
  run_to_the_end(2'000, {sink("history", history, durable())});
  std::filesystem::rename(journal(), folder_ + "/first");
  run_to_the_end(3'000, {sink("history", other, durable())});
  const JournalId second = last_.journal_id;
  // The second's folder under the first's store: another id, so another origin, from its lane's start on.
  run_to_the_end(3'500, {sink("history", history, durable())});
  EXPECT_EQ(last_.journal_id, second);
  std::vector<std::uint32_t> both = expected_numbers(2'000);
  const auto all = expected_numbers(3'500);
  both.insert(both.end(), all.begin(), all.end());
  EXPECT_EQ(history.numbers, both);
}

}  // namespace
}  // namespace cantrail
