#include <gtest/gtest.h>

#include "sinks/mcap/mcap_sink.hpp"

namespace cantrail::mcap_sink {
namespace {

TEST(McapConfig, FindsProblemsBeforeAnythingIsOpened) {
  McapConfig config;
  EXPECT_TRUE(config.problems().empty());
  config.path.value.clear();
  config.name.text = "a/b";
  config.split = {"often"};
  config.keep = {std::chrono::seconds(1), std::nullopt, 100'000};
  config.raw = config.decoded = false;
  EXPECT_EQ(config.problems().size(), 6U);
}

TEST(McapConfig, SaysWhatIsWrongWithConditions) {
  McapConfig config;
  config.trip = "Ignition.on";
  EXPECT_EQ(config.problems(), std::vector<std::string>{"trip: needs \"trip\" among the words of split"});
  config.split = {"trip"};
  EXPECT_TRUE(config.problems().empty());
  config.trip = "1 +";
  config.trigger = {"a.b > c.d"};
  EXPECT_EQ(config.problems().size(), 2U);
}

TEST(McapConfig, RefusesCallsThatNobodyCanMake) {
  McapConfig config;
  for (const char* wrong : {"api:", "api:a b", "api:\xC3\xA4", "api:a/b"}) {
    config.trigger = {wrong};
    EXPECT_EQ(config.problems().size(), 1U) << wrong;
  }
  for (const char* right : {"api", "api:side_door-2", "api:garage.door"}) {
    config.trigger = {right};
    EXPECT_TRUE(config.problems().empty()) << right;
  }
}

TEST(McapConfig, TakesANameWithADotForACallAndMoreThanANameForACondition) {
  McapConfig config;
  config.trigger = {"api:garage.door", "api:Door.open == 1"};
  using Names = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(config.looks_at(), (Names{{"trigger", "api:Door.open"}}));
}

TEST(McapConfig, RefusesAWindowAroundNothing) {
  McapConfig config;
  config.before = std::chrono::seconds(1);
  config.after = std::chrono::seconds(0);
  const auto problems = config.problems();
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_TRUE(problems[0].starts_with("before: "));
  EXPECT_TRUE(problems[1].starts_with("after: "));
  EXPECT_EQ(config.looks_back(), Duration{});
  config.trigger = {"api"};
  EXPECT_TRUE(config.problems().empty());
  EXPECT_EQ(config.looks_back(), std::chrono::seconds(1));
}

TEST(McapConfig, NamesWhatItsConditionsLookAt) {
  McapConfig config;
  config.split = {"trip"};
  config.trip = "Ignition.on == 1";
  config.trigger = {"api:door", "error_frame", "low_and_moving", "Battery.soc < 10"};
  using Names = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(config.looks_at(),
            (Names{{"trip", "Ignition.on"}, {"trigger", "low_and_moving"}, {"trigger", "Battery.soc"}}));
}

TEST(McapConfig, OwnsItsFolderByTheListInIt) {
  McapConfig config;
  config.path.value = "/data/recordings";
  EXPECT_EQ(config.writes(), std::vector<std::string>{"/data/recordings/recordings.index"});
  config.path.value.clear();
  EXPECT_TRUE(config.writes().empty());
}

}  // namespace
}  // namespace cantrail::mcap_sink
