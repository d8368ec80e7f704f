#include "sources/obd2/options.hpp"

#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "support/readme_sample.hpp"

namespace cantrail::obd2 {
namespace {

class Setter final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override { targets[spec.name] = spec.target; }
  std::map<std::string, OptionTarget> targets;
};

std::vector<std::string> problems(const std::function<void(Setter&)>& set) {
  Config config;
  Setter setter;
  config.describe(setter);
  set(setter);
  return config.problems();
}

TEST(Obd2Options, RatesAreThoseOfTheSignalTheGroupOrAllTheRest) {
  const auto known = pid_names();
  Rates rates;
  rates.of_signals = {{"engine_speed", {10}}, {"0x5E", {3}}, {"coolant_temperature", {0}}};
  const auto per_second = rates_by_pid(rates, known);
  EXPECT_EQ(per_second[0x0C], 10);
  EXPECT_EQ(per_second[0x5E], 3);
  EXPECT_EQ(per_second[0x05], 0);
  EXPECT_EQ(per_second[0x0D], rates.fast.per_second);
  EXPECT_EQ(per_second[0x0B], rates.normal.per_second);
  EXPECT_EQ(per_second[0x01], rates.slow.per_second);  // of ten signals; the first says so
  EXPECT_EQ(per_second[0xA6], rates.slow.per_second);
  EXPECT_EQ(per_second[0x20], 0);  // a bitmap
  EXPECT_EQ(per_second[0x64], 0);  // the DBC knows nothing of it
}

TEST(Obd2Options, ANameThatIsNoneIsToldWithWhatWasMeant) {
  const auto known = pid_names();
  Rates rates;
  rates.of_signals = {{"engine_sped", {1}}, {"0x20", {1}}, {"0x100", {1}}, {"xyz", {1}}};
  const auto found = problems_of(rates, known);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], "rates: there is no signal 'engine_sped' in service 01; did you mean 'engine_speed'?");
  EXPECT_NE(found[3].find("cantrail dbc built-in obd2"), std::string::npos);
}

TEST(Obd2Options, EveryPidOfTheDbcHasARate) {
  const auto known = pid_names();
  const auto per_second = rates_by_pid({}, known);
  for (const PidName& one : known) EXPECT_GT(per_second[one.pid], 0) << one.name;
}

TEST(Obd2Options, OneInterfaceIsAsked) {
  const auto interface = [](const char* name) {
    return [name](Setter& setter) { *std::get<std::string*>(setter.targets.at("interface")) = name; };
  };
  EXPECT_TRUE(problems(interface("can0")).empty());
  EXPECT_EQ(problems(interface("any")).size(), 1U);
  EXPECT_EQ(problems(interface("an_interface_name")).size(), 1U);
}

TEST(Obd2Options, TheChannelIsTheSourcesOwn) {
  Options options;
  options.interface = "can0";
  EXPECT_EQ(options.capture("car").channel, "car");
  EXPECT_EQ(options.capture("car").interface, "can0");
  options.interface.clear();
  EXPECT_EQ(options.capture("can1").interface, "can1");
  options.channel = "engine";
  EXPECT_EQ(options.capture("can1").channel, "engine");
}

TEST(Obd2Options, BringTheDbcAlong) {
  const auto dbcs = Config().dbcs();
  ASSERT_EQ(dbcs.size(), 1U);
  EXPECT_EQ(dbcs[0].text, built_in_dbc());
}

TEST(Obd2Options, ReadmeShowsTheSample) {
  cantrail::testing::expect_readme_shows("sources/obd2", obd2_source_info().sample);
}

}  // namespace
}  // namespace cantrail::obd2
