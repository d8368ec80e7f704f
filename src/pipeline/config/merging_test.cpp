// Files of conf.d, and `like`.
#include <gtest/gtest.h>

#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

using testing::BusConfig;
using testing::ConfigFolder;
using testing::read_node;
using testing::StoreConfig;
using testing::UploadConfig;

TEST(ConfD, IsMergedInNameOrderAndEachValueKeepsItsPlace) {
  const ConfigFolder folder;
  folder.write("conf.d/20-late.toml", "[source.can0]\nbitrate = 250_000\n");
  folder.write("conf.d/10-early.toml",
               "[source.can0]\nbitrate = 5\nchannel = \"body\"\n[source.can1]\ntype = \"bus\"\n");
  folder.write("conf.d/notes.txt", "no TOML at all [");
  const auto reading = read_node(folder, "[source.can0]\ntype = \"bus\"\nbitrate = 500_000\n");
  EXPECT_EQ(reading.found, "");
  ASSERT_EQ(reading.config.sources.size(), 2U);
  EXPECT_EQ(reading.source<BusConfig>(0).bitrate, 250'000);
  EXPECT_EQ(reading.source<BusConfig>(0).channel, "body");
  EXPECT_NE(reading.shown_with_origin.find("# conf.d/20-late.toml:2\n"), std::string::npos)
      << reading.shown_with_origin;
}

TEST(ConfD, PathsStartFromTheFileThatNamesThem) {
  const ConfigFolder folder;
  folder.write("conf.d/a.toml",
               "[sink.store]\npath = \"x.db\"\n[source.can0]\ntype = \"bus\"\ndbc = \"../leaf.dbc\"\n");
  const auto reading = read_node(folder, "");
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.sink<StoreConfig>(0).path.value, folder.file("conf.d/x.db"));
  EXPECT_EQ(reading.config.sources.at(0).dbcs.size(), 1U);
}

TEST(ConfD, MistakesAreNamedInTheOrderOfTheFiles) {
  const ConfigFolder folder;
  folder.write("conf.d/b.toml", "colour = 1\n");
  folder.write("conf.d/a.toml", "[log]\nlevel = \"inof\"\n");
  EXPECT_EQ(read_node(folder, "\nshape = 2\n").found,
            "node.toml:3:1: error: unknown key 'shape' at the top of the file\n"
            "conf.d/a.toml:2:9: error: 'level' in [log] cannot be \"inof\"; did you mean \"info\"?\n"
            "conf.d/b.toml:1:1: error: unknown key 'colour' at the top of the file\n");
}

TEST(ConfD, EverySyntaxErrorIsNamed) {
  const ConfigFolder folder;
  folder.write("conf.d/a.toml", "[log\n");
  folder.write("conf.d/b.toml", "x = = 1\n");
  const auto reading = read_node(folder, "[journal]\nsync = \"never\"\n");
  EXPECT_EQ(reading.found.find("conf.d/a.toml:1:"), 0U) << reading.found;
  EXPECT_NE(reading.found.find("\nconf.d/b.toml:1:"), std::string::npos) << reading.found;
  EXPECT_EQ(reading.found.find("never"), std::string::npos);
}

TEST(Like, InheritsEverythingThatIsNotSaid) {
  const ConfigFolder folder;
  const auto reading = read_node(folder,
                                 "[sink.local]\ntype = \"store\"\nevery = \"5s\"\nmode = \"careful\"\n"
                                 "max_rate = \"1/s\"\n"
                                 "[sink.cloud]\nlike = \"local\"\nevery = \"300s\"\npath = \"cloud.db\"\n"
                                 "[sink.third]\nlike = \"cloud\"\nenabled = false\nmode = \"fast\"\n");
  EXPECT_EQ(reading.found, "");
  const auto& cloud = reading.sink<StoreConfig>(1);
  EXPECT_EQ(cloud.every, std::chrono::seconds(300));
  EXPECT_EQ(cloud.mode, "careful");
  EXPECT_EQ(reading.config.sinks[1].keys.max_rate_per_s, 1.0);
  const auto& third = reading.sink<StoreConfig>(2);
  EXPECT_EQ(third.every, std::chrono::seconds(300));
  EXPECT_EQ(third.mode, "fast");
  EXPECT_EQ(third.path.value, folder.file("cloud.db"));
}

