#include "component/toml/env_file.hpp"

#include <gtest/gtest.h>

#include "component/toml/test_folder.hpp"

namespace cantrail {
namespace {

std::string lines(const Diagnostics& found) {
  std::string text;
  for (const Diagnostic& diagnostic : found) text += to_string(diagnostic) + "\n";
  return text;
}

TEST(EnvFile, HasTheVariablesOfItsLines) {
  Diagnostics found;
  const EnvFile file = EnvFile::parse(
      "# a comment\n\nA=1\n B = two words \r\nexport C=\"quoted # text\"\nD='x'\nE=\nA=2\nF=a=b\n; more\n",
      "x.env", found);
  EXPECT_EQ(lines(found), "");
  EXPECT_EQ(file.find("A")->text, "2");
  EXPECT_EQ(file.find("A")->where.line, 8U);
  EXPECT_EQ(file.find("B")->text, "two words");
  EXPECT_EQ(file.find("C")->text, "quoted # text");
  EXPECT_EQ(file.find("D")->text, "x");
  EXPECT_EQ(file.find("E")->text, "");
  EXPECT_EQ(file.find("F")->text, "a=b");
  EXPECT_FALSE(file.find("G"));
}

TEST(EnvFile, SaysWhichLineIsNoneWithoutShowingIt) {
  Diagnostics found;
  (void)EnvFile::parse("A=1\nhunter2\n2B=x\n", "x.env", found);
  EXPECT_EQ(lines(found), "x.env:2: error: no line KEY=VALUE\nx.env:3: error: no line KEY=VALUE\n");
}

TEST(EnvFile, IsRefusedWhereOthersCanReadIt) {
  const testing::TestFolder folder;
  const SourceLocation where{"node.toml", 3, 12};
  for (const unsigned mode : {0640U, 0604U, 0644U, 0620U}) {
    folder.write("x.env", "A=1\n", mode);
    Diagnostics found;
    EXPECT_FALSE(EnvFile::read(real_file_system(), folder.file("x.env"), where, found));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(to_string(found[0]).find("node.toml:3:12: error: "), std::string::npos);
    EXPECT_NE(found[0].message.find("run `chmod 600 " + folder.file("x.env") + "`"), std::string::npos);
  }
  folder.write("x.env", "A=1\n", 0600);
  Diagnostics found;
  const auto file = EnvFile::read(real_file_system(), folder.file("x.env"), where, found);
  ASSERT_TRUE(file) << lines(found);
  EXPECT_EQ(file->find("A")->where.file, folder.file("x.env"));
}

TEST(EnvFile, ThatIsNotThereIsNamed) {
  Diagnostics found;
  EXPECT_FALSE(EnvFile::read(real_file_system(), "/nowhere/x.env", {"node.toml", 3, 12}, found));
  EXPECT_EQ(lines(found), "node.toml:3:12: error: there is no file /nowhere/x.env\n");
}

}  // namespace
}  // namespace cantrail
