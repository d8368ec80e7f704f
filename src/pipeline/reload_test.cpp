// A node that goes over to another configuration while records flow.
#include <atomic>
#include <future>

#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

Digest print_of(const std::string& text) {
  return sha256(text);
}

// What a socket is to a source: opened once, or not at all.
struct Bus {
  std::atomic<int> opened{0}, closed{0};
  std::atomic<bool> taken{false};
  std::atomic<std::uint32_t> delivered{0};
};

// Counts on as long as it is read; not to be held back, and nothing to resume at.
class BusSource final : public FrameSource {
 public:
  BusSource(Bus& bus, std::string channel) : bus_(bus), channel_name_(std::move(channel)) {}
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    if (bus_.taken) return {FaultKind::unavailable, "the port is taken"};
    const auto channel = context.channels.channel(context.id, channel_name_);
    if (!channel) return channel.status();
    channel_ = *channel;
    ++bus_.opened;
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    std::this_thread::sleep_for(200us);
    FrameView frame = fakes::counting_frame(bus_.delivered * 7, data_);  // of those that are decoded
    frame.channel = channel_;
    if (builder.append(frame)) ++bus_.delivered;
    return ReadOutcome::idle;
  }
  void ack(const SourcePosition&) override {}
  void close() override { ++bus_.closed; }

 private:
  Bus& bus_;
  std::string channel_name_;
  ChannelId channel_ = 0;
  std::vector<std::uint8_t> data_;
};

// Delivers rows of can0:Level, whose values count up.
class LevelSource final : public FrameSource {
 public:
  explicit LevelSource(Bus& bus) : bus_(bus) {}
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    const auto channel = context.channels.channel(context.id, "can0");
    if (!channel) return channel.status();
    auto row = std::make_shared<RowSchema>();
    row->name = "Level";
    row->fields.emplace_back().name = "level";
    row->fields.back().type = FieldType::i64;
    const auto stream = context.channels.stream(context.id, *channel, row);
    if (!stream) return stream.status();
    stream_ = *stream;
    ++bus_.opened;
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    std::this_thread::sleep_for(200us);
    StreamBlock rows;
    rows.reset(stream_, 1, 1, false);
    rows.time_ns()[0] = 1'700'000'000'000'000'000 + std::int64_t{bus_.delivered} * 1'000;
    rows.i64(0)[0] = bus_.delivered;
    if (builder.add_rows(std::move(rows))) ++bus_.delivered;
    return ReadOutcome::idle;
  }
  void ack(const SourcePosition&) override {}
  void close() override { ++bus_.closed; }

 private:
  Bus& bus_;
  StreamId stream_ = 0;
};

std::string renamed(std::string dbc, const std::string& from, const std::string& to) {
  return dbc.replace(dbc.find(from), from.size(), to);
}

class ReloadTest : public NodeTest {
 protected:
  static SourcePart bus(const std::string& name, Bus& of, const std::string& print = "1",
                        const std::string& dbc = fakes::kDbc) {
    return {name,           "bus",
            {name},         {{"counter.dbc", dbc}},
            false,          [&of, name] { return std::make_unique<BusSource>(of, name); },
            print_of(print)};
  }
  static SinkPart sink_of(const std::string& name, Store& store, const std::string& print = "1") {
    SinkPart part = sink(name, store, durable());
    part.fingerprint = print_of(print);
    return part;
  }
  NodeParts node_parts(std::vector<SourcePart> sources, std::vector<SinkPart> sinks) {
    NodeParts p = parts({});
    p.sources = std::move(sources);
    p.sinks = std::move(sinks);
    return p;
  }
  void start(NodeParts p) {
    node_ = std::make_unique<Node>(std::move(p), real_file_system(), clock_, log_);
    const Status started = node_->start();
    ASSERT_TRUE(started.ok()) << started.fault().message;
  }
  ReloadReport reload(std::vector<SourcePart> sources, std::vector<SinkPart> sinks) {
    return node_->reload(node_parts(std::move(sources), std::move(sinks)));
  }
  void flows(Bus& bus, std::uint32_t more = 100) {
    const std::uint32_t before = bus.delivered;
    ASSERT_TRUE(eventually([&] { return bus.delivered >= before + more; })) << describe(node_->status());
  }
  void stop() { EXPECT_TRUE(node_->stop()); }
  static std::vector<std::uint32_t> numbers_from(std::uint32_t first, const Bus& bus) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t k = first; k < bus.delivered; ++k) numbers.push_back(k * 7);
    return numbers;
  }
  static std::size_t threads() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) ++count;
    return count;
  }

  std::unique_ptr<Node> node_;
};

