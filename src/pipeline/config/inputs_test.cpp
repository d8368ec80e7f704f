// Where values come from: env files, variables of replaced systems, secrets, `config show`.
#include <gtest/gtest.h>

#include "pipeline/config/replaced_names.hpp"
#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

using testing::ConfigFolder;
using testing::read_node;
using testing::StoreConfig;

TEST(EnvFiles, GiveASectionItsValuesAndSecrets) {
  const ConfigFolder folder;
  folder.write("store.env", "CANTRAIL_SINK_STORE_EVERY=9s\nCANTRAIL_SINK_STORE_PASSWORD=hunter2\n", 0600);
  const auto reading = read_node(folder, "[sink.store]\nenv_file = \"store.env\"\nevery = \"1s\"\n");
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.sink<StoreConfig>(0).every, std::chrono::seconds(9));
  EXPECT_EQ(reading.sink<StoreConfig>(0).password.value, "hunter2");
  EXPECT_NE(reading.shown_with_origin.find("# store.env:1\n"), std::string::npos)
      << reading.shown_with_origin;
  EXPECT_EQ(reading.shown_with_origin.find("hunter2"), std::string::npos);
}

TEST(EnvFiles, ThatOthersCanReadAreRefused) {
  const ConfigFolder folder;
  folder.write("store.env", "CANTRAIL_SINK_STORE_EVERY=9s\n", 0644);
  const auto reading = read_node(folder, "[sink.store]\nenv_file = \"store.env\"\n");
  EXPECT_EQ(reading.found,
            "node.toml:3:12: error: store.env is open to others than its owner (mode 0644): run `chmod 600 "
            "store.env`\n");
}

TEST(EnvFiles, AtTheTopAreForAllSections) {
  const ConfigFolder folder;
  folder.write("node.env", "CANTRAIL_SINK_STORE_EVERY=9s\nCANTRAIL_NODE_NAME=from-file\nLOG_LEVEL=WARN\n",
               0600);
  testing::Surroundings around;
  around.variables["CANTRAIL_NODE_NAME"] = "from-process";
  const auto reading = read_node(folder, "env_file = \"node.env\"\n[sink.store]\n", around);
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.sink<StoreConfig>(0).every, std::chrono::seconds(9));
  EXPECT_EQ(reading.config.name, "from-process");
  EXPECT_EQ(reading.config.log.level, "warning");
}

TEST(ReplacedNames, ApplyToTheSectionThatTheyFit) {
  const ConfigFolder folder;
  testing::Surroundings around;
  around.variables = {{"WEB_PORT", "8000"}, {"LOG_LEVEL", "WARN"}, {"REDIS_URL", "redis://x"}};
  auto reading = read_node(folder, "[server]\nlisten = \"0.0.0.0:80\"\n", around);
  EXPECT_EQ(reading.found, "");
  EXPECT_EQ(reading.config.log.level, "warning");
  EXPECT_NE(reading.shown_with_origin.find("listen = \"0.0.0.0:8000\""), std::string::npos);
  EXPECT_NE(reading.shown_with_origin.find("# environment WEB_PORT\n"), std::string::npos)
      << reading.shown_with_origin;
  around.variables["CANTRAIL_SERVER_LISTEN"] = "localhost:1";
  reading = read_node(folder, "", around);
  EXPECT_NE(reading.shown.find("listen = \"localhost:1\""), std::string::npos) << reading.shown;
}

TEST(ReplacedNames, AreConvertedToWhatTheOptionWants) {
  EXPECT_EQ(converted(Conversion::port, "8000", "[::]:80"), "[::]:8000");
  EXPECT_EQ(converted(Conversion::log_level, "CRITICAL", ""), "error");
  EXPECT_EQ(converted(Conversion::log_level, "Info", ""), "info");
  EXPECT_EQ(converted(Conversion::seconds, "300", ""), "300s");
  EXPECT_EQ(converted(Conversion::seconds, "5m", ""), "5m");
}

