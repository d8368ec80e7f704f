#include "component/toml/nesting.hpp"

#include <string>

#include <gtest/gtest.h>

#include "component/toml/config_document.hpp"

namespace cantrail {
namespace {

std::string dotted(std::size_t parts) {
  std::string key = "a";
  for (std::size_t i = 1; i < parts; ++i) key += ".a";
  return key;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Nesting, CountsPartsOfNamesAndKeysTogetherWithBrackets) {
  EXPECT_EQ(too_deep("[a.b.c]\nd.e = 1\n", 5), std::nullopt);
  EXPECT_EQ(too_deep("[a.b.c]\nd.e = 1\n", 4), 9U);
  EXPECT_EQ(too_deep("a.b = { c.d = [[1]] }\n", 7), std::nullopt);
  EXPECT_EQ(too_deep("a.b = { c.d = [[1]] }\n", 6), 15U);
  EXPECT_EQ(too_deep("[[a.b]]\n[c . \"d\"]\n", 2), std::nullopt);
  EXPECT_EQ(too_deep("[[a.b]]\n[c . \"d\"]\n", 1), 3U);
}

TEST(Nesting, ForgetsWhatIsClosed) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    text += "[s" + n + ".t]\nk" + n + ".x = [{ a.b = 1.5 }, { a.b = 2.5 }, [\n1.5,\n2.5 ] ] # ...[[[\n";
  }
  EXPECT_EQ(too_deep(text, 9), std::nullopt);
}

TEST(Nesting, LooksIntoNoStringAndNoComment) {
  const std::string dots = repeated("a.[{", 500);
  for (const std::string& quoted :
       {"\"" + dots + "\"", "'" + dots + "'", "\"\"\"\n\"" + dots + "\n\"\"\"\"\"", "'''\n''" + dots + "'''",
        "\"\\\"" + dots + "\"", "1 # " + dots}) {
    EXPECT_EQ(too_deep("k = " + quoted + "\na.b = 1\n", 3), std::nullopt) << quoted.substr(0, 20);
    EXPECT_EQ(too_deep("k = " + quoted + "\na.b.c = 1\n", 2).has_value(), true) << quoted.substr(0, 20);
  }
  EXPECT_EQ(too_deep("\"a.b.c\".'d.e.f' = 1.5\n", 2), std::nullopt);
}

TEST(Nesting, EndsWithAnyText) {
  for (const char* text :
       {"", "\"", "'''", "\"\\", "#", "]", "}}}", "[", "{[", "a.", "\"\"\"\"", "k = \"x\n"}) {
    EXPECT_EQ(too_deep(text), std::nullopt) << text;
  }
}

TEST(ConfigDocument, RefusesWhatNestsTooDeepToBeRead) {
  for (const std::string& text :
       {"[" + dotted(20'000) + "]\n", dotted(50'000) + " = 1\n", "k = { " + dotted(20'000) + " = 1 }\n",
        "[[" + dotted(20'000) + "]]\n", "x = " + repeated("[", 20'000) + repeated("]", 20'000) + "\n",
        "x = " + repeated("{ " + dotted(60) + " = ", 200) + "1" + repeated(" }", 200) + "\n"}) {
    const ConfigDocument document = parse_config("config_version = 1\n" + text, "a.toml");
    ASSERT_EQ(document.diagnostics.size(), 1U) << text.substr(0, 10);
    EXPECT_EQ(document.diagnostics[0].where.file, "a.toml");
    EXPECT_EQ(document.diagnostics[0].where.line, 2U);
    EXPECT_GT(document.diagnostics[0].where.column, 64U);
    EXPECT_EQ(document.diagnostics[0].message, "nests deeper than 64 levels, dots of keys counted as well");
    EXPECT_TRUE(document.root.entries.empty());
  }
  EXPECT_TRUE(parse_config("[" + dotted(63) + "]\na = 1\n", "a.toml").diagnostics.empty());
}

}  // namespace
}  // namespace cantrail
