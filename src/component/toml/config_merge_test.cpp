#include "component/toml/config_merge.hpp"

#include <gtest/gtest.h>

#include "component/toml/config_document.hpp"
#include "component/toml/toml_text.hpp"

namespace cantrail {
namespace {

struct Merged {
  ConfigTable root;
  std::string found;
};

Merged merge(const char* base, const char* over) {
  Merged merged{parse_config(base, "a.toml").root, ""};
  Diagnostics found;
  merge_config(merged.root, parse_config(over, "b.toml").root, found);
  for (const Diagnostic& diagnostic : found) merged.found += to_string(diagnostic) + "\n";
  return merged;
}

const ConfigEntry& at(const ConfigTable& table, std::string_view path) {
  const ConfigTable* here = &table;
  for (;;) {
    const std::size_t dot = path.find('.');
    const ConfigEntry* entry = here->find(path.substr(0, dot));
    if (dot == std::string_view::npos) return *entry;
    here = entry->value.table();
    path.remove_prefix(dot + 1);
  }
}

TEST(ConfigMerge, TablesBecomeOneAndLaterValuesWin) {
  const Merged merged = merge("[source.can0]\nbitrate = 1\ntype = \"bus\"\n[log]\nlevel = \"info\"\n",
                              "[source.can0]\nbitrate = 2\n[source.can1]\ntype = \"bus\"\n");
  EXPECT_EQ(merged.found, "");
  const ConfigEntry& bitrate = at(merged.root, "source.can0.bitrate");
  EXPECT_EQ(std::get<std::int64_t>(bitrate.value.value), 2);
  EXPECT_EQ(bitrate.value.where.file, "b.toml");
  EXPECT_EQ(bitrate.value.where.line, 2U);
  EXPECT_EQ(at(merged.root, "source.can0.type").where.file, "a.toml");
  EXPECT_EQ(at(merged.root, "source.can1.type").where.file, "b.toml");
  EXPECT_EQ(at(merged.root, "log.level").where.file, "a.toml");
}

TEST(ConfigMerge, ListsAreReplacedWhole) {
  const Merged merged = merge("[a]\nb = [1, 2, 3]\n", "[a]\nb = [4]\n");
  EXPECT_EQ(toml_text(at(merged.root, "a.b").value), "[4]");
}

TEST(ConfigMerge, ASectionAndAValueDoNotMix) {
  EXPECT_EQ(merge("log = { level = \"info\" }\n", "log = \"debug\"\n").found,
            "b.toml:1:1: error: 'log' is a string here and a table at a.toml:1:1\n");
  EXPECT_EQ(merge("log = \"debug\"\n", "[log]\nlevel = \"info\"\n").found,
            "b.toml:1:2: error: 'log' is a table here and a string at a.toml:1:1\n");
}

TEST(TomlText, WritesWhatCanBeReadAgain) {
  const char* text =
      "a = true\nb = -5\nc = 1.5\nd = \"a \\\"b\\\" \\\\ \\n\"\ne = [1, \"x\"]\nf = { \"two words\" = 1, g = "
      "2.0 }\n";
  const ConfigDocument document = parse_config(text, "a.toml");
  std::string written;
  for (const ConfigEntry& entry : document.root.entries) {
    written += toml_key(entry.key) + " = " + toml_text(entry.value) + "\n";
  }
  const ConfigDocument again = parse_config(written, "a.toml");
  EXPECT_TRUE(again.diagnostics.empty()) << written;
  std::string twice;
  for (const ConfigEntry& entry : again.root.entries) {
    twice += toml_key(entry.key) + " = " + toml_text(entry.value) + "\n";
  }
  EXPECT_EQ(twice, written);
  EXPECT_NE(written.find("f = { \"two words\" = 1, g = 2.0 }"), std::string::npos) << written;
}

}  // namespace
}  // namespace cantrail
