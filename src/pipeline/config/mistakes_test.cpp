#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/config/node_config_reader.hpp"
#include "pipeline/config/test_components.hpp"
#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

// Every line with a mistake says what is to be said about it; `column` is where the message points.
struct Line {
  const char* text;
  const char* message;  // nullptr: the line is right
  int column = 0;
};

const std::vector<Line> kLines = {
    {"config_version = \"1\"",
     "'config_version' at the top of the file must be a whole number, not a string: write 1 without quotes",
     18},
    {"colour = \"red\"", "unknown key 'colour' at the top of the file", 1},
    {"node = { nam = \"leaf\" }", "unknown key 'nam' in [node]; did you mean 'name'?", 10},
    {"log = { level = \"inof\" }", "'level' in [log] cannot be \"inof\"; did you mean \"info\"?", 17},
    {"[source.can0]", nullptr},
    {"type = \"bus\"", nullptr},
    {"bitrat = 500_000", "unknown key 'bitrat' in [source.can0]; did you mean 'bitrate'?", 1},
    {"filters = [\"100:7FF\", \"oops\"]", "[source.can0] filters: \"oops\" is no filter", 11},
    {"optional = \"true\"",
     "'optional' in [source.can0] must be true or false, not a string: write true without quotes", 12},
    {"dbc = [\"leaf.dbc\", \"lef.dbc\"]", "there is no file FOLDER/lef.dbc; did you mean 'leaf.dbc'?", 20},
    {"[source.can1]",
     "channel 'can0' of [source.can1] is also of [source.can0]: give one of them another name", 9},
    {"type = \"bus\"", nullptr},
    {"channel = \"can0\"", nullptr},
    {"bitrate = 5", "'bitrate' in [source.can1] is 5, which is too small: 1,000 to 1,000,000", 11},
    {"dbc = \"dbcs/x.dbc\"", "there is no file FOLDER/dbcs/x.dbc, nor a folder FOLDER/dbcs", 7},
    {"[source.can2]", "'type' is missing in [source.can2] (this build has: bus)", 9},
    {"[source.eye]", nullptr},
    {"type = \"camera\"", "source type 'camera' is not in this build, which lacks libavdevice", 8},
    {"[source.disk]", nullptr},
    {"type = \"store\"",
     "there is no source type 'store', but a sink of that type: write [sink.NAME] (this build has: bus)", 8},
    {"[source.\"two words\"]", "'two words' cannot be a source's name: use letters, digits, '_' and '-'", 9},
    {"[journal]", nullptr},
    {"sync = \"sd_saver\"", "'sync' in [journal] cannot be \"sd_saver\"; did you mean \"sd-saver\"?", 8},
    {"keep = 8", "'keep' in [journal] needs a unit: write \"8B\", or KB, MiB, GB", 8},
    {"[sink.history]", nullptr},
    {"type = \"stor\"", "there is no sink type 'stor'; did you mean 'store'? (this build has: store, upload)",
     8},
    {"[sink.store]", nullptr},
    {"every = \"10 s\"", "'every' in [sink.store] cannot be \"10 s\": write \"10s\"", 9},
    {"batch = \"1megabyte\"",
     "'batch' in [sink.store] cannot be \"1megabyte\": units are B KB MB GB TB KiB MiB GiB TiB", 9},
    {"queue = \"1KiB\"", "'queue' in [sink.store] is 1 KiB, which is too small: 64 KiB to 1 GiB", 9},
    {"from = \"newest\"", "'from' in [sink.store] cannot be \"newest\": it is \"now\" or \"oldest\"", 8},
    {"path = \"\"", "'path' in [sink.store] is empty: it must name a file", 8},
    {"password = \"x\"",
     "a secret does not belong into this file: 'password' in [sink.store] comes from a file (password_file "
     "= \"FILE\"), from the environment (CANTRAIL_SINK_STORE_PASSWORD, also in an env_file), or from a file "
     "'password' in $CREDENTIALS_DIRECTORY",
     1},
    {"[sink.upload]", "'url' is missing in [sink.upload]: for instance url = \"https://example.org\"", 1},
    {"[serve]", "unknown section [serve]; did you mean [server]?", 2},
};

