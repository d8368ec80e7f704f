// Named signals in a running node: a store that reads the journal gets the rows that one gets which follows.
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

// Every seventh frame is one of the second message: what is computed of both remembers.
constexpr const char* kTwoMessages =
    "VERSION \"\"\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 2047 Seventh: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] \"\" A\n";

class DerivedRows : public NodeTest {
 protected:
  NodeParts parts_with_signals(Counting how) {
    NodeParts made = parts(how);
    made.sources[0].dbcs = {{"two.dbc", kTwoMessages}};
    derive::SignalSpec odd, sum, all;
    odd.name = "odd";
    odd.expression = "Counter.number % 2";
    sum.name = "sum";
    sum.expression = "Counter.number + Seventh.number + odd";
    sum.max_age_ns = 4'000;  // frames are 1 us apart: now and then it is too old
    all.name = "all";
    all.expression = "or(sum, -1) + Seventh.number";
    made.rules.signals = {all, sum, odd};
    return made;
  }

  // The signals' rows in the order of the signals; the fake store has them batch by batch.
  static std::vector<std::string> sorted(std::vector<std::string> rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};

TEST_F(DerivedRows, AreTheSameFromTheJournalAsFromTheMainChain) {
  Store follows, reads, fails;
  (void)run_to_the_end(parts_with_signals({.total = 30'000, .per_read = 50, .pause = 50us}), follows, reads,
                       fails);
  ASSERT_EQ(follows.signals.size(), 2 * 30'000U + 30'000U / 7 * 6 + 30'000U % 7);
  const auto expected = sorted(follows.signals);
  EXPECT_EQ(sorted(reads.signals), expected);
  EXPECT_EQ(sorted(fails.signals), expected);
  const auto is_stale = [](const std::string& row) { return row.ends_with("stale"); };
  EXPECT_GT(std::count_if(expected.begin(), expected.end(), is_stale), 100);
}

TEST_F(DerivedRows, OfAStoreThatWasAwayComeInTheNextRunAsTheyWere) {
  Store follows, away;
  for (const bool second_run : {false, true}) {
    away.down = !second_run;
    NodeParts p = parts_with_signals({.total = second_run ? 6'000U : 3'000U, .per_read = 50, .pause = 50us});
    p.sinks.push_back(sink("follows", follows, durable()));
    p.sinks.push_back(sink("away", away, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    if (second_run) {
      ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
    } else {
      ASSERT_TRUE(eventually([&] {
        const std::lock_guard lock(follows.mutex);
        return follows.cursor && follows.numbers.size() == 3'000;
      }));
    }
    (void)node.stop(second_run ? 10s : 300ms);
  }
  EXPECT_EQ(away.numbers, follows.numbers);
  EXPECT_EQ(sorted(away.signals), sorted(follows.signals));
}

}  // namespace
}  // namespace cantrail
