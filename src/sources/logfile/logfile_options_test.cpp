#include <map>

#include <gtest/gtest.h>

#include "sources/logfile/options.hpp"
#include "support/readme_sample.hpp"

namespace cantrail::logfile {
namespace {

class Setter final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override { targets[spec.name] = spec.target; }
  std::map<std::string, OptionTarget> targets;
};

template <class T>
void set(Config& config, const std::string& name, T value) {
  Setter setter;
  config.describe(setter);
  *std::get<T*>(setter.targets.at(name)) = value;
}

TEST(LogfileOptions, KnowsTheChannelsThatTheConfigurationNames) {
  Config config;
  EXPECT_TRUE(config.channels("log").empty());
  set<std::vector<std::string>>(config, "rename", {"vcan0=can0", "vcan1=body"});
  EXPECT_EQ(config.channels("log"), (std::vector<std::string>{"can0", "body"}));
  Config fixed;
  set<std::string>(fixed, "channel", "can7");
  EXPECT_EQ(fixed.channels("log"), std::vector<std::string>{"can7"});
}

TEST(LogfileOptions, FindsWhatDoesNotFitTogether) {
  Config config;
  EXPECT_TRUE(config.problems().empty());
  set<std::string>(config, "pace", "fast");
  set(config, "path", Path{"-"});
  set(config, "loop", true);
  set<std::vector<std::string>>(config, "rename", {"=can0", "vcan0", "a=b"});
  set<std::string>(config, "channel", "can7");
  EXPECT_EQ(config.problems().size(), 5U);
}

TEST(LogfileOptions, RenamesOnlyWhatIsNamed) {
  Options options;
  options.rename = {"vcan0=can0"};
  EXPECT_EQ(options.alias_of("vcan0"), "can0");
  EXPECT_EQ(options.alias_of("vcan1"), "vcan1");
  EXPECT_EQ(options.alias_of("vcan"), "vcan");
}

TEST(LogfileOptions, StandardInputCannotResume) {
  Config config;
  set(config, "path", Path{"/etc/cantrail/-"});
  EXPECT_FALSE(config.make()->traits().resumes);
  set(config, "path", Path{"a.log"});
  EXPECT_TRUE(config.make()->traits().resumes);
  EXPECT_TRUE(config.make()->traits().can_wait);
}

TEST(LogfileOptions, TheReadmeShowsTheSample) {
  cantrail::testing::expect_readme_shows("sources/logfile", logfile_source_info().sample);
  EXPECT_TRUE(logfile_source_info().make_source()->problems().empty());
}

}  // namespace
}  // namespace cantrail::logfile
