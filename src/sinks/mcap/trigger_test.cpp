// Recordings around triggers: what is in them, whatever crashes, and that nothing is there twice.
#include "sinks/mcap/trigger.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "formats/mcap/record_parser.hpp"
#include "sinks/mcap/condition.hpp"
#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kTenth = 100'000'000;
constexpr std::size_t kQuiet = 2, kPulling = 6;  // frames in a batch; the sixth one makes Battery.Count 4

// A journal with a batch each tenth of a second, and a lane that reads it for a sink.
class Lane {
 public:
  Lane(World& world, std::size_t batches, const std::set<std::uint64_t>& pulling) : world_(world) {
    for (std::uint64_t seq = 1; seq <= batches; ++seq) {
      journal_.push_back(make_batch(world.catalog, seq, pulling.contains(seq) ? kPulling : kQuiet,
                                    kStart + static_cast<std::int64_t>(seq) * kTenth));
    }
  }

  void open() {
    const auto cursor = world_.open();
    ASSERT_TRUE(cursor) << cursor.fault().message;
    next_ = *cursor ? (**cursor).seq : 1;
  }
  // Gives batches in groups until the one of `seq` has been taken.
  void feed(std::uint64_t seq, std::size_t group = 3) {
    int turns = 0;
    while (next_ <= seq) {
      ASSERT_LT(++turns, 1000) << "the sink asks for the same again and again";
      const auto from = journal_.begin() + static_cast<std::ptrdiff_t>(next_ - 1);
      const auto to = from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(group, seq + 1 - next_));
      give({from, to});
    }
  }
  void pass(Duration time) { world_.clock.advance(time); }
  // From this batch on they are of another run, so long after the one before.
  void interrupt(std::uint64_t seq, Duration outage) {
    for (; seq <= journal_.size(); ++seq) {
      const auto raw = std::const_pointer_cast<RawBatch>(journal_[seq - 1]->raw);
      raw->position.epoch = 2;
      raw->clock.wall.ns += outage.count();
    }
  }
  void idle() {
    const auto again = world_.sink->idle();
    ASSERT_TRUE(again) << again.fault().message;
    if (*again) next_ = (**again).seq;
  }
  [[nodiscard]] std::set<std::uint64_t> recorded() const {
    std::set<std::uint64_t> seqs;
    for (const auto& [place, times] : world_.frames()) {
      EXPECT_EQ(times, 1) << "batch " << std::get<1>(place);
      seqs.insert(std::get<1>(place));
    }
    return seqs;
  }
  std::uint64_t turned_back = 0;

 private:
  void give(const std::vector<BatchPtr>& batches) {
    const Position expected = next_ > 1 ? journal_[next_ - 2]->end() : batches.front()->begin();
    const auto outcome = world_.sink->write(batches, expected, batches.back()->end());
    ASSERT_TRUE(outcome) << outcome.fault().message;
    std::uint64_t records = 0;
    for (const BatchPtr& batch : batches) records += batch->raw->records();
    const bool taken = outcome->durable == batches.back()->end();
    EXPECT_EQ(outcome->again, !taken);
    EXPECT_EQ(outcome->delivered + outcome->filtered + outcome->undecoded, taken ? records : 0);
    turned_back += taken ? 0 : 1;
    next_ = outcome->durable->seq;
  }

  World& world_;
  std::vector<BatchPtr> journal_;
  std::uint64_t next_ = 1;
};

std::set<std::uint64_t> from_to(std::uint64_t from, std::uint64_t to) {
  std::set<std::uint64_t> all;
  for (; from <= to; ++from) all.insert(from);
  return all;
}

void by_trigger(World& world, const std::vector<std::string>& words = {"Battery.Count == 4"}) {
  world.config.trigger = words;
  world.config.before = 1050ms;
  world.config.after = 550ms;
  world.remake();
}

TEST(Triggered, HasWhatLiesAroundATrigger) {
  World world;
  by_trigger(world);
  Lane lane(world, 100, {50});
  lane.open();
  lane.feed(100);
  world.close();
  EXPECT_EQ(lane.recorded(), from_to(40, 55));
  EXPECT_EQ(lane.turned_back, 1U);
  ASSERT_EQ(world.names(".mcap").size(), 1U);
  const auto notes = world.summary(world.names(".mcap").front()).metadata;
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(),
                          [](const auto& note) { return note.name == "cantrail.trigger"; }));
}

TEST(Triggered, WindowsThatTouchAreOneFileAndOthersTheirOwn) {
  World world;
  by_trigger(world);
  Lane lane(world, 200, {50, 60, 61, 150});
  lane.open();
  lane.feed(200);
  world.close();
  auto expected = from_to(40, 66);
  expected.merge(from_to(140, 155));
  EXPECT_EQ(lane.recorded(), expected);
  EXPECT_EQ(world.names(".mcap").size(), 3U) << "the first had ended when the second trigger came";
}