TEST(ConfigMistakes, AreAllFoundInOneRunEachAtItsPlace) {
  const testing::ConfigFolder folder;
  std::string text, expected;
  int line = 0;
  for (const Line& one : kLines) {
    text += std::string(one.text) + "\n";
    ++line;
    if (one.message == nullptr) continue;
    std::string message = one.message;
    for (auto at = message.find("FOLDER"); at != std::string::npos; at = message.find("FOLDER")) {
      message.replace(at, 6, folder.path);
    }
    expected += folder.file("node.toml") + ":" + std::to_string(line) + ":" + std::to_string(one.column) +
                ": error: " + message + "\n";
  }
  folder.write("node.toml", text);
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read(folder.file("node.toml"));
  testing::ServerKeys server;
  reader.section({"server", "The page"}, server);
  std::string found;
  for (const Diagnostic& diagnostic : reader.finish()) found += to_string(diagnostic) + "\n";
  EXPECT_EQ(found, expected);
}

std::string only_message(const std::string& text) {
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read_text(text, "node.toml");
  std::string found;
  for (const Diagnostic& diagnostic : reader.finish()) found += to_string(diagnostic);
  return found;
}

TEST(ConfigMistakes, AMissingVersionSaysHowToBegin) {
  EXPECT_EQ(only_message("node = { name = \"x\" }\n"),
            "node.toml:1:1: error: 'config_version' is missing at the top of the file: for instance "
            "config_version = 1");
}

TEST(ConfigMistakes, AQuantityPastAllMeasureIsTooLarge) {
  EXPECT_EQ(
      only_message("config_version = 1\n[journal]\nkeep = \"99999999999999999999TB\"\n"),
      "node.toml:3:8: error: 'keep' in [journal] is 99999999999999999999TB, which is too large: no disk is "
      "as large");
  EXPECT_EQ(
      only_message("config_version = 1\n[sink.store]\nevery = \"999999999h\"\n"),
      "node.toml:3:9: error: 'every' in [sink.store] is 999999999h, which is too large: at most 290 years");
}

TEST(ConfigMistakes, OfSeveralDbcsEachIsReported) {
  const testing::ConfigFolder folder;
  folder.write(
      "node.toml",
      "config_version = 1\n[source.bus]\ndbc = [\"none.dbc\", \"\", \"leaf.dbc\", 7, \"nor.dbc\"]\n");
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read(folder.file("node.toml"));
  std::vector<std::uint32_t> columns;
  for (const Diagnostic& diagnostic : reader.finish()) columns.push_back(diagnostic.where.column);
  EXPECT_EQ(columns, (std::vector<std::uint32_t>{8, 20, 36, 39}));
}

TEST(ConfigMistakes, TheLiveLaneIsTheNodesOwn) {
  EXPECT_EQ(
      only_message("config_version = 1\n[sink.live]\ntype = \"store\"\n"),
      "node.toml:2:7: error: 'live' cannot be a sink's name: the node's own lane, which feeds the page, "
      "has it");
  EXPECT_EQ(only_message("config_version = 1\n[source.live]\ntype = \"bus\"\n"), "");
}

// What is said about two sinks, with FOLDER for the folder of the file.
std::string about_sinks(const testing::ConfigFolder& folder, const std::string& a, const std::string& b) {
  folder.write("node.toml", "config_version = 1\n[journal]\nfolder = \"log\"\n[sink.a]\ntype = \"store\"\n" +
                                a + "\n[sink.b]\ntype = \"store\"\n" + b + "\n");
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read(folder.file("node.toml"));
  std::string found;
  for (const Diagnostic& diagnostic : reader.finish()) found += to_string(diagnostic) + "\n";
  for (auto at = found.find(folder.path); at != std::string::npos; at = found.find(folder.path)) {
    found.replace(at, folder.path.size(), "FOLDER");
  }
  return found;
}

TEST(ConfigMistakes, TwoSinksDoNotShareAFile) {
  const testing::ConfigFolder folder;
  ASSERT_TRUE(real_file_system().make_directories(folder.file("sub")).ok());
  EXPECT_EQ(about_sinks(folder, "path = \"x.db\"", "path = \"y.db\""), "");
  EXPECT_EQ(about_sinks(folder, "path = \"x.db\"", "path = \"sub/.././x.db\""),
            "FOLDER/node.toml:9:8: error: [sink.b] path: FOLDER/sub/.././x.db is also of [sink.a]: give each "
            "a file "
            "of its own\n");
  EXPECT_EQ(about_sinks(folder, "path = \"x.db\"", "enabled = false\npath = \"x.db\""), "");
  folder.write("x.db", "");
  std::filesystem::create_symlink("x.db", folder.file("z.db"));
  EXPECT_NE(about_sinks(folder, "path = \"x.db\"", "path = \"z.db\"").find("is also of [sink.a]"),
            std::string::npos);
  EXPECT_NE(about_sinks(folder, "",
                        "path = \""
                        "data/history.db\"")
                .find("is also of [sink.a]"),
            std::string::npos)
      << "a default counts";
}

