#include "sources/socketcan/options.hpp"

#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "sources/socketcan/can_socket.hpp"
#include "support/readme_sample.hpp"

namespace cantrail::socketcan {
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

TEST(SocketCanOptions, TheSourcesNameIsTheInterfaceAndTheInterfaceTheChannel) {
  Config config;
  EXPECT_EQ(config.channels("can0"), std::vector<std::string>{"can0"});
  set<std::string>(config, "interface", "can1");
  EXPECT_EQ(config.channels("body"), std::vector<std::string>{"can1"});
  set<std::string>(config, "channel", "body bus");
  EXPECT_EQ(config.channels("body"), std::vector<std::string>{"body bus"});
}

TEST(SocketCanOptions, FindsProblemsWithoutTouchingTheKernel) {
  Config config;
  EXPECT_TRUE(config.problems().empty());
  set<std::vector<std::string>>(config, "filters", {"123:7FF", "oops"});
  ASSERT_EQ(config.problems().size(), 1U);
  EXPECT_NE(config.problems()[0].find("oops"), std::string::npos);
  set<std::vector<std::string>>(config, "filters", {"#FF"});
  set<bool>(config, "error_frames", false);
  EXPECT_EQ(config.problems().size(), 1U);
  set<bool>(config, "error_frames", true);
  set<std::string>(config, "interface", "an-interface-with-a-long-name");
  EXPECT_EQ(config.problems().size(), 1U);
}

TEST(SocketCanOptions, HintsAtWhatToType) {
  EXPECT_EQ(interface_hint("can0", 250'000), "`ip link set can0 up type can bitrate 250000`");
  EXPECT_NE(interface_hint("can0", std::nullopt).find("bitrate 500000"), std::string::npos);
  EXPECT_EQ(interface_hint("vcan0", std::nullopt),
            "`ip link add dev vcan0 type vcan && ip link set vcan0 up`");
}

TEST(SocketCanOptions, TheReadmeShowsTheSample) {
  cantrail::testing::expect_readme_shows("sources/socketcan", socketcan_source_info().sample);
  EXPECT_TRUE(socketcan_source_info().make_source()->problems().empty());
}

}  // namespace
}  // namespace cantrail::socketcan