TEST(Like, APathThatIsInheritedIsTheSameFile) {
  const ConfigFolder folder;
  EXPECT_EQ(read_node(folder, "[sink.store]\npath = \"x.db\"\n[sink.second]\nlike = \"store\"\n").found,
            "node.toml:3:8: error: [sink.second] path: x.db is also of [sink.store]: give each a file of its "
            "own\n");
}

TEST(Fragments, OneThatMissesItsSectionIsToldWhichItMayMean) {
  const ConfigFolder folder;
  folder.write("conf.d/10.toml", "[sink.histori]\nevery = \"5s\"\n[source.eyes]\n");
  EXPECT_EQ(
      read_node(folder, "[sink.history]\ntype = \"store\"\n").found,
      "conf.d/10.toml:1:7: error: 'type' is missing in [sink.histori]; did you mean [sink.history]? (this "
      "build has: store, upload)\n"
      "conf.d/10.toml:3:9: error: 'type' is missing in [source.eyes] (this build has: bus)\n");
}

TEST(Like, InheritsTheTypeEvenWhereItIsOnlyAName) {
  const ConfigFolder folder;
  const auto reading =
      read_node(folder, "[sink.cloud]\nlike = \"upload\"\n[sink.upload]\nurl = \"https://example.org\"\n");
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.config.sinks.at(0).type, "upload");
  EXPECT_EQ(reading.sink<UploadConfig>(0).url, "https://example.org");
}

TEST(Like, TablesAreInheritedWhole) {
  const ConfigFolder folder;
  const auto reading =
      read_node(folder,
                "[source.can0]\ntype = \"bus\"\ndbc = \"leaf.dbc\"\n"
                "[sink.upload]\nurl = \"x\"\nmeasurement = { Battery = \"a\", \"*\" = \"b\" }\n"
                "[sink.cloud]\nlike = \"upload\"\nmeasurement = { \"*\" = \"{stream}\" }\n"
                "[sink.same]\nlike = \"upload\"\n");
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.sink<UploadConfig>(1).measurement.size(), 1U);
  EXPECT_EQ(reading.sink<UploadConfig>(2).measurement.size(), 2U);
}

TEST(Like, NamesTheNearestAndFindsCircles) {
  const ConfigFolder folder;
  EXPECT_EQ(
      read_node(folder,
                "[sink.store]\n[sink.cloud]\nlike = \"stor\"\n"
                "[sink.a]\nlike = \"b\"\n[sink.b]\nlike = \"a\"\n"
                "[source.can0]\nlike = 5\n[source.can1]\nlike = \"can1\"\n")
          .found,
      "node.toml:4:8: error: there is no [sink.stor] to be like; did you mean [sink.store]?\n"
      "node.toml:6:8: error: 'like' goes round in a circle: a → b → a\n"
      "node.toml:10:8: error: 'like' in [source.can0] must be a string, not a whole number: write it in "
      "quotes\n"
      "node.toml:12:8: error: 'like' goes round in a circle: can1 → can1\n");
}

TEST(Like, FollowsAChainOfManySectionsButNotForEver) {
  const ConfigFolder folder;
  const auto chain = [](int sections) {
    std::string text = "[source.s0]\ntype = \"bus\"\n";
    for (int i = 1; i < sections; ++i) {
      text += "[source.s" + std::to_string(i) + "]\nlike = \"s" + std::to_string(i - 1) + "\"\n";
    }
    return text;
  };
  EXPECT_EQ(read_node(folder, chain(32)).found, "");
  EXPECT_EQ(read_node(folder, chain(5000)).found,
            "node.toml:67:8: error: 'like' goes through more than 32 sections\n");
}

}  // namespace
}  // namespace cantrail
