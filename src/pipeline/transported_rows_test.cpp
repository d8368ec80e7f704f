// Messages of several frames in a running node: a store that reads the journal from the middle of one gets
// the rows that one gets which follows, and every frame has its fate.
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

constexpr const char* kLongMessage =
    "VERSION \"\"\nBU_: A\nBO_ 256 Answer: 200 A\n SG_ number : 16|16@1+ (1,0) [0|0] \"\" A\n"
    " SG_ last : 1592|8@1+ (1,0) [0|0] \"\" A\n";
constexpr std::uint32_t kFramesOfOne = 29;  // 6 bytes, 27 times 7, 5

// Frame k of ISO-TP answers without end, each with its number.
FrameView answering_frame(std::uint32_t k, std::vector<std::uint8_t>& data) {
  const std::uint32_t number = k / kFramesOfOne, frame = k % kFramesOfOne;
  data.assign(8, 1);
  if (frame == 0) {
    data = {0x10, 200, 0, 0, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8), 0, 0};
  } else {
    data[0] = static_cast<std::uint8_t>(0x20 | (frame & 0xF));
  }
  return {WallTime{1'700'000'000'000'000'000 + std::int64_t{k} * 1'000}, 0x100, 0, 0, 8, data};
}

class TransportedRows : public NodeTest {
 protected:
  NodeParts answering_parts(Counting how) {
    how.frame = answering_frame;
    NodeParts made = parts(how);
    made.sources[0].dbcs = {{"long.dbc", kLongMessage}};
    return made;
  }
  static std::vector<std::uint32_t> numbers(std::uint32_t count) {
    std::vector<std::uint32_t> all(count);
    for (std::uint32_t i = 0; i < count; ++i) all[i] = i;
    return all;
  }
};

TEST_F(TransportedRows, AreTheSameFromTheJournalAsFromTheMainChain) {
  constexpr std::uint32_t kMessages = 1'000;
  Store follows, reads, fails;
  const NodeStatus status =
      run_to_the_end(answering_parts({.total = kMessages * kFramesOfOne, .per_read = 50, .pause = 50us}),
                     follows, reads, fails);
  for (const LaneStatus& lane : status.lanes) {
    EXPECT_EQ(lane.ledger.undecoded, 0U) << lane.name;
    EXPECT_EQ(lane.ledger.delivered, kMessages * kFramesOfOne) << lane.name;
  }
  EXPECT_EQ(follows.numbers, numbers(kMessages));
  EXPECT_EQ(reads.numbers, numbers(kMessages));
  EXPECT_EQ(fails.numbers, numbers(kMessages));
  EXPECT_TRUE(status.transport_losses.empty());
}

// The second run goes on where the first ended, between two messages; what was away reads both.
TEST_F(TransportedRows, OfAStoreThatWasAwayComeInTheNextRunAsTheyWere) {
  Store follows, away;
  for (const std::uint32_t run : {0U, 1U, 2U}) {
    away.down = run == 1;  // has the beginning, and its cursor stands somewhere in a message
    NodeParts p = answering_parts({.total = (run + 1) * 100 * kFramesOfOne, .per_read = 50, .pause = 50us});
    p.sinks.push_back(sink("follows", follows, durable()));
    p.sinks.push_back(sink("away", away, durable()));
    if (run == 0) away.write_takes_us = 20'000;
    Node node(std::move(p), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] {
      const std::lock_guard lock(follows.mutex);
      return follows.numbers.size() == (run + 1) * 100;
    })) << describe(node.status());
    if (run == 2) {
      ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
    }
    (void)node.stop(run == 2 ? 10s : 1ms);
    away.write_takes_us = 0;
  }
  EXPECT_EQ(follows.numbers, numbers(300));
  EXPECT_EQ(away.numbers, numbers(300));
}

}  // namespace
}  // namespace cantrail