TEST_F(ReloadTest, LeavesAloneWhatHasNotChanged) {
  Bus can0, can1;
  Store history, more;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  const ReloadReport report =
      reload({bus("can0", can0), bus("can1", can1)}, {sink_of("history", history), sink_of("more", more)});
  EXPECT_EQ(report.outcome, ReloadOutcome::applied) << to_lines(report).back();
  EXPECT_EQ(report.sources.added, std::vector<std::string>{"can1"});
  EXPECT_EQ(report.sinks.added, std::vector<std::string>{"more"});
  EXPECT_EQ(report.streams.added, std::vector<std::string>{"can1:Counter"});
  flows(can0);
  flows(can1);
  const ReloadReport back = reload({bus("can0", can0)}, {sink_of("history", history)});
  EXPECT_EQ(back.outcome, ReloadOutcome::applied);
  EXPECT_EQ(back.streams.removed, std::vector<std::string>{"can1:Counter"});
  flows(can0);
  EXPECT_EQ(can0.opened, 1);
  EXPECT_EQ(can0.closed, 0);
  EXPECT_EQ(can1.closed, 1);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers.size(), can0.delivered + can1.delivered);
  EXPECT_TRUE(history.gaps.empty());
}

TEST_F(ReloadTest, SaysThatNothingHasChanged) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  const CatalogPtr before = node_->catalog();
  EXPECT_EQ(reload({bus("can0", can0)}, {sink_of("history", history)}).outcome, ReloadOutcome::unchanged);
  EXPECT_EQ(node_->catalog(), before);
  stop();
}

TEST_F(ReloadTest, ASinkThatIsAddedBeginsNowOrAtTheOldest) {
  Bus can0;
  Store fresh, complete;
  start(node_parts({bus("can0", can0)}, {}));
  flows(can0, 500);
  SinkPart oldest = sink_of("complete", complete);
  oldest.from_oldest = true;
  const std::uint32_t before = can0.delivered;
  ASSERT_EQ(reload({bus("can0", can0)}, {sink_of("fresh", fresh), oldest}).outcome, ReloadOutcome::applied);
  flows(can0, 500);
  stop();
  const NodeStatus status = node_->status();
  expect_balance(status);
  EXPECT_EQ(complete.numbers, numbers_from(0, can0));
  ASSERT_FALSE(fresh.numbers.empty());
  EXPECT_GE(fresh.numbers.front() / 7, before - 50) << "what was on its way at that moment";
  EXPECT_EQ(fresh.numbers, numbers_from(fresh.numbers.front() / 7, can0));
  EXPECT_EQ(status.lanes[0].ledger.received, fresh.numbers.size());
  EXPECT_EQ(status.lanes[0].ledger.dropped, 0U);
  EXPECT_EQ(status.lanes[1].ledger.received, can0.delivered);
}

TEST_F(ReloadTest, AChangedSinkGoesOnBehindWhatItsStoreHas) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  for (int round = 0; round < 5; ++round) {
    flows(can0, 200);
    const ReloadReport report =
        reload({bus("can0", can0)}, {sink_of("history", history, std::to_string(round))});
    EXPECT_EQ(report.sinks.changed, std::vector<std::string>{"history"});
    const NodeStatus status = node_->status();
    expect_balance(status);
    EXPECT_GE(status.lanes[0].ledger.received, 200U * static_cast<unsigned>(round + 1))
        << "its account goes on";
  }
  flows(can0, 200);
  stop();
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
  const Ledger ledger = node_->status().lanes[0].ledger;
  EXPECT_EQ(ledger.delivered, can0.delivered);
  EXPECT_EQ(ledger.dropped, 0U);
}

