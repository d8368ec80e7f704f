#include "component/toml/value_reader.hpp"

#include <gtest/gtest.h>

#include "component/option_text.hpp"
#include "component/toml/config_document.hpp"

namespace cantrail {
namespace {

// The value written as `x = …` goes into the target; what is said about it.
class ValueReaderTest : public ::testing::Test {
 protected:
  std::string read(OptionSpec spec, const std::string& toml) {
    const auto document = parse_config("x = " + toml + "\n", "a.toml");
    EXPECT_TRUE(document.diagnostics.empty()) << toml;
    Diagnostics found;
    ValueReader reader(spec, "'x'", "", found, &mentions_);
    const bool good = reader.read(document.root.find("x")->value);
    EXPECT_EQ(good, found.empty());
    std::string text;
    for (const Diagnostic& diagnostic : found) text += diagnostic.message;
    return text;
  }
  template <class T>
  std::string read(T& target, const std::string& toml) {
    return read(OptionSpec{"x", "", &target}, toml);
  }

  std::vector<StreamMention> mentions_;
};

TEST_F(ValueReaderTest, ReadsRates) {
  Rate rate;
  EXPECT_EQ(read(rate, "\"10/min\""), "");
  EXPECT_DOUBLE_EQ(rate.per_second, 1.0 / 6);
  EXPECT_EQ(read(rate, "5"), "'x' needs a unit: write \"5/s\"");
  EXPECT_EQ(read(rate, "\"5Hz\""), "'x' cannot be \"5Hz\": write \"5/s\"");
  EXPECT_EQ(read(rate, "\"often\""), R"('x' cannot be "often": a rate is written "1/s", "10/min" or "6/h")");
  EXPECT_EQ(read(rate, "true"), "'x' must be a rate with its unit, not true or false: for instance \"1/s\"");
  EXPECT_EQ(read(OptionSpec{"x", "", &rate, false, 0.1}, "\"1/min\""),
            "'x' is 1/min, which is too small: at least 6/min");
}

TEST_F(ValueReaderTest, ReadsBandwidths) {
  std::optional<Bandwidth> bandwidth;
  EXPECT_EQ(read(bandwidth, "\"50KB/s\""), "");
  EXPECT_EQ(bandwidth->bytes_per_second, 50'000);
  EXPECT_EQ(read(bandwidth, "\"50KB\""), "'x' cannot be \"50KB\": write \"50KB/s\"");
  EXPECT_EQ(read(bandwidth, "50"), "'x' needs a unit: write \"50B/s\", or KB/s, MiB/s");
  EXPECT_EQ(read(bandwidth, "\"fast\""), R"('x' cannot be "fast": bytes a second are written "50KB/s")");
}

TEST_F(ValueReaderTest, SaysWhatKindOfQuantityIsWanted) {
  Bytes bytes;
  EXPECT_EQ(read(bytes, "\"8\""), "'x' needs a unit: write \"8B\", or KB, MiB, GB");
  for (const char* other : {"30d", "forever", "1000000 rows"}) {
    EXPECT_EQ(read(bytes, "\"" + std::string(other) + "\""),
              "'x' cannot be \"" + std::string(other) + "\": only a size limits this, as in \"8GB\"");
  }
  Duration duration{};
  EXPECT_EQ(read(duration, "\"8GB\""), "'x' cannot be \"8GB\": a time is wanted here, as in \"1h30m\"");
  std::int64_t number = 0;
  OptionSpec spec{"x", "", &number};
  EXPECT_EQ(read(spec, "\"500k\""), "'x' must be a whole number, not a string");
  spec.example = "500_000";
  EXPECT_EQ(read(spec, "\"500k\""), "'x' must be a whole number, not a string: for instance x = 500_000");
  EXPECT_EQ(read(spec, "\"500\""), "'x' must be a whole number, not a string: write 500 without quotes");
}

TEST_F(ValueReaderTest, ReadsHowMuchToKeep) {
  Keep keep;
  EXPECT_EQ(read(keep, "[\"30d\", \"8GB\"]"), "");
  EXPECT_EQ(keep, (Keep{std::chrono::hours(720), 8'000'000'000U, std::nullopt}));
  EXPECT_EQ(read(keep, "\"forever\""), "");
  EXPECT_EQ(keep, Keep{});
  EXPECT_EQ(read(keep, "\"8gb\""), "'x' cannot be \"8gb\": write \"8GB\"");
  EXPECT_EQ(
      read(keep, "8"),
      R"('x' must be limits with their units, not a whole number: for instance "30d" or ["30d", "8GB"])");
  EXPECT_NE(read(keep, "\"much\"").find("'x' \"much\" is none of a time"), std::string::npos);
}

TEST_F(ValueReaderTest, ReadsTemplatesAndNotesTheFieldsTheyName) {
  Template text;
  OptionSpec spec{"x", "", &text};
  spec.placeholders = {"signal", "node"};
  EXPECT_EQ(read(spec, "\"sensor:{signal}\""), "");
  EXPECT_EQ(text.text, "sensor:{signal}");
  EXPECT_EQ(read(spec, "\"{singal}\""), "'x' has an unknown placeholder {singal}; did you mean {signal}?");
  EXPECT_EQ(read(spec, "\"{signal\""), "'x' has a '{' without '}': write '{{' for the brace itself");
  EXPECT_TRUE(mentions_.empty());
  spec.references = true;
  EXPECT_EQ(read(spec, "\"{can0:Motor.direction}\""), "");
  ASSERT_EQ(mentions_.size(), 1U);
  EXPECT_EQ(mentions_[0].text, "can0:Motor.direction");
  EXPECT_FALSE(mentions_[0].is_pattern);
  EXPECT_EQ(mentions_[0].where.column, 5U);
}

TEST_F(ValueReaderTest, ReadsTablesOfTemplatesInTheirOrder) {
  std::vector<TemplateRule> rules;
  OptionSpec spec{"x", "", &rules};
  spec.placeholders = {"stream"};
  EXPECT_EQ(read(spec, R"({ VehicleSpeed = "Vehicle", "Gps*" = "GPS", "*" = "{stream}" })"), "");
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[1].streams.glob, "Gps*");
  EXPECT_EQ(rules[2].text.text, "{stream}");
  ASSERT_EQ(mentions_.size(), 3U);
  EXPECT_TRUE(mentions_[1].is_pattern);
  EXPECT_EQ(mentions_[1].where.column, 33U);  // the key's
  EXPECT_EQ(value_text(spec), R"({ "VehicleSpeed" = "Vehicle", "Gps*" = "GPS", "*" = "{stream}" })");
  EXPECT_EQ(read(spec, "\"{stream}\""), "");
  EXPECT_EQ(rules, (std::vector<TemplateRule>{{{"*"}, {"{stream}"}}}));

  std::vector<NamedTemplate> tags;
  OptionSpec named{"x", "", &tags};
  named.placeholders = {"node"};
  EXPECT_EQ(read(named, R"({ source = "{node}", kind = "{nod}" })"),
            "'x' has an unknown placeholder {nod}; did you mean {node}?");
  EXPECT_EQ(read(named, R"({ source = "{node}" })"), "");
  EXPECT_EQ(tags, (std::vector<NamedTemplate>{{"source", {"{node}"}}}));
}

TEST_F(ValueReaderTest, ReadsTablesOfRates) {
  std::vector<NamedRate> rates;
  const OptionSpec spec{"x", "", &rates};
  EXPECT_EQ(read(spec, R"({ engine_speed = "10/s", odometer = "1/min" })"), "");
  EXPECT_EQ(rates, (std::vector<NamedRate>{{"engine_speed", {10}}, {"odometer", {1.0 / 60}}}));
  EXPECT_EQ(value_text(spec), R"({ "engine_speed" = "10/s", "odometer" = "1/min" })");
  EXPECT_EQ(read(spec, "{ engine_speed = 10 }"), "'x' needs a unit: write \"10/s\"");
  EXPECT_EQ(read(spec, "\"10/s\""), "'x' must be a table, not a string: for instance { name = \"1/s\" }");
}

TEST_F(ValueReaderTest, ReadsPatternsAndReferences) {
  std::vector<StreamGlob> patterns;
  EXPECT_EQ(read(patterns, R"(["Gps*", "can0:Battery.soc"])"), "");
  EXPECT_EQ(patterns.size(), 2U);
  EXPECT_EQ(mentions_.size(), 2U);
  EXPECT_EQ(read(patterns, "[\"\"]"), "'x' has an empty pattern: \"*\" is everything");
  FieldReference field;
  EXPECT_EQ(read(field, "\"Battery.soc\""), "");
  EXPECT_EQ(field.text, "Battery.soc");
  EXPECT_EQ(read(field, "5"),
            "'x' must be a field, not a whole number: write it in quotes: \"Stream.field\"");
}

}  // namespace
}  // namespace cantrail
