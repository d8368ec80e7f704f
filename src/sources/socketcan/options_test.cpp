#include "sources/socketcan/options.hpp"

#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "sources/can_interface/can_socket.hpp"
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

TEST(SocketCanOptions, AnyInterfaceHasNoSettingsOfOne) {
  Config config;
  set<std::string>(config, "interface", "any");
  EXPECT_TRUE(config.problems().empty());
  EXPECT_TRUE(config.channels("buses").empty());
  set<std::optional<std::int64_t>>(config, "bitrate", 500'000);
  EXPECT_EQ(config.problems().size(), 1U);
  set<std::string>(config, "channel", "body");
  EXPECT_EQ(config.problems().size(), 2U);
}

TEST(SocketCanOptions, BitRatesThatMakeNoSenseTogetherAreProblems) {
  Config config;
  set<std::optional<std::int64_t>>(config, "data_bitrate", 2'000'000);
  EXPECT_EQ(config.problems().size(), 1U);
  set<std::optional<std::int64_t>>(config, "bitrate", 500'000);
  EXPECT_TRUE(config.problems().empty());
  set<bool>(config, "fd", false);
  EXPECT_EQ(config.problems().size(), 1U);
}

TEST(SocketCanOptions, HintsAtWhatToType) {
  EXPECT_EQ(interface_hint("can0", {.bitrate = 500'000, .data_bitrate = 2'000'000, .restart_ms = 100}),
            "`ip link set can0 up type can bitrate 500000 dbitrate 2000000 fd on restart-ms 100`");
  EXPECT_EQ(interface_hint("can0", {.bitrate = 250'000}), "`ip link set can0 up type can bitrate 250000`");
  EXPECT_NE(interface_hint("can0", {}).find("bitrate 500000"), std::string::npos);
  EXPECT_EQ(interface_hint("vcan0", {}), "`ip link add dev vcan0 type vcan && ip link set vcan0 up`");
}

TEST(SocketCanOptions, TheReadmeShowsTheSample) {
  cantrail::testing::expect_readme_shows("sources/socketcan", socketcan_source_info().sample);
  EXPECT_TRUE(socketcan_source_info().make_source()->problems().empty());
}

}  // namespace
}  // namespace cantrail::socketcan