TEST(ConfigMistakes, ASinksFileIsRegularAndNotTheJournals) {
  const testing::ConfigFolder folder;
  ASSERT_TRUE(real_file_system().make_directories(folder.file("sub")).ok());
  EXPECT_EQ(about_sinks(folder, "path = \"log/x.db\"", "path = \"sub\""),
            "FOLDER/node.toml:6:8: error: [sink.a] path: FOLDER/log/x.db lies in the journal's folder\n"
            "FOLDER/node.toml:9:8: error: [sink.b] path: FOLDER/sub is no regular file\n");
  EXPECT_EQ(about_sinks(folder, "path = \"log\"", "path = \"/dev/null\""),
            "FOLDER/node.toml:6:8: error: [sink.a] path: FOLDER/log lies in the journal's folder\n"
            "FOLDER/node.toml:9:8: error: [sink.b] path: /dev/null is no regular file\n");
  EXPECT_EQ(about_sinks(folder, "path = \"log.db\"", "path = \"logs/x.db\""), "");
}

TEST(ConfigMistakes, TheLogsFileIsItsOwn) {
  const testing::ConfigFolder folder;
  const auto about_log = [&](const std::string& text) {
    folder.write("node.toml", "config_version = 1\n" + text);
    return testing::read_node(folder).found;
  };
  EXPECT_EQ(about_log("[log]\nfile = \"x.log\"\n[sink.a]\ntype = \"store\"\npath = \"x.db\"\n"), "");
  EXPECT_EQ(about_log("[log]\nfile = \"x.log\"\n[sink.a]\ntype = \"store\"\npath = \"x.log.1\"\n").substr(15),
            "error: [sink.a] path: x.log.1 is also of [log]: give each a file of its own\n");
  EXPECT_EQ(about_log("[log]\nfile = \"data/journal/x.log\"\n"),
            "node.toml:3:8: error: [log] file: data/journal/x.log lies in the journal's folder\n");
  EXPECT_EQ(about_log("[log]\nfile = \"/dev/null\"\n"),
            "node.toml:3:8: error: [log] file: /dev/null is no regular file\n");
}

TEST(ConfigMistakes, NothingIsWrittenOverWhatTheConfigurationReads) {
  const testing::ConfigFolder folder;
  folder.write("car.dbc", "VERSION \"\"\nBO_ 1 A: 8 X\n SG_ a : 0|8@1+ (1,0) [0|0] \"\" X\n");
  folder.write("node.toml",
               "config_version = 1\n[log]\nfile = \"node.toml\"\n[source.can0]\ntype = \"bus\"\n"
               "dbc = \"car.dbc\"\n[sink.a]\ntype = \"store\"\npath = \"sub/../car.dbc\"\n");
  ASSERT_TRUE(real_file_system().make_directories(folder.file("sub")).ok());
  const std::string found = testing::read_node(folder).found;
  EXPECT_NE(found.find("node.toml:3:8: error: [log] file: "), std::string::npos) << found;
  EXPECT_NE(found.find("node.toml:9:8: error: [sink.a] path: "), std::string::npos) << found;
  EXPECT_NE(found.find("car.dbc is read by this configuration, and would be written over"), std::string::npos)
      << found;
}

TEST(ConfigMistakes, SectionsWithoutANameSayHowToWriteThem) {
  EXPECT_EQ(only_message("config_version = 1\n[[source]]\ntype = \"bus\"\n"),
            "node.toml:2:3: error: 'source' must be sections, each with a name: write [source.NAME]");
  EXPECT_EQ(
      only_message("config_version = 1\n[sink]\ntype = \"store\"\n"),
      "node.toml:3:1: error: 'type' stands in no section of a sink: each has a name, write [sink.NAME]");
  EXPECT_EQ(only_message("config_version = 1\nlog = \"debug\"\n"),
            "node.toml:2:1: error: 'log' must be a section: write [log]");
}

}  // namespace
}  // namespace cantrail
