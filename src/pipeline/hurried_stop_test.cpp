#include <thread>

#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

// With a patience of an hour only what ends the wait ends the test.
class HurriedStopTest : public NodeTest {
 protected:
  std::unique_ptr<Node> started(Store& history, std::uint32_t total) {
    NodeParts p = parts({.total = total});
    p.sinks.push_back(sink("history", history, durable()));
    auto node = std::make_unique<Node>(std::move(p), real_file_system(), clock_, log_);
    EXPECT_TRUE(node->start().ok());
    return node;
  }
  // To where the journal has all of it.
  std::unique_ptr<Node> run_to(Store& history, std::uint32_t total) {
    auto node = started(history, total);
    EXPECT_TRUE(eventually([&] { return node->status().journal.appended_records == total; }));
    return node;
  }
  void expect_all_once_at_the_next_start(Store& history, std::uint32_t total) {
    history.down = false;
    const auto node = started(history, total);
    EXPECT_TRUE(eventually([&] { return node->finished(); })) << describe(node->status());
    EXPECT_TRUE(node->stop());
    EXPECT_EQ(history.numbers, expected_numbers(total));
  }
};

TEST_F(HurriedStopTest, EndsAStopThatWaitsForAStore) {
  Store history;
  history.down = true;
  {
    const auto node = run_to(history, 5'000);
    bool drained = true;
    std::thread stopping([&] { drained = node->stop(1h); });
    std::this_thread::sleep_for(100ms);  // by then it waits for the lane; were it not so, it must end as well
    node->hurry_stop();
    stopping.join();
    EXPECT_FALSE(drained);
    EXPECT_EQ(node->status().lanes[0].ledger.pending, 5'000U);
    expect_balance(node->status());
  }
  EXPECT_TRUE(history.numbers.empty());
  expect_all_once_at_the_next_start(history, 5'000);
}

TEST_F(HurriedStopTest, MayComeBeforeTheStop) {
  Store history;
  history.down = true;
  {
    const auto node = run_to(history, 1'000);
    node->hurry_stop();
    EXPECT_FALSE(node->stop(1h));
  }
  expect_all_once_at_the_next_start(history, 1'000);
}

TEST_F(HurriedStopTest, LeavesTheCursorOfASlowStoreBehindWhatItTook) {
  Store history;
  history.write_takes_us = 20'000;
  {
    const auto node = run_to(history, 100'000);
    EXPECT_TRUE(eventually([&] { return node->status().lanes[0].ledger.delivered != 0; }));
    node->hurry_stop();
    (void)node->stop(1h);
    expect_balance(node->status());
    const Ledger ledger = node->status().lanes[0].ledger;
    EXPECT_EQ(ledger.received, 100'000U);
    EXPECT_EQ(ledger.delivered, history.numbers.size());
  }
  history.write_takes_us = 0;
  expect_all_once_at_the_next_start(history, 100'000);
}

TEST_F(HurriedStopTest, ALiveSinkThatIsAwayIsNotWaitedFor) {
  Store view;
  view.down = true;
  NodeParts p = parts({.total = 5'000});
  p.sinks.push_back(sink("view", view, live()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] { return node.status().journal.appended_records == 5'000; }));
  ASSERT_TRUE(eventually([&] { return node.status().lanes[0].state == LaneState::backing_off; }));
  node.hurry_stop();
  EXPECT_FALSE(node.stop(1h));
  expect_balance(node.status());
}

}  // namespace
}  // namespace cantrail