TEST(ReplacedNames, OfCloudsGoToTheSinkThatIsCalledSo) {
  OtherInputs inputs([](const std::string& name) -> std::optional<std::string> {
    if (name == "INFLUX_URL") return "http://local";
    if (name == "INFLUX_CLOUD_URL") return "http://cloud";
    if (name == "SYNC_INTERVAL_SECONDS") return "300";
    if (name == "INFLUX_ORG") return "";
    return std::nullopt;
  });
  Diagnostics found;
  const SectionIdentity local{"sink.influx", "influx"}, cloud{"sink.cloud", "influx"};
  inputs.set_sections({local, cloud}, found);
  EXPECT_TRUE(found.empty());
  EXPECT_EQ(inputs.of(local)("url", "")->text, "http://local");
  EXPECT_EQ(inputs.of(cloud)("url", "")->text, "http://cloud");
  EXPECT_EQ(inputs.of(cloud)("every", "")->text, "300s");
  EXPECT_FALSE(inputs.of(local)("every", ""));
  EXPECT_FALSE(inputs.of(local)("org", ""));  // empty is not set
  EXPECT_FALSE(inputs.of({"sink.other", "redis"})("url", ""));

  Diagnostics none;
  const EnvFile own = EnvFile::parse("INFLUX_URL=http://mine\n", "x.env", none);
  EXPECT_EQ(inputs.of(cloud, own)("url", "")->text, "http://mine");  // the file is about this section
}

TEST(ReplacedNames, ThatFitSeveralSectionsAreNotUsedAndSaidSo) {
  OtherInputs inputs([](const std::string& name) -> std::optional<std::string> {
    return name == "CAN_INTERFACE" ? std::optional<std::string>("can7") : std::nullopt;
  });
  Diagnostics found;
  const SectionIdentity one{"source.can0", "socketcan"}, two{"source.can1", "socketcan"};
  inputs.set_sections({one, two}, found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_string(found[0]),
            "CAN_INTERFACE: warning: is not used: it fits [source.can0], [source.can1]; write "
            "CANTRAIL_SOURCE_CAN0_INTERFACE for the first");
  EXPECT_FALSE(inputs.of(one)("interface", ""));
  Diagnostics none;
  inputs.set_sections({one}, none);
  EXPECT_EQ(inputs.of(one)("interface", "")->text, "can7");
}

TEST(Variables, ThatFitNothingAreReportedWithTheNearest) {
  const ConfigFolder folder;
  testing::Surroundings around;
  for (const char* name :
       {"SINK_STORE_EVERY", "SINK_STORE_PASSWORD", "SINK_STORE_PASSWORD_FILE", "SINK_STOER_EVERY",
        "SERVER_LISTE", "SINK_CLOUD_URL", "DATA", "SOURCE_DIR", "JOBS", "SINK_REDIS_URL"}) {
    around.variables[std::string(kVariablePrefix) + name] = "5s";
  }
  around.variables.erase("CANTRAIL_SINK_STORE_PASSWORD_FILE");
  const auto reading = read_node(
      folder, "[sink.store]\n[sink.redis]\nenabled = false\n[source.eye]\ntype = \"camera\"\n", around);
  EXPECT_EQ(
      reading.found,
      "node.toml:6:8: error: source type 'camera' is not in this build, which lacks libavdevice\n"
      "CANTRAIL_SERVER_LISTE: warning: is not used: this configuration has no such option; did you mean "
      "CANTRAIL_SERVER_LISTEN?\n"
      "CANTRAIL_SINK_CLOUD_URL: warning: is not used: this configuration has no such option\n"
      "CANTRAIL_SINK_STOER_EVERY: warning: is not used: this configuration has no such option; did you mean "
      "CANTRAIL_SINK_STORE_EVERY?\n");
}

