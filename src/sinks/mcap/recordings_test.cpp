#include "sinks/mcap/recordings.hpp"

#include <gtest/gtest.h>

#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

SinkContext context_of(World& world) {
  return {"recording", "node", test_journal(), world.clock, world.files, world.log};
}

Recording recording(std::string name) {
  return {std::move(name), 100, 1, 2, 0, 3, sha256("x")};
}

TEST(Recordings, AreReadBackAsTheyWereListed) {
  World world;
  ASSERT_TRUE(write_file_atomically(world.files, world.folder + "/a b.mcap", "x"));
  {
    Recordings list(world.folder);
    ASSERT_TRUE(list.load(context_of(world)));
    ASSERT_TRUE(list.add(recording("a b.mcap"), at(7, 3)));
  }
  Recordings list(world.folder);
  ASSERT_TRUE(list.load(context_of(world)));
  ASSERT_EQ(list.all().size(), 1U);
  EXPECT_EQ(list.all().front().name, "a b.mcap");
  EXPECT_EQ(list.all().front().bytes, 100U);
  EXPECT_EQ(list.all().front().messages, 3U);
  EXPECT_EQ(list.all().front().digest, sha256("x"));
  EXPECT_EQ(list.all().front().finished_ns, kStart);
  EXPECT_EQ(list.cursor(test_journal()), at(7, 3));
  JournalId other;
  EXPECT_EQ(list.cursor(other), std::nullopt);
}

TEST(Recordings, CursorsNeverGoBack) {
  World world;
  Recordings list(world.folder);
  ASSERT_TRUE(list.load(context_of(world)));
  list.move_cursor(at(7));
  list.move_cursor(at(5));
  EXPECT_EQ(list.cursor(test_journal()), at(7));
}

TEST(Recordings, AClockThatIsYearsAheadRemovesNothingUntilItIsTrusted) {
  World world;
  const Keep keep{std::chrono::hours(2), std::nullopt, std::nullopt};
  const auto add = [&](Recordings& list, const char* name) {
    ASSERT_TRUE(write_file_atomically(world.files, world.folder + "/" + name, "x"));
    ASSERT_TRUE(list.add(recording(name), std::nullopt));
  };
  {
    Recordings list(world.folder);
    ASSERT_TRUE(list.load(context_of(world), keep.age));
    add(list, "a.mcap");
  }
  world.clock.step_wall(std::chrono::hours(50'000));
  Recordings list(world.folder);
  ASSERT_TRUE(list.load(context_of(world), keep.age));
  world.clock.advance(std::chrono::minutes(1));
  add(list, "b.mcap");
  ASSERT_TRUE(list.hold_to(keep, 0));
  EXPECT_EQ(list.all().size(), 2U);
  world.clock.vouch(true);  // it was right: the first is years old, the second was made in this run
  ASSERT_TRUE(list.hold_to(keep, 0));
  ASSERT_EQ(list.all().size(), 1U);
  EXPECT_EQ(list.all().front().name, "b.mcap");
  world.clock.advance(std::chrono::minutes(121));
  ASSERT_TRUE(list.hold_to(keep, 0));
  EXPECT_TRUE(list.all().empty());
}

TEST(Recordings, ADamagedListIsMadeAgainFromTheFiles) {
  World world;
  ASSERT_TRUE(world.open());
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  const std::string path = world.folder + "/recordings.index";
  std::string good = world.read("recordings.index");
  const std::string digest = to_hex(sha256(world.read(world.names(".mcap").front())));
  ASSERT_NE(good.find(digest), std::string::npos);
  good.replace(good.find(digest), digest.size(), digest.size(), '0');  // that would be to read all of them
  for (const std::string& bad : {std::string(), std::string("x"), good.substr(0, good.size() - 5),
                                 good + "file 1 2\n", good + "cursor 5 5 5 5\n", good + "look 5\n",
                                 good + "trigger 1 1 1 1 door\n", good + "file 1 1 1 1 a/b\n"}) {
    ASSERT_TRUE(write_file_atomically(world.files, path, bad));
    Recordings list(world.folder);
    ASSERT_TRUE(list.load(context_of(world)));
    EXPECT_EQ(list.all().size(), 1U) << bad;
    EXPECT_EQ(list.cursor(test_journal()), at(2)) << bad;
    EXPECT_EQ(world.read("recordings.index"), good);
  }
}

}  // namespace
}  // namespace cantrail::mcap_sink
