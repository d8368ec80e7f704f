#include <gtest/gtest.h>

#include "pipeline/config/node_config_reader.hpp"
#include "pipeline/config/test_components.hpp"
#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

using testing::BusConfig;
using testing::StoreConfig;

class ConfigTest : public ::testing::Test {
 protected:
  // What is found, one a line, with the folder's name taken out.
  std::string read(const std::string& text) {
    folder_.write("node.toml", text);
    NodeConfigReader reader({testing::components(), inputs_, real_file_system(), "pi"});
    config_ = reader.read(folder_.file("node.toml"));
    reader.section({"server", "The page"}, server_);
    std::string lines;
    for (const Diagnostic& diagnostic : reader.finish()) {
      std::string line = to_string(diagnostic);
      for (auto at = line.find(folder_.path + "/"); at != std::string::npos;
           at = line.find(folder_.path + "/")) {
        line.erase(at, folder_.path.size() + 1);
      }
      lines += line + "\n";
    }
    return lines;
  }

  template <class T>
  const T& source(std::size_t index) const {
    return dynamic_cast<const T&>(*config_.sources.at(index).config);
  }

  testing::ConfigFolder folder_;
  ConfigInputs inputs_;
  NodeConfig config_;
  testing::ServerKeys server_;
};

constexpr const char* kLeaf = R"(config_version = 1
node = { name = "leaf", timezone = "Europe/Berlin" }
log = { level = "debug" }

[source.can1]
type = "bus"
bitrate = 500_000
dbc = ["leaf.dbc", "bms.dbc"]

[source.can0]
type = "bus"
optional = true
dbc = "leaf.dbc"

[source.spare]
type = "bus"
channel = "can0"
enabled = false

[journal]
sync = "sd-saver"
keep = "8GB"
compression = "zstd"

[sink.history]
type = "store"
queue = "8MiB"
from = "oldest"

[sink.store]
path = "other.db"

[server]
listen = "0.0.0.0:8080"
)";

TEST_F(ConfigTest, ReadsANodeWithEverythingItHas) {
  ASSERT_EQ(read(kLeaf), "");
  EXPECT_EQ(config_.name, "leaf");
  EXPECT_EQ(config_.timezone, "Europe/Berlin");
  EXPECT_EQ(config_.log.level, "debug");
  EXPECT_EQ(server_.listen, "0.0.0.0:8080");
  ASSERT_EQ(config_.sources.size(), 3U);
  EXPECT_EQ(config_.sources[0].name, "can1");  // the file's order
  EXPECT_EQ(source<BusConfig>(0).bitrate, 500'000);
  ASSERT_EQ(config_.sources[0].dbcs.size(), 2U);
  EXPECT_NE(config_.sources[0].dbcs[1].text.find("Cells"), std::string::npos);
  EXPECT_FALSE(config_.sources[0].optional);
  EXPECT_TRUE(config_.sources[1].optional);
  ASSERT_EQ(config_.sinks.size(), 2U);
  EXPECT_TRUE(config_.sinks[0].from_oldest);
  EXPECT_EQ(config_.sinks[0].queue.count, 8U << 20);
  EXPECT_EQ(config_.sinks[1].type, "store");  // by its name
}

TEST_F(ConfigTest, PathsStartAtTheFileAndDefaultsInTheDataFolder) {
  ASSERT_EQ(read(std::string("data = \"state\"\n") + kLeaf), "");
  const auto& history = dynamic_cast<const StoreConfig&>(*config_.sinks[0].config);
  const auto& other = dynamic_cast<const StoreConfig&>(*config_.sinks[1].config);
  EXPECT_EQ(history.path.value, folder_.file("state/history.db"));
  EXPECT_EQ(other.path.value, folder_.file("other.db"));
  EXPECT_EQ(config_.journal.folder.value, folder_.file("state/journal"));
}

TEST_F(ConfigTest, TheServiceSupervisorsStateFolderIsTheDefaultDataFolder) {
  inputs_.environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "STATE_DIRECTORY" ? std::optional<std::string>("/var/lib/cantrail") : std::nullopt;
  };
  ASSERT_EQ(read("config_version = 1\n"), "");
  EXPECT_EQ(config_.journal.folder.value, "/var/lib/cantrail/journal");
}

TEST_F(ConfigTest, ANodeWithoutANameIsCalledAfterItsHost) {
  ASSERT_EQ(read("config_version = 1\n"), "");
  EXPECT_EQ(config_.name, "pi");
  EXPECT_EQ(config_.journal.sync, "normal");
  EXPECT_EQ(config_.journal.keep, std::nullopt);
}

