// What no component of this build shows: the kinds of option that none has yet, a type that is not built.
#include <gtest/gtest.h>

#include "cli/reference/json_text.hpp"
#include "cli/reference/option_schema.hpp"
#include "cli/reference/pages.hpp"
#include "cli/reference/schema.hpp"
#include "component/quantity_patterns.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

json::object schema_of_one(const OptionSpec& spec) {
  OptionSchemas schemas;
  schemas.option(spec);
  return schemas.properties().begin()->value().as_object();
}

TEST(JsonText, IsIndentedWithShortListsOnTheirLine) {
  const json::value value = json::parse(R"({"a":[1,0.5,"x"],"b":{},"c":[{"d":true}],"e":[]})");
  EXPECT_EQ(json_text(value),
            "{\n  \"a\": [1, 0.5, \"x\"],\n  \"b\": {},\n  \"c\": [\n    {\n      \"d\": true\n    }\n  ],\n"
            "  \"e\": []\n}\n");
  EXPECT_EQ(json::parse(json_text(value)), value);
}

TEST(OptionSchemas, HaveDefaultsExamplesAndLimits) {
  std::int64_t count = 5;
  OptionSpec spec{"count", "How many", &count, false, 1, 100};
  spec.example = "7";
  const json::value with_limits =
      json::parse(R"x({"description":"How many (1 to 100)","type":"integer","minimum":1,"maximum":100,)x"
                  R"("default":5,"examples":[7]})");
  EXPECT_EQ(schema_of_one(spec), with_limits);
  std::string mode = "fast";
  EXPECT_EQ(schema_of_one({"mode", "How", &mode, false, {}, {}, {"fast", "slow"}}),
            json::parse(R"({"description":"How","enum":["fast","slow"],"default":"fast"})"));
  Keep keep{std::chrono::hours(1), 8'000'000'000, std::nullopt};
  EXPECT_EQ(schema_of_one({"keep", "", &keep}).at("default"), json::parse(R"(["1h","8GB"])"));
}

TEST(OptionSchemas, ASecretIsTheFileThatHoldsIt) {
  Secret secret;
  OptionSchemas schemas;
  schemas.option({"password", "Of the user", &secret, true});
  EXPECT_EQ(json::serialize(schemas.properties()),
            R"({"password_file":{"description":"Of the user","type":"string","minLength":1}})");
  EXPECT_TRUE(schemas.required().empty());  // the environment may give it
}

TEST(OptionSchemas, TextsThatNameStreamsHaveTheirShape) {
  std::vector<TemplateRule> rules{{{"Gps*"}, {"GPS"}}};
  OptionSpec spec{"measurement", "", &rules};
  spec.placeholders = {"stream"};
  json::object schema = schema_of_one(spec);
  EXPECT_EQ(schema.at("type"), json::parse(R"(["string","object"])"));
  EXPECT_EQ(schema.at("pattern"), json::value(template_pattern(spec)));
  EXPECT_EQ(schema.at("additionalProperties").at("pattern"), json::value(template_pattern(spec)));
  EXPECT_EQ(schema.at("default"), json::parse(R"({"Gps*":"GPS"})"));
  std::vector<NamedTemplate> tags;
  EXPECT_EQ(schema_of_one({"tags", "", &tags}).at("type"), json::value("object"));
  FieldReference field;
  EXPECT_EQ(schema_of_one({"field", "", &field}), json::parse(R"({"description":"","type":"string"})"));
  std::optional<Bandwidth> bandwidth;
  EXPECT_EQ(schema_of_one({"bandwidth", "", &bandwidth}).at("pattern"), json::value(bandwidth_pattern()));
}

struct CommonKeys {
  std::string type, like;
  bool enabled = true;
  void describe(OptionVisitor& visitor) {
    visitor.option({"type", "What it is", &type});
    visitor.option({"like", "Another", &like});
    visitor.option({"enabled", "Whether it counts", &enabled});
  }
};

Language with_a_type_that_is_not_built() {
  LanguageTable each{described<CommonKeys>()};
  each.types.push_back({.type = "redis", .sense = "Keys and streams", .not_built = "libhiredis-dev"});
  return {{"sink", "Where data goes",
           tables_called({.called = "NAME", .sense = "One sink", .names = "^[a-z]+$"}, std::move(each))}};
}

TEST(Schema, OfATypeThatIsNotBuiltOnlyTheCommonKeysAreKnown) {
  const json::object schema = schema_of(with_a_type_that_is_not_built(), SchemaUse::whole);
  const json::object& redis = schema.at("$defs").at("sink.type.redis").as_object();
  EXPECT_TRUE(redis.at("properties").as_object().contains("enabled"));
  EXPECT_FALSE(redis.contains("additionalProperties"));
  EXPECT_FALSE(schema.at("$defs").at("sink.any").as_object().contains("additionalProperties"));
}

TEST(ReferencePages, SayWhatIsNotBuilt) {
  ComponentInfo redis;
  redis.kind = ComponentKind::sink;
  redis.type = "redis";
  redis.not_built = "libhiredis-dev";
  const std::vector<Page> pages = reference_pages(with_a_type_that_is_not_built(), {&redis, 1});
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_EQ(pages[0].name, "configuration.md");
  EXPECT_NE(pages[0].text.find("## `[sink.NAME]`\nWhere data goes.\n"), std::string::npos) << pages[0].text;
  EXPECT_NE(pages[0].text.find("| `redis` | not built: libhiredis-dev |\n"), std::string::npos);
}

}  // namespace
}  // namespace cantrail::cli