TEST(Triggered, IsTheSameInWhateverGroupsBatchesCome) {
  for (const std::size_t group : {1U, 2U, 7U, 30U, 200U}) {
    World world;
    by_trigger(world);
    Lane lane(world, 200, {3, 50, 60, 150});
    lane.open();
    lane.feed(200, group);
    world.close();
    auto expected = from_to(1, 8);
    expected.merge(from_to(40, 65));
    expected.merge(from_to(140, 155));
    EXPECT_EQ(lane.recorded(), expected) << group;
  }
}

TEST(Triggered, AWindowWithNothingAheadOfItsGroupIsNotLookedForAgainAndAgain) {
  for (const Duration before : {Duration(0ms), Duration(50ms)}) {
    for (const std::size_t group : {1U, 3U, 30U}) {
      World world;
      world.config.trigger = {"Battery.Count == 4"};
      world.config.before = before;
      world.config.after = 250ms;
      world.remake();
      Lane lane(world, 80, {50});
      lane.open();
      lane.feed(80, group);
      world.close();
      EXPECT_EQ(lane.recorded(), from_to(50, 52)) << group;
    }
  }
}

TEST(Triggered, EachFileTellsOfItsOwnTrigger) {
  for (const std::size_t group : {1U, 7U, 30U, 200U}) {
    World world;
    by_trigger(world);
    Lane lane(world, 200, {50, 100, 102, 150});
    lane.open();
    lane.feed(200, group);
    world.close();
    std::vector<std::string> seqs;
    for (const std::string& name : world.names(".mcap")) {
      const std::string bytes = world.read(name);
      for (const mcap::MetadataPlace& place : world.summary(name).metadata) {
        if (place.name != "cantrail.trigger") continue;
        constexpr std::size_t kHead = 9;  // of a record: opcode and length
        const auto body = std::as_bytes(std::span(bytes)).subspan(place.offset + kHead, place.length - kHead);
        const auto note = mcap::parse_metadata(body);
        ASSERT_TRUE(note);
        for (const auto& [key, value] : note->values) {
          if (key == "seq") seqs.push_back(value);
        }
      }
    }
    EXPECT_EQ(seqs, (std::vector<std::string>{"50", "100", "150"})) << group;
  }
}

TEST(Triggered, ACrashAnywhereTakesAndDoublesNothing) {
  auto expected = from_to(20, 35);
  expected.merge(from_to(40, 55));
  for (std::uint64_t crash = 1; crash < 80; ++crash) {
    World world;
    by_trigger(world);
    Lane lane(world, 80, {30, 50});
    lane.open();
    lane.feed(crash);
    world.remake();
    lane.open();
    lane.feed(80);
    world.close();
    EXPECT_EQ(lane.recorded(), expected) << "crash behind batch " << crash;
  }
}

TEST(Triggered, AfterALongTimeARestartLooksAtTheLastMomentsOnly) {
  World world;
  by_trigger(world);
  Lane lane(world, 1000, {995});
  lane.open();
  lane.feed(980);
  lane.pass(31s);
  lane.feed(990);  // where to look from is made durable
  world.remake();
  const auto cursor = world.open();
  ASSERT_TRUE(cursor && *cursor);
  EXPECT_GT((**cursor).seq, 970U);
  EXPECT_LE((**cursor).seq, 980U);
  lane.open();
  lane.feed(1000);
  world.close();
  EXPECT_EQ(lane.recorded(), from_to(985, 1000));
}

TEST(Triggered, ACallIsNotForgottenByACrash) {
  World world;
  by_trigger(world, {"api:door"});
  Lane lane(world, 100, {});
  lane.open();
  lane.feed(50);
  const auto list = world.sink->recordings();
  EXPECT_TRUE(list->triggers().takes("door"));
  EXPECT_FALSE(list->triggers().takes("window"));
  ASSERT_TRUE(list->trigger({at(51), {kStart}, "door", "somebody  knocks"}));
  world.remake();
  lane.open();
  lane.feed(100);
  world.close();
  EXPECT_EQ(lane.recorded(), from_to(41, 56));
  world.remake();
  lane.open();
  lane.feed(100);
  world.close();
  EXPECT_EQ(lane.recorded(), from_to(41, 56)) << "and is over once";
}

TEST(Triggered, ACallOnASilentBusRecordsWhatCameBefore) {
  World world;
  by_trigger(world, {"api"});
  Lane lane(world, 80, {});
  lane.open();
  lane.feed(50);
  ASSERT_TRUE(world.sink->recordings()->trigger({at(51), {kStart}, "any", ""}));
  lane.pass(400ms);
  lane.idle();
  lane.feed(50);
  lane.pass(300ms);
  lane.idle();
  EXPECT_TRUE(world.names(".mcap").empty());
  lane.pass(1s);
  lane.idle();
  EXPECT_EQ(lane.recorded(), from_to(44, 50)) << "finished although nothing came";
  lane.feed(80);
  world.close();
  EXPECT_EQ(lane.recorded(), from_to(44, 59)) << "the batch of tenth 59 is in the window";
}