TEST_F(ReloadTest, ASinkThatComesBackGetsWhatItMissed) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  ASSERT_EQ(reload({bus("can0", can0)}, {}).outcome, ReloadOutcome::applied);
  flows(can0);
  ASSERT_EQ(reload({bus("can0", can0)}, {sink_of("history", history)}).outcome, ReloadOutcome::applied);
  flows(can0);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
}

TEST_F(ReloadTest, ASinkThatHadAnotherNameForAWhileOwesWhatCameUnderItsOwn) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  for (const char* name : {"archive", "history"}) {
    ASSERT_EQ(reload({bus("can0", can0)}, {sink_of(name, history)}).outcome, ReloadOutcome::applied);
    flows(can0);
    expect_balance(node_->status());
  }
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
  const Ledger ledger = node_->status().lanes[0].ledger;
  EXPECT_EQ(ledger.dropped, 0U);
  EXPECT_GE(ledger.delivered, 200U);
  EXPECT_LE(ledger.delivered, can0.delivered - 100U) << "without what came under the other name";
}

TEST_F(ReloadTest, ALiveSinkIsOwedWhatCameWhileItWasThere) {
  Bus can0;
  Store page;
  SinkPart part = sink("page", page, live());
  start(node_parts({bus("can0", can0)}, {part}));
  flows(can0);
  ASSERT_EQ(reload({bus("can0", can0)}, {}).outcome, ReloadOutcome::applied);
  flows(can0);
  ASSERT_EQ(reload({bus("can0", can0)}, {part}).outcome, ReloadOutcome::applied);
  flows(can0);
  expect_balance(node_->status());
  stop();
  const Ledger ledger = node_->status().lanes[0].ledger;
  EXPECT_TRUE(ledger.balances()) << to_string(ledger);
  EXPECT_LT(ledger.received, can0.delivered);
  EXPECT_EQ(ledger.delivered, page.numbers.size());
}

TEST_F(ReloadTest, AnotherDbcDecodesOnWithoutTouchingTheSource) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  const std::string dbc = renamed(fakes::kDbc, "\"\" A\n", "\"m\" A\n");
  const ReloadReport report = reload({bus("can0", can0, "1", dbc)}, {sink_of("history", history)});
  EXPECT_EQ(report.outcome, ReloadOutcome::applied);
  EXPECT_TRUE(report.sources.none());
  EXPECT_EQ(report.streams.retyped, std::vector<std::string>{"can0:Counter.number: unit none → m"});
  flows(can0);
  // What the DBC calls otherwise keeps its name by an alias: nothing comes or goes.
  const std::string again = renamed(renamed(dbc, "Counter", "Odometer"), "number", "count");
  NodeParts next = node_parts({bus("can0", can0, "1", again)}, {sink_of("history", history)});
  next.rules.aliases = {{"Counter", "Odometer"}, {"Counter.number", "Odometer.count"}};
  const ReloadReport kept = node_->reload(std::move(next));
  EXPECT_EQ(kept.outcome, ReloadOutcome::applied);
  EXPECT_EQ(kept.streams.renamed,
            (std::vector<std::string>{"Counter → Odometer", "Counter.number → Odometer.count"}));
  EXPECT_TRUE(kept.streams.added.empty());
  EXPECT_TRUE(kept.streams.removed.empty());
  EXPECT_TRUE(kept.streams.retyped.empty());
  flows(can0);
  EXPECT_EQ(can0.opened, 1);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
}

