// Messages of several frames in a running node: a store that reads the journal from the middle of one gets
// the rows that one gets which follows, and every frame has its fate.
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

constexpr const char* kLongMessage =
    "VERSION \"\"\nBU_: A\nBO_ 256 Answer: 200 A\n SG_ number : 16|16@1+ (1,0) [0|0] \"\" A\n"
    " SG_ last : 1592|8@1+ (1,0) [0|0] \"\" A\n";
constexpr std::uint32_t kFramesOfOne = 29;  // 6 bytes, 27 times 7, 5

// ISO-TP answers without end, each with its number.
class AnsweringSource final : public FrameSource {
 public:
  explicit AnsweringSource(Counting how) : how_(how) {}

  [[nodiscard]] SourceTraits traits() const override { return {.can_wait = true, .resumes = true}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override {
    const auto channel = context.channels.channel(context.id, "can0");
    if (!channel) return channel.status();
    channel_ = *channel;
    if (resume_at) next_ = static_cast<std::uint32_t>(std::stoul(*resume_at));
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    std::this_thread::sleep_for(how_.pause);
    for (std::uint32_t i = 0; i < how_.per_read && next_ < how_.total; ++i) {
      const std::uint32_t number = next_ / kFramesOfOne, frame = next_ % kFramesOfOne;
      std::vector<std::uint8_t> data(8, 1);
      if (frame == 0) {
        data = {0x10, 200, 0, 0, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8),
                0,    0};
      } else {
        data[0] = static_cast<std::uint8_t>(0x20 | (frame & 0xF));
      }
      const WallTime time{1'700'000'000'000'000'000 + std::int64_t{next_} * 1'000};
      if (!builder.append({time, 0x100, 0, channel_, 8, data})) break;
      ++next_;
    }
    builder.set_source_position(std::to_string(next_));
    return next_ == how_.total ? ReadOutcome::ended : ReadOutcome::more;
  }
  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  Counting how_;
  ChannelId channel_ = 0;
  std::uint32_t next_ = 0;
};

class TransportedRows : public NodeTest {
 protected:
  NodeParts answering_parts(Counting how) {
    NodeParts made = parts(how);
    made.sources[0].dbcs = {{"long.dbc", kLongMessage}};
    made.sources[0].make = [how] { return std::make_unique<AnsweringSource>(how); };
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
  fails.fail_writes = 3;
  fails.lose_answers = 3;
  reads.write_takes_us = 2'000;
  NodeParts p = answering_parts({.total = kMessages * kFramesOfOne, .per_read = 50, .pause = 50us});
  p.sinks.push_back(sink("follows", follows, durable()));
  p.sinks.push_back(sink("reads", reads, durable()));
  p.sinks.back().queue_bytes = 50'000;  // lets go of the main chain at once
  p.sinks.push_back(sink("fails", fails, durable()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  EXPECT_TRUE(node.stop());
  const NodeStatus status = node.status();
  expect_balance(status);
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
