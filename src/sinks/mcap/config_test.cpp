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

TEST(McapConfig, OwnsItsFolderByTheListInIt) {
  McapConfig config;
  config.path.value = "/data/recordings";
  EXPECT_EQ(config.writes(), std::vector<std::string>{"/data/recordings/recordings.index"});
  config.path.value.clear();
  EXPECT_TRUE(config.writes().empty());
}

}  // namespace
}  // namespace cantrail::mcap_sink
