#include "component/toml/obstacle.hpp"

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

std::optional<std::size_t> found(std::string_view text, TomlObstacle::Kind kind,
                                 std::size_t most = kDeepestNesting) {
  const auto obstacle = find_obstacle(text, most);
  if (!obstacle || obstacle->kind != kind) return std::nullopt;
  return obstacle->at;
}

std::optional<std::size_t> too_deep(std::string_view text, std::size_t most = kDeepestNesting) {
  return found(text, TomlObstacle::Kind::too_deep, most);
}

std::optional<std::size_t> not_ascii(std::string_view text) {
  return found(text, TomlObstacle::Kind::not_ascii);
}

TEST(NotAscii, IsFoundOutsideOfStringsAndCommentsOnly) {
  EXPECT_EQ(not_ascii("größe = 1\n"), 2U);
  EXPECT_EQ(not_ascii("[küche]\n"), 2U);
  EXPECT_EQ(not_ascii("a = “b”\n"), 4U);
  EXPECT_EQ(not_ascii("a\u00A0= 1\n"), 1U);
  EXPECT_EQ(not_ascii("a = 'b' ± 1\n"), 8U);
  EXPECT_EQ(not_ascii("a = \"b\nö = 1\n"), 7U);
  EXPECT_EQ(not_ascii("a = 1 # größe\n\"größe\" = 'ä'\nb = \"\"\"ö\nö\"\"\"\nc = '''ü\nü'''\n"),
            std::nullopt);
  EXPECT_EQ(not_ascii("\uFEFFa = 1\n"), std::nullopt);
  EXPECT_EQ(not_ascii("a\uFEFF = 1\n"), 1U);
  EXPECT_EQ(not_ascii("a = \xE4\n"), 4U);
}

TEST(ConfigDocument, TellsACharacterThatNeedsQuotes) {
  const ConfigDocument document = parse_config("[a]\nb\u00D0 = 1\n", "a.toml");
  ASSERT_EQ(document.diagnostics.size(), 1U);
  EXPECT_EQ(document.diagnostics[0].where.line, 2U);
  EXPECT_EQ(document.diagnostics[0].where.column, 2U);
  EXPECT_EQ(document.diagnostics[0].message,
            "no valid TOML: \"Ð\" (U+00D0) can only stand in a comment or between quotes (\"…\" or '…'), in "
            "keys and names "
            "of sections too");
  EXPECT_EQ(parse_config("b = \xE4\n", "a.toml").diagnostics.at(0).message.substr(0, 50),
            "no valid TOML: the byte \\xE4, which is no UTF-8, c");
  EXPECT_EQ(parse_config("b\u00A0= 1\n", "a.toml").diagnostics.at(0).message.substr(0, 27),
            "no valid TOML: \"\u00A0\" (U+00A0");
  EXPECT_TRUE(parse_config("\uFEFF\"größe\" = 'ä' # ü\n", "a.toml").diagnostics.empty());
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
