// A source that delivers rows beside frames: they go the whole way, live and through the journal.
#include <filesystem>

#include <gtest/gtest.h>

#include "pipeline/fakes.hpp"
#include "pipeline/node.hpp"

namespace cantrail {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kTurns = 300;

// In each turn one frame and one row of "can0:Level", whose value is the turn; a channel and its stream come
// later. At first it cannot be opened, until `there` is set: then it is told so.
class RowSource final : public FrameSource {
 public:
  explicit RowSource(std::atomic<bool>& there) : there_(there) {}
  [[nodiscard]] SourceTraits traits() const override { return {.can_wait = true, .resumes = false}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    context_.emplace(context);
    if (!there_) return {FaultKind::unavailable, "not there"};
    return learn("can0");
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    if (turn_ == kTurns) return ReadOutcome::ended;
    if (turn_ == kTurns / 2) {
      if (Status status = learn("can1"); !status) return status.fault();
    }
    FrameView frame = fakes::counting_frame(static_cast<std::uint32_t>(turn_), data_);
    frame.channel = channel_;
    if (!builder.append(frame)) return ReadOutcome::more;
    StreamBlock rows;
    rows.reset(stream_, 1, 1, false);
    rows.time_ns()[0] = frame.time.ns;
    rows.i64(0)[0] = turn_++;
    if (!builder.add_rows(std::move(rows))) return Fault{FaultKind::bug, "no room for a row"};
    return ReadOutcome::more;
  }
  void ack(const SourcePosition&) override {}
  void close() override {}
  bool wait_for_return(MonoTime deadline) override {
    while (!there_ && context_->clock.mono() < deadline) std::this_thread::sleep_for(1ms);
    return there_;
  }
  [[nodiscard]] std::string hint() const override { return "all is well"; }

 private:
  Status learn(const std::string& alias) {
    const auto channel = context_->channels.channel(context_->id, alias);
    if (!channel) return channel.status();
    RowSchema row;
    row.name = alias == "can0" ? "Level" : "Counter";  // the second has the name of a DBC's message
    row.fields = {{"turn", FieldType::i64, "", {}, {}, "", {}, false}};
    const auto stream =
        context_->channels.stream(context_->id, *channel, std::make_shared<const RowSchema>(row));
    if (!stream) return stream.status();
    const auto again =
        context_->channels.stream(context_->id, *channel, std::make_shared<const RowSchema>(row));
    if (!again || *again != *stream) return {FaultKind::bug, "the same stream has another id"};
    channel_ = *channel;
    stream_ = *stream;
    return {};
  }

  std::atomic<bool>& there_;
  std::optional<SourceContext> context_;
  ChannelId channel_ = 0;
  StreamId stream_ = 0;
  std::int64_t turn_ = 0;
  std::vector<std::uint8_t> data_;
};

class RowSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-rows-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  NodeParts parts(bool with_source) {
    NodeParts parts;
    parts.name = "test";
    parts.version = "0";
    parts.journal.folder = folder_ + "/journal";
    parts.journal.cap_bytes = 64U << 20;
    parts.dead_letter_folder = folder_ + "/dead";
    if (with_source) {
      parts.sources.push_back({"bus", "rows", {}, {{"counter.dbc", fakes::kDbc}}, true, [this] {
                                 return std::make_unique<RowSource>(there_);
                               }});
    }
    SinkPart sink;
    sink.name = "history";
    sink.type = "store";
    sink.make = [this] {
      return std::make_unique<fakes::StoreSink>(store_, SinkTraits{.durable = true, .delay = 5ms});
    };
    parts.sinks.push_back(std::move(sink));
    return parts;
  }

  std::vector<std::string> expected() const {
    std::vector<std::string> rows;
    for (std::int64_t turn = 0; turn < kTurns; ++turn) {
      rows.push_back((turn < kTurns / 2 ? "can0:Level " : "can1:bus/Counter ") + std::to_string(turn));
    }
    return rows;
  }

  std::string folder_;
  SystemClock clock_;
  fakes::QuietLog log_;
  fakes::Store store_;
  std::atomic<bool> there_{true};
};

TEST_F(RowSourceTest, ItsRowsAreRecordsOfTheLedgerAndReachTheStore) {
  Node node(parts(true), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  while (!node.finished()) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(node.stop());
  const Ledger ledger = node.status().lanes[0].ledger;
  EXPECT_TRUE(ledger.balances()) << to_string(ledger);
  EXPECT_EQ(ledger.received, 2U * kTurns);
  EXPECT_EQ(ledger.dropped, 0U);
  EXPECT_EQ(store_.rows, expected());
}

TEST_F(RowSourceTest, AStoreThatWasAwayGetsThemFromTheJournalUnderTheirOwnCatalog) {
  store_.down = true;
  {
    Node node(parts(true), real_file_system(), clock_, log_);
    ASSERT_TRUE(node.start().ok());
    while (!node.finished() && node.status().sources[0].state != SourceState::ended) {
      std::this_thread::sleep_for(1ms);
    }
    (void)node.stop();
  }
  EXPECT_TRUE(store_.rows.empty());
  store_.down = false;
  Node node(parts(false), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  for (int i = 0; i < 5000; ++i) {
    {
      const std::lock_guard lock(store_.mutex);
      if (store_.rows.size() >= kTurns) break;
    }
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_TRUE(node.stop());
  EXPECT_EQ(store_.rows, expected());
  EXPECT_EQ(node.status().lanes[0].earlier.delivered + node.status().lanes[0].earlier.undecoded, 2U * kTurns);
}

TEST_F(RowSourceTest, ItIsOpenedAtOnceWhenItSaysThatItIsBack) {
  there_ = false;
  Node node(parts(true), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  std::this_thread::sleep_for(1500ms);  // by now the pipeline itself would try once a second
  EXPECT_EQ(node.status().sources[0].state, SourceState::waiting);
  const auto back = std::chrono::steady_clock::now();
  there_ = true;
  while (node.status().sources[0].state == SourceState::waiting) std::this_thread::sleep_for(1ms);
  EXPECT_LT(std::chrono::steady_clock::now() - back, 500ms);
  EXPECT_TRUE(node.stop());
}

}  // namespace
}  // namespace cantrail
