#include "component/toml/config_document.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

std::string place(const SourceLocation& where) {
  return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

TEST(ConfigDocument, KeepsKeysInTheFilesOrderWithTheirPlaces) {
  const ConfigDocument document = parse_config("zebra = 1\n[source.can0]\ntype = \"socketcan\"\n", "a.toml");
  ASSERT_TRUE(document.diagnostics.empty());
  ASSERT_EQ(document.root.entries.size(), 2U);
  EXPECT_EQ(document.root.entries[0].key, "zebra");
  EXPECT_EQ(place(document.root.entries[0].value.where), "a.toml:1:9");
  const ConfigTable* can0 = document.root.find("source")->value.table()->find("can0")->value.table();
  ASSERT_NE(can0, nullptr);
  EXPECT_EQ(can0->path, "source.can0");
  EXPECT_EQ(place(document.root.find("source")->value.table()->find("can0")->where), "a.toml:2:9");
  const ConfigEntry* type = can0->find("type");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(place(type->where), "a.toml:3:1");
  EXPECT_EQ(place(type->value.where), "a.toml:3:8");
  EXPECT_EQ(*type->value.string(), "socketcan");
}

TEST(ConfigDocument, HoldsEveryKindOfValue) {
  const ConfigDocument document = parse_config(
      "a = true\nb = 1_000\nc = 1.5\nd = \"x\"\ne = 2026-11-21\nf = [1, \"y\"]\ng = { h = 1 }\n", "a.toml");
  const auto kind = [&](const char* key) { return kind_of(document.root.find(key)->value); };
  EXPECT_EQ(kind("a"), "true or false");
  EXPECT_EQ(kind("b"), "a whole number");
  EXPECT_EQ(kind("c"), "a number with a fraction");
  EXPECT_EQ(kind("d"), "a string");
  EXPECT_EQ(kind("e"), "a date");
  EXPECT_EQ(kind("f"), "a list");
  EXPECT_EQ(kind("g"), "a table");
  EXPECT_EQ(document.root.find("g")->value.table()->path, "g");
}

TEST(ConfigDocument, ReportsASyntaxErrorAtItsPlace) {
  const ConfigDocument document = parse_config("a = 1\nb = = 2\n", "a.toml");
  ASSERT_EQ(document.diagnostics.size(), 1U);
  EXPECT_EQ(document.diagnostics[0].where.line, 2U);
  EXPECT_EQ(document.diagnostics[0].where.column, 5U);
  EXPECT_EQ(document.diagnostics[0].message.find('\n'), std::string::npos);
  EXPECT_TRUE(document.root.entries.empty());
}

TEST(ConfigDocument, CountsColumnsInBytes) {
  const ConfigDocument document = parse_config("a = { b = \"\u00e4\u00f6\u00fc\", c = 5 }\n", "a.toml");
  ASSERT_TRUE(document.diagnostics.empty());
  EXPECT_EQ(document.root.find("a")->value.table()->find("c")->where.column, 21U);
}

TEST(ConfigDocument, SurvivesHostileText) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(parse_config("a = " + deep, "a.toml").diagnostics.size(), 1U);
  EXPECT_EQ(parse_config(std::string_view("a = \"\0\xff\"", 9), "a.toml").diagnostics.size(), 1U);
  EXPECT_TRUE(parse_config("", "a.toml").diagnostics.empty());
}

}  // namespace
}  // namespace cantrail