TEST_F(ConfigTest, TheEnvironmentReachesSectionsThatTheFileHasNot) {
  inputs_.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "CANTRAIL_SERVER_LISTEN") return "[::]:80";
    if (name == "CANTRAIL_SOURCE_CAN0_BITRATE") return "125000";
    if (name == "CANTRAIL_JOURNAL_SYNC") return "safe";
    return std::nullopt;
  };
  ASSERT_EQ(read("config_version = 1\n[source.can0]\ntype = \"bus\"\nbitrate = 500_000\n"), "");
  EXPECT_EQ(server_.listen, "[::]:80");
  EXPECT_EQ(source<BusConfig>(0).bitrate, 125'000);
  EXPECT_EQ(config_.journal.sync, "safe");
}

TEST_F(ConfigTest, AFlagThatNothingReadsIsAMistake) {
  inputs_.flags["source.can0.bitrat"] = "125000";
  inputs_.flags["server.listen"] = "localhost:1";
  EXPECT_EQ(read("config_version = 1\n[source.can0]\ntype = \"bus\"\n"),
            "--set source.can0.bitrat: error: there is no such option in this configuration; did you mean "
            "'source.can0.bitrate'?\n");
  EXPECT_EQ(server_.listen, "localhost:1");
}

TEST_F(ConfigTest, AnotherLayersSectionIsHeldAgainstItsOwnRulesToo) {
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read_text("config_version = 1\n[server]\nlisten = \"nowhere\"\n", "node.toml");
  server_.problem = "listen: there is no port";
  reader.section({"server", "The page"}, server_);
  const Diagnostics found = reader.finish();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_string(found[0]), "node.toml:3:10: error: [server] listen: there is no port");
}

TEST_F(ConfigTest, ASyntaxErrorIsTheOnlyFinding) {
  EXPECT_EQ(read("config_version = 1\n[source.can0\n").substr(0, 30), "node.toml:2:13: error: no vali");
}

TEST_F(ConfigTest, AMissingFileIsNamed) {
  NodeConfigReader reader({testing::components(), {}, real_file_system()});
  (void)reader.read("/nowhere/node.toml");
  const Diagnostics found = reader.finish();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(to_string(found[0]).find("/nowhere/node.toml"), std::string::npos);
}

TEST_F(ConfigTest, OfALaterVersionNothingElseIsSaid) {
  EXPECT_EQ(read("config_version = 2\nnovelty = 1\n"),
            "node.toml:1:18: error: config_version = 2 is of a later cantrail: this one reads version 1\n");
}

TEST_F(ConfigTest, ADbcsWarningsAreToldOnce) {
  folder_.write("odd.dbc", "BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.1,0) [0|0] \"V\" A\nBO_ oops\n");
  const std::string found = read(
      "config_version = 1\n[source.can0]\ntype = \"bus\"\ndbc = \"odd.dbc\"\n"
      "[source.can1]\ntype = \"bus\"\ndbc = \"odd.dbc\"\n");
  EXPECT_EQ(found.find("odd.dbc:3"), 0U) << found;
  EXPECT_NE(found.find("warning"), std::string::npos);
  EXPECT_EQ(found.find("odd.dbc:3", 1), std::string::npos) << found;
  EXPECT_EQ(config_.sources[1].dbcs.size(), 1U);
}

TEST_F(ConfigTest, BecomesThePartsOfANode) {
  ASSERT_EQ(read(kLeaf), "");
  const NodeParts parts = to_parts(std::move(config_), "1.2.3");
  EXPECT_EQ(parts.name, "leaf");
  EXPECT_EQ(parts.version, "1.2.3");
  EXPECT_EQ(parts.journal.folder, folder_.file("data/journal"));
  EXPECT_EQ(parts.journal.cap_bytes, 8'000'000'000U);
  EXPECT_EQ(parts.journal.sync, SyncMode::sd_saver);
  EXPECT_EQ(parts.journal.compression, JournalCompression::zstd);
  EXPECT_EQ(parts.dead_letter_folder, folder_.file("data/dead-letter"));
  ASSERT_EQ(parts.sources.size(), 2U);  // one is not enabled
  EXPECT_EQ(parts.sources[0].name, "can1");
  EXPECT_EQ(parts.sources[0].channels, std::vector<std::string>{"can1"});
  EXPECT_EQ(parts.sources[0].dbcs.size(), 2U);
  EXPECT_TRUE(parts.sources[1].optional);
  ASSERT_EQ(parts.sinks.size(), 2U);
  EXPECT_TRUE(parts.sinks[0].from_oldest);
  EXPECT_EQ(parts.sinks[0].queue_bytes, 8U << 20);
}

TEST_F(ConfigTest, AProgramPutsANodeTogetherWithoutAFile) {
  NodeConfig config;
  config.name = "demo";
  config.data.value = "/tmp/demo";
  SourceSection source;
  source.name = "can0";
  source.type = "bus";
  source.config = std::make_unique<BusConfig>();
  config.sources.push_back(std::move(source));
  const NodeParts parts = to_parts(std::move(config), "");
  EXPECT_EQ(parts.journal.folder, "/tmp/demo/journal");
  EXPECT_EQ(parts.sources.at(0).channels, std::vector<std::string>{"can0"});
}

}  // namespace
}  // namespace cantrail
