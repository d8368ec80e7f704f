#include "component/toml/option_reader.hpp"

#include <map>

#include <gtest/gtest.h>

#include "component/toml/config_document.hpp"

namespace cantrail {
namespace {

struct AllOptions {
  bool flag = false;
  std::int64_t count = 5;
  double ratio = 0.5;
  std::string mode = "fast";
  Duration every = std::chrono::seconds(1);
  Bytes size{1024};
  Path path{"history.db"};
  std::vector<std::string> names;
  std::vector<Path> files;
  std::optional<std::int64_t> bitrate;
  std::optional<Duration> age;

  void describe(OptionVisitor& visitor) {
    visitor.option({"flag", "", &flag});
    visitor.option({"count", "", &count, false, 1, 100});
    visitor.option({"ratio", "", &ratio, false, 0, 1});
    visitor.option({"mode", "", &mode, false, {}, {}, {"fast", "slow"}});
    visitor.option({"every", "", &every, false, 0.001, 60});
    visitor.option({"size", "", &size, false, 1024, 1 << 20});
    visitor.option({"path", "", &path});
    visitor.option({"names", "", &names});
    visitor.option({"files", "", &files});
    visitor.option({"bitrate", "", &bitrate, false, 1'000, 1'000'000});
    visitor.option({"age", "", &age});
  }
};

class OptionReaderTest : public ::testing::Test {
 protected:
  // Reads the text as [sink.history] of /etc/cantrail.toml; the messages, one a line.
  std::string read(const std::string& text) {
    const ConfigDocument document = parse_config("[sink.history]\n" + text, "/etc/cantrail.toml");
    Diagnostics found = document.diagnostics;
    if (found.empty()) {
      const ConfigTable& table = *document.root.find("sink")->value.table()->find("history")->value.table();
      OptionReader reader(table, inputs_, "/var/lib/cantrail", found);
      if (more_) reader.use(more_);
      options_.describe(reader);
      if (required_) reader.option({"url", "", &url_, true, {}, {}, {}, "\"http://localhost\""});
      reader.finish();
      reader.problems(problems_);
      values_ = reader.values();
    }
    std::string lines;
    for (const Diagnostic& diagnostic : found) lines += to_string(diagnostic) + "\n";
    return lines;
  }

  AllOptions options_;
  ConfigInputs inputs_;
  MoreInputs more_;
  std::vector<EffectiveValue> values_;
  std::string url_;
  bool required_ = false;
  std::vector<std::string> problems_;
};

TEST_F(OptionReaderTest, FillsEveryKindOfTarget) {
  EXPECT_EQ(read(R"(flag = true
count = 7
ratio = 1
mode = "slow"
every = "1s500ms"
size = "64KiB"
path = "data/h.db"
names = ["a", "b"]
files = "/abs/x"
bitrate = 500_000
age = "1h"
)"),
            "");
  EXPECT_TRUE(options_.flag);
  EXPECT_EQ(options_.count, 7);
  EXPECT_EQ(options_.ratio, 1.0);
  EXPECT_EQ(options_.mode, "slow");
  EXPECT_EQ(options_.every, std::chrono::milliseconds(1500));
  EXPECT_EQ(options_.size.count, 64U << 10);
  EXPECT_EQ(options_.path.value, "/etc/data/h.db");
  EXPECT_EQ(options_.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options_.files, (std::vector<Path>{{"/abs/x"}}));
  EXPECT_EQ(options_.bitrate, 500'000);
  EXPECT_EQ(options_.age, std::chrono::hours(1));
}

TEST_F(OptionReaderTest, DefaultsStandAndRelativeOnesLieInTheDataFolder) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(options_.count, 5);
  EXPECT_EQ(options_.bitrate, std::nullopt);
  EXPECT_EQ(options_.path.value, "/var/lib/cantrail/history.db");
}

TEST_F(OptionReaderTest, NamesTheUnitThatWasMeant) {
  EXPECT_EQ(
      read("every = \"10 s\"\nage = 10\nsize = \"64kib\"\n"),
      "/etc/cantrail.toml:2:9: error: 'every' in [sink.history] cannot be \"10 s\": write \"10s\"\n"
      "/etc/cantrail.toml:4:8: error: 'size' in [sink.history] cannot be \"64kib\": write \"64KiB\"\n"
      "/etc/cantrail.toml:3:7: error: 'age' in [sink.history] needs a unit: write \"10s\" for seconds\n");
}

TEST_F(OptionReaderTest, SaysWhatTypeIsWantedAndWhatIsThere) {
  EXPECT_EQ(read("flag = \"true\"\ncount = 1.5\nbitrate = \"500_000\"\nnames = [\"a\", 3]\npath = 5\n"),
            "/etc/cantrail.toml:2:8: error: 'flag' in [sink.history] must be true or false, not a string: "
            "write true without quotes\n"
            "/etc/cantrail.toml:3:9: error: 'count' in [sink.history] must be a whole number, not a number "
            "with a fraction\n"
            "/etc/cantrail.toml:6:8: error: 'path' in [sink.history] must be a path, not a whole number: "
            "write it in quotes\n"
            "/etc/cantrail.toml:5:15: error: 'names' in [sink.history] must be a string, not a whole number: "
            "write it in quotes\n"
            "/etc/cantrail.toml:4:11: error: 'bitrate' in [sink.history] must be a whole number, not a "
            "string: write 500_000 without quotes\n");
  EXPECT_TRUE(options_.names.empty());
}

TEST_F(OptionReaderTest, HoldsNumbersTimesAndSizesAgainstTheirLimits) {
  EXPECT_EQ(read("count = 101\nevery = \"2m\"\nsize = \"1B\"\nbitrate = 5\n"),
            "/etc/cantrail.toml:2:9: error: 'count' in [sink.history] is 101, which is too large: 1 to 100\n"
            "/etc/cantrail.toml:3:9: error: 'every' in [sink.history] is 2m, which is too large: 1ms to 1m\n"
            "/etc/cantrail.toml:4:8: error: 'size' in [sink.history] is 1 B, which is too small: 1 KiB to 1 "
            "MiB\n"
            "/etc/cantrail.toml:5:11: error: 'bitrate' in [sink.history] is 5, which is too small: 1,000 to "
            "1,000,000\n");
  EXPECT_EQ(options_.count, 5);
}

TEST_F(OptionReaderTest, LimitsThemselvesAreAllowed) {
  EXPECT_EQ(read("count = 100\nevery = \"1ms\"\nsize = \"1KiB\"\nbitrate = 1000\n"), "");
}

TEST_F(OptionReaderTest, NamesTheNearestKeyAndChoice) {
  EXPECT_EQ(read("bitrat = 5\nmode = \"fats\"\n"),
            "/etc/cantrail.toml:3:8: error: 'mode' in [sink.history] cannot be \"fats\"; did you mean "
            "\"fast\"?\n"
            "/etc/cantrail.toml:2:1: error: unknown key 'bitrat' in [sink.history]; did you mean "
            "'bitrate'?\n");
  EXPECT_EQ(read("mode = \"other\"\nxyz = 1"),
            "/etc/cantrail.toml:2:8: error: 'mode' in [sink.history] cannot be \"other\": it is \"fast\" or "
            "\"slow\"\n"
            "/etc/cantrail.toml:3:1: error: unknown key 'xyz' in [sink.history]\n");
}

TEST_F(OptionReaderTest, MissesRequiredKeysWithAnExample) {
  required_ = true;
  problems_ = {"url: is empty"};  // a consequence: not said twice
  EXPECT_EQ(read("count = 5\n"),
            "/etc/cantrail.toml:1:1: error: 'url' is missing in [sink.history]: for instance url = "
            "\"http://localhost\"\n");
}

TEST_F(OptionReaderTest, TheEnvironmentIsStrongerThanTheFile) {
  inputs_.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "CANTRAIL_SINK_HISTORY_BITRATE") return "250_000";
    if (name == "CANTRAIL_SINK_HISTORY_PATH") return "here.db";
    if (name == "CANTRAIL_SINK_HISTORY_FLAG") return "1";
    return std::nullopt;
  };
  EXPECT_EQ(read("bitrate = 5\n"), "");  // not even looked at
  EXPECT_EQ(options_.bitrate, 250'000);
  EXPECT_EQ(options_.path.value, "here.db");
  EXPECT_TRUE(options_.flag);
}

TEST_F(OptionReaderTest, AFlagIsStrongerThanTheEnvironment) {
  inputs_.environment = [](const std::string&) -> std::optional<std::string> { return "2"; };
  inputs_.flags["sink.history.count"] = "3";
  read("");
  EXPECT_EQ(options_.count, 3);
}

TEST_F(OptionReaderTest, AWrongVariableIsNamed) {
  inputs_.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "CANTRAIL_SINK_HISTORY_COUNT") return "many";
    if (name == "CANTRAIL_SINK_HISTORY_EVERY") return "5 sec";
    return std::nullopt;
  };
  inputs_.flags["sink.history.ratio"] = "7";
  EXPECT_EQ(read(""),
            "CANTRAIL_SINK_HISTORY_COUNT: error: 'count' in [sink.history] must be a whole number, not a "
            "string\n"
            "--set sink.history.ratio: error: 'ratio' in [sink.history] is 7, which is too large: 0 to 1\n"
            "CANTRAIL_SINK_HISTORY_EVERY: error: 'every' in [sink.history] cannot be \"5 sec\": write "
            "\"5s\"\n");
}

TEST_F(OptionReaderTest, WhatElseGivesValuesIsBetweenTheEnvironmentAndTheFile) {
  inputs_.environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "CANTRAIL_SINK_HISTORY_COUNT" ? std::optional<std::string>("2") : std::nullopt;
  };
  more_ = [](const std::string& key, const std::string& otherwise) -> std::optional<GivenValue> {
    if (key == "count") return GivenValue{"3", {"OLD_COUNT", 0, 0}};
    if (key == "mode") return GivenValue{otherwise == "fast" ? "slow" : "fast", {"OLD_MODE", 0, 0}};
    if (key == "path") return GivenValue{"x.db", {"/run/x.env", 1, 0}};
    return std::nullopt;
  };
  EXPECT_EQ(read("count = 4\nratio = 1\npath = \"y.db\"\n"), "");
  EXPECT_EQ(options_.count, 2);
  EXPECT_EQ(options_.mode, "slow");
  EXPECT_EQ(options_.path.value, "/run/x.db");
  std::map<std::string, std::string> origins;
  for (const EffectiveValue& value : values_) origins[value.key] = value.toml + " " + value.origin;
  EXPECT_EQ(origins["count"], "2 environment CANTRAIL_SINK_HISTORY_COUNT");
  EXPECT_EQ(origins["mode"], "\"slow\" environment OLD_MODE");
  EXPECT_EQ(origins["ratio"], "1 /etc/cantrail.toml:3");
  EXPECT_EQ(origins["every"], "\"1s\" default");
  EXPECT_FALSE(origins.contains("bitrate"));  // there is none
}

TEST_F(OptionReaderTest, AComponentsProblemStandsAtTheKeyItNames) {
  problems_ = {"names: \"x\" is no filter", "flag and mode exclude each other"};
  EXPECT_EQ(read("names = [\"x\"]\n"),
            "/etc/cantrail.toml:2:9: error: [sink.history] names: \"x\" is no filter\n"
            "/etc/cantrail.toml:1:1: error: [sink.history] flag and mode exclude each other\n");
}

}  // namespace
}  // namespace cantrail