TEST_F(ReloadTest, RowsStayWithTheirStreamWhereADbcBeforeThemGrows) {
  Bus levels;
  Store history;
  const auto source = [&](const std::string& dbc) {
    SourcePart part = bus("can0", levels, "1", dbc);
    part.make = [&levels] { return std::make_unique<LevelSource>(levels); };
    return part;
  };
  const std::string grown = std::string(fakes::kDbc) +
                            "BO_ 257 Wheel: 8 A\n SG_ speed : 0|32@1+ (1,0) [0|0] \"\" A\n"
                            "BO_ 258 Brake: 8 A\n SG_ force : 0|32@1+ (1,0) [0|0] \"\" A\n";
  start(node_parts({source(fakes::kDbc)}, {sink_of("history", history)}));
  for (const std::string& dbc : {grown, std::string(fakes::kDbc), grown}) {
    flows(levels);
    ASSERT_EQ(reload({source(dbc)}, {sink_of("history", history)}).outcome, ReloadOutcome::applied);
  }
  flows(levels);
  stop();
  EXPECT_EQ(levels.opened, 1);
  expect_balance(node_->status());
  ASSERT_EQ(history.rows.size(), levels.delivered);
  for (std::size_t i = 0; i < history.rows.size(); ++i) {
    ASSERT_EQ(history.rows[i], "can0:Level " + std::to_string(i));
  }
}

TEST_F(ReloadTest, AChangedSourceTellsOfTheTimeInBetween) {
  Bus can0, can1;
  Store history;
  start(node_parts({bus("can0", can0), bus("can1", can1)}, {sink_of("history", history)}));
  flows(can0);
  flows(can1);
  const ReloadReport report =
      reload({bus("can0", can0, "2"), bus("can1", can1)}, {sink_of("history", history)});
  EXPECT_EQ(report.sources.changed, std::vector<std::string>{"can0"});
  flows(can0);
  EXPECT_EQ(can0.opened, 2);
  EXPECT_EQ(can1.opened, 1);
  EXPECT_EQ(node_->status().sources[0].name, "can0") << "in the order of the configuration";
  EXPECT_GE(node_->status().sources[0].records, 200U) << "its counts go on";
  stop();
  expect_balance(node_->status());
  ASSERT_EQ(history.gaps.size(), 1U);
  EXPECT_EQ(history.gaps[0].reason, GapReason::source_down);
  EXPECT_EQ(history.gaps[0].where, "can0");
}

TEST_F(ReloadTest, RollsBackWhereASourceDoesNotOpen) {
  Bus can0, can1, can2;
  Store history, more;
  start(node_parts({bus("can0", can0), bus("can1", can1)}, {sink_of("history", history)}));
  flows(can1);
  can2.taken = true;
  const CatalogPtr before = node_->catalog();
  const ReloadReport report = reload({bus("can0", can0), bus("can1", can1, "2"), bus("can2", can2)},
                                     {sink_of("history", history, "2"), sink_of("more", more)});
  EXPECT_EQ(report.outcome, ReloadOutcome::rolled_back);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0], "source can2: the port is taken");
  EXPECT_TRUE(report.streams.none());
  flows(can0);
  flows(can1);
  const NodeStatus status = node_->status();
  ASSERT_EQ(status.sources.size(), 2U);
  EXPECT_EQ(status.sources[1].name, "can1");
  ASSERT_EQ(status.lanes.size(), 1U);
  EXPECT_TRUE(compare_catalogs(*before, *node_->catalog()).none());
  EXPECT_EQ(can0.opened, 1);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers.size(), can0.delivered + can1.delivered);
}

TEST_F(ReloadTest, AnOptionalSourceMayWait) {
  Bus can0, can1;
  start(node_parts({bus("can0", can0)}, {}));
  can1.taken = true;
  SourcePart part = bus("can1", can1);
  part.optional = true;
  ASSERT_EQ(reload({bus("can0", can0), part}, {}).outcome, ReloadOutcome::applied);
  EXPECT_TRUE(node_->status().ready);
  can1.taken = false;
  flows(can1);
  stop();
}