TEST(Triggered, ACallBeforeAnOutageHasItsOwnTime) {
  for (const bool seen : {true, false}) {
    for (const auto& [outage, last] : {std::pair(Duration(10s), 50U), std::pair(Duration(500ms), 54U)}) {
      World world;
      by_trigger(world, {"api"});
      Lane lane(world, 90, {});
      lane.interrupt(51, outage);
      lane.open();
      lane.feed(50);
      const WallTime time{kStart + 50 * kTenth + 400'000'000};
      ASSERT_TRUE(world.sink->recordings()->trigger({at(51), time, "any", ""}));
      if (seen) {
        lane.pass(400ms);
        lane.idle();
        lane.feed(50);
      }
      world.remake();
      lane.open();
      lane.feed(90);
      world.close();
      EXPECT_EQ(lane.recorded(), from_to(44, last)) << seen << ", after " << outage.count();
    }
  }
}

TEST(Triggered, ACallNeedsASinkThatIsOpen) {
  World world;
  by_trigger(world, {"api"});
  const auto list = world.sink->recordings();
  EXPECT_EQ(list->trigger({at(1), {kStart}, "any", ""}).fault().kind, FaultKind::unavailable);
  Lane lane(world, 10, {});
  lane.open();
  EXPECT_TRUE(list->trigger({at(1), {kStart}, "any", ""}));
  world.close();
  EXPECT_FALSE(list->trigger({at(2), {kStart}, "any", ""})) << "its list may be another sink's now";
}

TEST(Triggered, ByAnErrorFrame) {
  World world;
  by_trigger(world, {"error_frame"});
  auto trigger = Trigger::read(world.config.trigger);
  ASSERT_TRUE(trigger);
  EXPECT_EQ(trigger->pulled_by(*make_batch(world.catalog, 1, 10)), nullptr);
  auto raw = std::make_shared<RawBatch>();
  raw->catalog = world.catalog;
  FrameView frame;
  frame.id = kIdError | 4U;
  raw->frames.append(frame);
  Batch batch;
  batch.raw = raw;
  const std::string* word = trigger->pulled_by(batch);
  ASSERT_NE(word, nullptr);
  EXPECT_EQ(*word, "error_frame");
}

TEST(Condition, IsOfOneStream) {
  EXPECT_TRUE(Condition::read("Battery.Count > 3 && Battery.Voltage < 2"));
  EXPECT_TRUE(Condition::read("low_and_moving"));
  for (const char* wrong : {"", "3 > 2", "Battery.Count >", "Battery.Count > Motor.Rpm", "a + Motor.Rpm"}) {
    const auto read = Condition::read(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.fault().kind, FaultKind::config);
  }
}

TEST(Condition, LooksAtRowsOfTheStreamThatItNames) {
  const CatalogPtr catalog = make_catalog();
  for (const auto& [text, holds] : {std::pair("Battery.Count == 4", true),
                                    {"can0:Battery.Count == 4", true},
                                    {"can1:Battery.Count == 4", false},
                                    {"Battery.Count == 5", false},
                                    {"Motor.Rpm == 7", true},
                                    {"Battery.Nothing == 0", false},
                                    {"Air.Temp > 0", false}}) {
    auto condition = Condition::read(text);
    ASSERT_TRUE(condition);
    condition->bind(*catalog);
    EXPECT_EQ(condition->look(*make_batch(catalog, 7, 6)).holds, holds) << text;
  }
  auto of_source = Condition::read("Air.Temp > 20");
  of_source->bind(*catalog);
  EXPECT_TRUE(of_source->look(*make_air_batch(catalog, 1, {"a"})).holds);
}

TEST(Condition, SaysWhereItBegins) {
  const CatalogPtr catalog = make_catalog();
  auto condition = Condition::read("Battery.Count >= 4");
  condition->bind(*catalog);
  const BatchPtr low = make_batch(catalog, 1, 2), rising = make_batch(catalog, 2, 8);
  EXPECT_FALSE(condition->look(*low).begins);
  EXPECT_EQ(condition->look(*low).at_last, false);
  EXPECT_TRUE(condition->look(*rising).begins);
  EXPECT_EQ(condition->look(*rising).at_last, true);
  EXPECT_EQ(condition->look(*make_air_batch(catalog, 3, {"a"}), true).at_last, true) << "says nothing of it";
}

TEST(Trip, BeginsAFileWhereItsConditionBecomesTrue) {
  World world;
  world.config.split = {"trip"};
  world.config.trip = "Motor.Rpm >= 3 && Motor.Rpm < 5";  // Rpm is the batch's number
  world.remake();
  Lane lane(world, 12, {});
  lane.open();
  lane.feed(12, 5);
  world.close();
  ASSERT_EQ(world.names(".mcap").size(), 2U);
  EXPECT_EQ(lane.recorded(), from_to(1, 12));
}

}  // namespace
}  // namespace cantrail::mcap_sink
