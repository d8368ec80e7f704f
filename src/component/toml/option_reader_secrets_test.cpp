#include <gtest/gtest.h>

#include "component/toml/config_document.hpp"
#include "component/toml/option_reader.hpp"
#include "component/toml/test_folder.hpp"

namespace cantrail {
namespace {

class SecretTest : public ::testing::Test {
 protected:
  SecretTest() {
    inputs_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto value = variables_.find(name);
      return value != variables_.end() ? std::optional(value->second) : std::nullopt;
    };
  }
  // [sink.cloud] of a file in the test's folder; what is found, one a line, without the folder.
  std::string read(const std::string& text, bool required = false) {
    const auto document = parse_config("[sink.cloud]\n" + text, folder_.file("node.toml"));
    const ConfigTable& table = *document.root.find("sink")->value.table()->find("cloud")->value.table();
    Diagnostics found;
    OptionReader reader(table, inputs_, "", found);
    reader.use(more_);
    reader.option({"password", "", &password_, required});
    reader.finish();
    values_ = reader.values();
    std::string lines;
    for (const Diagnostic& diagnostic : found) lines += to_string(diagnostic) + "\n";
    return folder_.without(lines);
  }

  testing::TestFolder folder_;
  std::map<std::string, std::string> variables_;
  ConfigInputs inputs_;
  MoreInputs more_;
  Secret password_;
  std::vector<EffectiveValue> values_;
};

TEST_F(SecretTest, ComesFromAFileOfItsOwn) {
  folder_.write("secrets/cloud", "hunter2\n");
  EXPECT_EQ(read("password_file = \"secrets/cloud\"\n"), "");
  EXPECT_EQ(password_.value, "hunter2");
}

TEST_F(SecretTest, NeverStandsInTheConfigurationItself) {
  EXPECT_EQ(read("password = \"hunter2\"\n", true),
            "node.toml:2:1: error: a secret does not belong into this file: 'password' in [sink.cloud] comes "
            "from a file (password_file = \"FILE\"), from the environment (CANTRAIL_SINK_CLOUD_PASSWORD, "
            "also in an env_file), or from a file 'password' in $CREDENTIALS_DIRECTORY\n");
  EXPECT_EQ(password_.value, "");
}

TEST_F(SecretTest, TheEnvironmentIsStrongerThanTheFile) {
  folder_.write("cloud", "from the file");
  folder_.write("other", "from the other file");
  variables_["CANTRAIL_SINK_CLOUD_PASSWORD_FILE"] = folder_.file("other");
  EXPECT_EQ(read("password_file = \"cloud\"\n"), "");
  EXPECT_EQ(password_.value, "from the other file");
  variables_["CANTRAIL_SINK_CLOUD_PASSWORD"] = "from the variable";
  EXPECT_EQ(read("password_file = \"cloud\"\n"), "");
  EXPECT_EQ(password_.value, "from the variable");
  inputs_.flags["sink.cloud.password_file"] = folder_.file("cloud");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(password_.value, "from the file");
}

TEST_F(SecretTest, ComesFromTheCredentialsDirectoryUnderTheSectionsNameOrItsOwn) {
  folder_.write("credentials/password", "of all", 0444);
  variables_["CREDENTIALS_DIRECTORY"] = folder_.file("credentials");
  EXPECT_EQ(read("", true), "");
  EXPECT_EQ(password_.value, "of all");
  folder_.write("credentials/sink.cloud.password", "of the cloud", 0444);
  EXPECT_EQ(read("", true), "");
  EXPECT_EQ(password_.value, "of the cloud");
  folder_.write("named", "named");
  EXPECT_EQ(read("password_file = \"named\"\n"), "");  // what is said counts
  EXPECT_EQ(password_.value, "named");
}

TEST_F(SecretTest, ComesFromWhatElseGivesValues) {
  more_ = [](const std::string& key, const std::string&) -> std::optional<GivenValue> {
    return key == "password" ? std::optional<GivenValue>({"from an env file", {"x.env", 4, 0}})
                             : std::nullopt;
  };
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(password_.value, "from an env file");
  ASSERT_EQ(values_.size(), 1U);
  EXPECT_EQ(values_[0].origin, "x.env:4");
}

TEST_F(SecretTest, IsMissingWithTheKeyToWrite) {
  EXPECT_EQ(read("", true),
            "node.toml:1:1: error: 'password_file' is missing in [sink.cloud]: for instance password_file = "
            "\"secrets/password\"\n");
  EXPECT_EQ(read("", false), "");
}

TEST_F(SecretTest, SaysWhichFileIsNotThereOrEmptyOrOpenToAll) {
  EXPECT_EQ(read("password_file = \"nowhere\"\n"),
            "node.toml:2:17: error: there is no file nowhere for the secret 'password' in [sink.cloud]\n");
  folder_.write("empty", "\n");
  EXPECT_EQ(read("password_file = \"empty\"\n"),
            "node.toml:2:17: error: 'password' in [sink.cloud] is empty\n");
  folder_.write("open", "x", 0644);
  EXPECT_EQ(read("password_file = \"open\"\n"),
            "node.toml:2:17: warning: every user of this machine can read the secret in open: run `chmod 600 "
            "open`\n");
}

TEST_F(SecretTest, IsNeverShown) {
  variables_["CANTRAIL_SINK_CLOUD_PASSWORD"] = "hunter2";
  EXPECT_EQ(read(""), "");
  ASSERT_EQ(values_.size(), 1U);
  EXPECT_EQ(values_[0].toml, "\"***\"");
  EXPECT_EQ(values_[0].origin, "environment CANTRAIL_SINK_CLOUD_PASSWORD");
}

}  // namespace
}  // namespace cantrail