TEST_F(ReloadTest, RollsBackWhereASinkDoesNotOpen) {
  Bus can0;
  Store history, away;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  away.down = true;
  const ReloadReport report =
      reload({bus("can0", can0, "2")}, {sink_of("history", history, "2"), sink_of("away", away)});
  EXPECT_EQ(report.outcome, ReloadOutcome::rolled_back);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0], "sink away: the store is away");
  EXPECT_EQ(can0.opened, 1) << "sources were not touched yet";
  flows(can0);
  ASSERT_EQ(node_->status().lanes.size(), 1U);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
}

TEST_F(ReloadTest, RefusesADbcThatIsNoneAndTouchesNothing) {
  Bus can0;
  Store history;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  const ReloadReport report =
      reload({bus("can0", can0, "2", "no DBC at all")}, {sink_of("history", history, "2")});
  EXPECT_EQ(report.outcome, ReloadOutcome::refused);
  EXPECT_EQ(can0.opened, 1);
  stop();
  EXPECT_EQ(history.numbers, numbers_from(0, can0));
}

TEST_F(ReloadTest, FiftyInARowLeaveNothingBehind) {
  Bus can0, can1;
  Store history, more;
  start(node_parts({bus("can0", can0)}, {sink_of("history", history)}));
  flows(can0);
  const std::size_t before = threads();
  for (int round = 0; round < 50; ++round) {
    const bool even = round % 2 == 0;
    std::vector<SourcePart> sources{bus("can0", can0)};
    std::vector<SinkPart> sinks{sink_of("history", history)};
    if (even) sources.push_back(bus("can1", can1, std::to_string(round)));
    if (even) sinks.push_back(sink_of("more", more, std::to_string(round)));
    ASSERT_EQ(reload(std::move(sources), std::move(sinks)).outcome, ReloadOutcome::applied);
    expect_balance(node_->status());
  }
  EXPECT_EQ(threads(), before);
  EXPECT_EQ(node_->catalog()->channels.size(), 2U) << "a name keeps its place";
  EXPECT_EQ(node_->catalog()->streams.size(), 1U);
  EXPECT_EQ(can0.opened, 1);
  EXPECT_EQ(can1.opened, 25);
  stop();
  expect_balance(node_->status());
  EXPECT_EQ(history.numbers.size(), can0.delivered + can1.delivered);
}

TEST_F(ReloadTest, IsRefusedWhileTheNodeDoesNotRun) {
  Bus can0;
  start(node_parts({bus("can0", can0)}, {}));
  stop();
  EXPECT_EQ(reload({bus("can0", can0)}, {}).outcome, ReloadOutcome::refused);
}

class Doorbell final : public RecordingList {
 public:
  [[nodiscard]] std::vector<RecordedFile> recordings() const override { return {}; }
  [[nodiscard]] CallTriggers triggers() const override { return {false, {"door"}, {}, {}}; }
  Status trigger(const TriggerCall&) override {
    ++rung;
    return {};
  }
  std::atomic<int> rung{0};
};

TEST_F(ReloadTest, ATriggerWaitsForTheSinkThatIsBeingChanged) {
  Bus can0;
  Store store;
  const auto bell = std::make_shared<Doorbell>();
  store.recordings = bell;
  start(node_parts({bus("can0", can0)}, {sink_of("history", store)}));
  std::future<Result<std::vector<std::string>>> rung;
  SinkPart changed = sink_of("history", store, "2");
  changed.make = [&, make = changed.make] {  // between the old sink and the new one
    rung = std::async(std::launch::async, [&] { return node_->trigger("door", ""); });
    (void)rung.wait_for(200ms);  // an answer that does not wait is there by now
    return make();
  };
  EXPECT_EQ(reload({bus("can0", can0)}, {changed}).outcome, ReloadOutcome::applied);
  ASSERT_TRUE(rung.valid());
  const auto taken = rung.get();
  ASSERT_TRUE(taken.ok()) << taken.fault().message;
  EXPECT_EQ(*taken, std::vector<std::string>{"history"});
  EXPECT_EQ(bell->rung, 1);
  EXPECT_TRUE(node_->trigger("window", "")->empty());
  stop();
}

}  // namespace
}  // namespace cantrail
