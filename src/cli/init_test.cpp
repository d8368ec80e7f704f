#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "cli/init_questions.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "cantrail-init-XXXXXX";
    path = ::mkdtemp(name.data()) != nullptr ? name : ".";
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name) << text;
  }
  std::string path;
};

class Scripted final : public Dialogue {
 public:
  explicit Scripted(std::deque<std::string> answers) : answers_(std::move(answers)) {}
  void say(const std::string& line) override { said += line + "\n"; }
  std::optional<std::string> ask(const std::string& question, const std::string& standard) override {
    asked += question + " [" + standard + "]\n";
    if (answers_.empty()) return std::nullopt;
    std::string answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  std::string asked, said;

 private:
  std::deque<std::string> answers_;
};

constexpr const char* kDbc = "BO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.1,0) [0|0] \"V\" A\n";

TEST(InitFindings, TakesInterfacesOfTypeCanOnly) {
  const Folder net;
  net.write("eth0/type", "1\n");
  net.write("can0/type", "280\n");
  net.write("can0/operstate", "down\n");
  net.write("can0/device/vendor", "x");
  net.write("vcan0/type", "280\n");
  net.write("vcan0/operstate", "unknown\n");
  const auto found = find_can_interfaces(real_file_system(), net.path);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "can0");
  EXPECT_FALSE(found[0].is_virtual);
  EXPECT_FALSE(found[0].up);
  EXPECT_EQ(found[1].name, "vcan0");
  EXPECT_TRUE(found[1].is_virtual);
  EXPECT_TRUE(found[1].up);
  EXPECT_TRUE(find_can_interfaces(real_file_system(), net.path + "/nowhere").empty());
}

TEST(InitFindings, SaysWhyAFileIsNoDbc) {
  const Folder folder;
  folder.write("b.dbc", kDbc);
  folder.write("a.DBC", "hello");
  folder.write("notes.txt", kDbc);
  const auto found = find_dbc_files(real_file_system(), folder.path);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NE(found[0].problem.find("a.DBC"), std::string::npos);
  EXPECT_EQ(found[1].messages, 1U);
  EXPECT_EQ(likely_dbc("can0", found), "b.dbc");
}

TEST(InitPlan, PrefersTheDbcThatBearsTheInterfacesName) {
  const std::vector<FoundDbc> dbcs{{"bms.dbc", 1, ""}, {"car-can1.dbc", 1, ""}};
  const InitPlan plan = default_plan("pi", {{"can0", false, true}, {"can1", false, true}}, dbcs);
  ASSERT_EQ(plan.buses.size(), 2U);
  EXPECT_EQ(plan.buses[0].dbc, "bms.dbc");
  EXPECT_EQ(plan.buses[1].dbc, "car-can1.dbc");
}

TEST(InitPlan, BitRatesMayBeShort) {
  EXPECT_EQ(parse_bit_rate("500_000"), 500'000);
  EXPECT_EQ(parse_bit_rate(" 250k"), 250'000);
  EXPECT_EQ(parse_bit_rate("1M"), 1'000'000);
  for (const char* text : {"", "k", "fast", "0", "-1", "2M", "999", "99999999999999999999", "500 000"})
    EXPECT_EQ(parse_bit_rate(text), std::nullopt) << text;
}

TEST(InitPlan, KnowsTheRatesOfBuses) {
  for (const std::int64_t rate : {10'000, 33'300, 83'300, 125'000, 500'000, 666'000, 800'000, 1'000'000})
    EXPECT_TRUE(is_usual_bit_rate(rate)) << rate;
  for (const std::int64_t rate : {1'000, 8'080, 115'200, 300'000, 512'000, 555'000, 900'000})
    EXPECT_FALSE(is_usual_bit_rate(rate)) << rate;
}

// The history is packed where nothing else is said, and that is what only cantrail reads.
TEST(InitPlan, SaysWhoCanReadTheHistory) {
  const std::string text = config_text(InitPlan{}, "x");
  EXPECT_NE(text.find("# rows = \"plain\""), std::string::npos) << text;
  EXPECT_EQ(text.find("anything reads"), std::string::npos) << text;
}

TEST(InitPlan, WritesWhatCheckAccepts) {
  const Folder folder;
  folder.write("odd \"name\".dbc", kDbc);
  InitPlan plan;
  plan.node = "a \"quoted\" \\ name";
  plan.buses = {{"can0.1", 125'000, "odd \"name\".dbc"}, {"vcan0", std::nullopt, ""}};
  const NodeFile file =
      read_node_text(config_text(plan, "node.toml"), folder.path + "/node.toml", real_file_system());
  for (const Diagnostic& found : file.diagnostics) ADD_FAILURE() << to_string(found);
  EXPECT_EQ(file.config.name, plan.node);
  ASSERT_EQ(file.config.sources.size(), 2U);
  EXPECT_EQ(file.config.sources[0].name, "can0_1");
  EXPECT_EQ(file.config.sources[0].config->channels("can0_1"), std::vector<std::string>{"can0.1"});
  EXPECT_EQ(file.config.sources[0].dbcs.size(), 1U);
  EXPECT_EQ(file.config.sinks.size(), 1U);
}

TEST(InitQuestions, EnterTakesTheDefaults) {
  const Folder folder;
  const Findings findings{folder.path, {{"can0", false, true}}, {{"leaf.dbc", 14, ""}}};
  folder.write("leaf.dbc", kDbc);
  Scripted dialogue({"", "", "", "", ""});
  const auto plan = ask_for_plan("pi", findings, real_file_system(), dialogue);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(config_text(*plan, "x"),
            config_text(default_plan("pi", findings.interfaces, findings.dbcs), "x"));
}

TEST(InitQuestions, AskAgainUntilTheAnswerCanBeUsed) {
  const Folder folder;
  folder.write("mine.dbc", kDbc);
  Scripted dialogue({"maybe", "no", "can 0", "can7", "fast", "8080", "125k", "no.dbc", "mine.dbc", "/srv/can",
                     "nowhere", "[::1]:80"});
  const auto plan = ask_for_plan("pi", {folder.path, {}, {}}, real_file_system(), dialogue);
  ASSERT_TRUE(plan.has_value()) << dialogue.asked << dialogue.said;
  ASSERT_EQ(plan->buses.size(), 1U);
  EXPECT_EQ(plan->buses[0].interface, "can7");
  EXPECT_EQ(plan->buses[0].bitrate, 125'000);
  EXPECT_EQ(plan->buses[0].dbc, "mine.dbc");
  EXPECT_EQ(plan->data, "/srv/can");
  EXPECT_EQ(plan->listen, "[::1]:80");
  EXPECT_NE(dialogue.said.find("say yes or no"), std::string::npos);
  EXPECT_NE(dialogue.said.find("no.dbc"), std::string::npos);
  EXPECT_NE(dialogue.said.find("no usual bus has 8,080 bit/s"), std::string::npos);
}

TEST(InitQuestions, EndWithoutAPlanWhenTheAnswersEnd) {
  Scripted dialogue({"yes", ""});
  EXPECT_EQ(ask_for_plan("pi", {".", {}, {}}, real_file_system(), dialogue), std::nullopt);
}

}  // namespace
}  // namespace cantrail::cli