TEST(Timezone, ThatIsNoneIsAWarningWhereTheDatabaseIsThere) {
  const ConfigFolder folder;
  for (const char* zone : {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia"})
    folder.write("zones/" + std::string(zone), "TZif");
  folder.write("zones/zone.tab", "");
  testing::Surroundings around;
  around.variables["TZDIR"] = folder.file("zones");
  const auto found = [&](const std::string& zone) {
    return read_node(folder, "[node]\ntimezone = \"" + zone + "\"\n", around).found;
  };
  EXPECT_EQ(found("Europe/Berlin") + found("America/Argentina/Ushuaia") + found("UTC"), "");
  EXPECT_EQ(
      found("Europe/Berln"),
      "node.toml:3:12: warning: 'timezone' in [node]: there is no time zone 'Europe/Berln'; did you mean "
      "'Europe/Berlin'?\n");
  EXPECT_NE(found("Ushuaia").find("did you mean 'America/Argentina/Ushuaia'?"), std::string::npos);
  EXPECT_NE(found("Moon").find("they are called as in"), std::string::npos);
  EXPECT_NE(found("zone.tab").find("there is no time zone"), std::string::npos);
  EXPECT_EQ(read_node(folder, "", around).found, "") << "the default is UTC";
  around.variables["TZDIR"] = folder.file("nowhere");
  EXPECT_EQ(found("Europe/Berln"), "");
}

TEST(ConfigShow, IsAConfigurationThatSaysTheSame) {
  const ConfigFolder folder;
  const char* text =
      "[source.can0]\ntype = \"bus\"\ndbc = \"leaf.dbc\"\n[source.eye]\ntype = \"camera\"\nenabled = "
      "false\nzoom = 3\n"
      "[sink.store]\nmax_rate = \"10/min\"\nonly = [\"Batt*\"]\n"
      "[sink.upload]\nurl = \"x\"\nmeasurement = { Battery = \"a\", \"*\" = \"{stream}\" }\nbandwidth = "
      "\"50KB/s\"\n"
      "[signal]\nu = { from = \"Battery.voltage\", good = [1, 2.5] }\n";
  const auto first = read_node(folder, text);
  EXPECT_EQ(first.found.find("error"), std::string::npos) << first.found;
  EXPECT_EQ(first.shown.find("config_version = 1\n"), 0U);
  EXPECT_NE(first.shown.find("zoom = 3\n"), std::string::npos) << first.shown;
  folder.write("node.toml", first.shown);
  const auto second = read_node(folder);
  EXPECT_EQ(second.found.find("error"), std::string::npos) << second.found << first.shown;
  EXPECT_EQ(second.shown, first.shown);
}

TEST(ConfigShow, SaysWhereEachValueCameFrom) {
  const ConfigFolder folder;
  testing::Surroundings around;
  around.variables["CANTRAIL_SINK_STORE_EVERY"] = "9s";
  around.flags["sink.store.batch"] = "2MiB";
  const auto reading = read_node(folder, "[sink.store]\nmode = \"careful\"\n", around);
  EXPECT_EQ(reading.found, "");
  const auto line = [&](const std::string& key) {
    const std::size_t at = reading.shown_with_origin.find("\n" + key + " = ");
    if (at == std::string::npos) return std::string();
    return reading.shown_with_origin.substr(at + 1, reading.shown_with_origin.find('\n', at + 1) - at - 1);
  };
  EXPECT_TRUE(line("every").ends_with("  # environment CANTRAIL_SINK_STORE_EVERY")) << line("every");
  EXPECT_TRUE(line("batch").ends_with("  # flag --set sink.store.batch")) << line("batch");
  EXPECT_TRUE(line("mode").ends_with("  # node.toml:3")) << line("mode");
  EXPECT_TRUE(line("queue").ends_with("  # default")) << line("queue");
  EXPECT_TRUE(line("queue").starts_with("queue = \"4MiB\"")) << line("queue");
}

}  // namespace
}  // namespace cantrail
