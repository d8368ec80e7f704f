// A broken statement costs only itself; hostile text costs linear time and nothing else.
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "decode/dbc/parser.hpp"
#include "decode/dbc/test_parsed.hpp"
#include "sanitized.hpp"

namespace cantrail::dbc {
namespace {

using testing::parsed;

struct Broken {
  const char* text;
  const char* says;  // part of the warning
};

// Put between good statements, one after another. All on one line, none followed by another broken one.
const std::vector<Broken> kBroken{
    {"BO_ twelve Bad1: 8 ECU", "found 'twelve'"},
    {"BO_ 900 Bad2 8 ECU", "expected ':'"},
    {"BO_ 901 Bad3: eight ECU", "a length in bytes"},
    {"BO_ 902 Bad4: 8 ECU trailing \"junk\"", "the end of the line"},
    {"BO_ 99999999999 Bad5: 8 ECU", "between 0 and 4294967295"},
    {"VAL_ 100 S 0 \"a\" one \"b\" ;", "found 'one'"},
    {"VAL_ 100 S 0 \"a\" 1.5 \"b\" ;", "integer"},
    {"VAL_ 100 S 0 \"a\" 1 ;", "the value's name"},
    {"VAL_ 100 S 0 \"never closed ;", "closing quote"},
    {"VAL_ 555 S 0 \"a\" ;", "message 555"},
    {"VAL_ 100 Nobody 0 \"a\" ;", "'Nobody'"},
    {"CM_ SG_ 100 \"no name\";", "a signal's name"},
    {"CM_ BO_ \"no id\";", "identifier"},
    {"CM_ SG_ 100 S \"two\" \"texts\";", "';'"},
    {"CM_ 100 \"no BO_\";", "BO_"},
    {"CM_ BU_ Nobody \"who\";", "node 'Nobody'"},
    {"CM_ BO_ 100 \"never closed;", "closing quote"},
    {"BA_DEF_ BO_ \"Odd\" NUMBER 0 1;", "NUMBER"},
    {"BA_DEF_ BO_ Unquoted INT 0 1;", "in quotes"},
    {"BA_DEF_ BO_ \"Odd\" INT 0;", "maximum"},
    {"BA_ \"Cycle\" BO_ 100 ;", "value"},
    {"BA_ \"Cycle\" BO_ 556 5;", "message 556"},
    {"BA_DEF_DEF_ \"Cycle\" zero;", "found 'zero'"},
    {"SIG_VALTYPE_ 100 S : 7;", "value type"},
    {"SIG_VALTYPE_ 100 S : 1;", "32 bits"},
    {"SG_MUL_VAL_ 100 S Mux 1-;", "selector value"},
    {"SG_MUL_VAL_ 100 S Nobody 1-2;", "'Nobody'"},
    {"VAL_TABLE_ Broken 0 1 2 ;", "in quotes"},
    {"EV_ Broken 0 [0|1] \"\" 0 1 DUMMY_NODE_VECTOR0 ECU;", "':'"},
    {"WHAT_ IS \"this\" ;", "WHAT_"},
};

TEST(BrokenDbc, ThirtyBrokenStatementsLeaveThirtyWarningsAtTheirLinesAndAllGoodOnes) {
  ASSERT_EQ(kBroken.size(), 30u);
  std::string text =
      "VERSION \"1\"\nNS_ :\nBS_:\nBU_: ECU\nBO_ 100 First: 8 ECU\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" ECU\n";
  std::uint32_t line = 6;
  std::vector<std::uint32_t> lines;
  for (std::size_t i = 0; i < kBroken.size(); ++i) {
    text += std::string(kBroken[i].text) + "\n";
    lines.push_back(++line);
    text += "CM_ SG_ 100 S \"comment " + std::to_string(i) + "\";\nBO_ " + std::to_string(200 + i) + " Good" +
            std::to_string(i) + ": 8 ECU\n SG_ G : 0|8@1+ (1,0) [0|0] \"\" ECU\nVAL_ " +
            std::to_string(200 + i) + " G 0 \"zero\" ;\n";
    line += 4;
  }
  const Parsed result = parsed(text);
  ASSERT_EQ(result.diagnostics.size(), 30u);
  for (std::size_t i = 0; i < 30; ++i) {
    const Diagnostic& warning = result.diagnostics[i];
    EXPECT_EQ(warning.where.line, lines[i]) << to_string(warning);
    EXPECT_GT(warning.where.column, 0u);
    EXPECT_EQ(warning.where.file, "x.dbc");
    EXPECT_EQ(warning.severity, Severity::warning);
    EXPECT_NE(warning.message.find(kBroken[i].says), std::string::npos) << to_string(warning);
  }
  ASSERT_EQ(result.database.messages.size(), 31u);
  for (std::size_t i = 1; i < 31; ++i) {
    const Message& message = result.database.messages[i];
    ASSERT_EQ(message.signals.size(), 1u) << message.name;
    EXPECT_EQ(message.signals[0].values.size(), 1u) << message.name;
  }
  EXPECT_EQ(result.database.messages[0].signals[0].comment, "comment 29");
  EXPECT_EQ(result.database.nodes.size(), 1u);
}

TEST(BrokenDbc, ABrokenSignalCostsOnlyItselfAndWhatIsSaidAboutItIsNoNews) {
  const std::vector<const char*> broken{
      "B 0|8@1+ (1,0) [0|0] \"\" X",      "B : 0|8@2+ (1,0) [0|0] \"\" X",
      "B : 0|8@1 (1,0) [0|0] \"\" X",     "B : 0|8@1+ 1,0 [0|0] \"\" X",
      "B : 0|8@1+ (1;0) [0|0] \"\" X",    "B : 0|8@1+ (1,0) [0|0 \"\" X",
      "B : 0|8@1+ (1,0) [0|0] V X",       "B : 0|8@1+ (1,0) [0|0] \"V X",
      "B : -1|8@1+ (1,0) [0|0] \"\" X",   "B : x|8@1+ (1,0) [0|0] \"\" X",
      "B m : 0|8@1+ (1,0) [0|0] \"\" X",  "B : 0|8@1+ (1,0)",
      "B mx : 0|8@1+ (1,0) [0|0] \"\" X", "B : 0|8@1+ (1e999,0) [0|0] \"\" X",
      "B : 0|8@1+ (1,0) [0|0] \"\" X;Y",  "B-C : 0|8@1+ (1,0) [0|0] \"\" X"};
  for (const char* const signal : broken) {
    const Parsed result =
        parsed("BO_ 1 M: 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ " + std::string(signal) +
               "\n SG_ C : 8|8@1+ (1,0) [0|0] \"km\" X\nVAL_ 1 B 0 \"a\" ;\nCM_ SG_ 1 B \"c\";\n");
    ASSERT_EQ(result.diagnostics.size(), 1u) << signal;
    EXPECT_EQ(result.diagnostics[0].where.line, 3u) << to_string(result.diagnostics[0]);
    ASSERT_EQ(result.database.messages.size(), 1u);
    ASSERT_EQ(result.database.messages[0].signals.size(), 2u) << signal;
    EXPECT_EQ(result.database.messages[0].signals[1].name, "C");
  }
}

TEST(BrokenDbc, ABrokenMessageTakesItsSignalsWithItUnderOneWarning) {
  const Parsed result = parsed(
      "BO_ 1 M 8 X\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ B : 0|8@1+ (1,0) [0|0] \"\" X\n"
      "BO_ 2 N: 8 X\n SG_ C : 0|8@1+ (1,0) [0|0] \"\" X\nCM_ BO_ 1 \"c\";\nVAL_ 1 A 0 \"z\";\n");
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(to_string(result.diagnostics[0]),
            "x.dbc:1:9: warning: BO_ left out: expected ':' after the message's name, found '8'");
  ASSERT_EQ(result.database.messages.size(), 1u);
  EXPECT_EQ(result.database.messages[0].signals.size(), 1u);
}

TEST(BrokenDbc, AMissingClosingQuoteDoesNotSwallowTheNextStatements) {
  const Parsed result = parsed(
      "BO_ 1 M: 8 X\nCM_ BO_ 1 \"never closed;\nCM_ \"the network\";\nBO_ 2 N: 8 X\n"
      "CM_ BO_ 2 \"closed\";\nVAL_TABLE_ T 0 \"never closed\nBO_ 3 O: 8 X\n");
  ASSERT_EQ(result.diagnostics.size(), 2u);
  EXPECT_EQ(result.diagnostics[1].where.line, 6u);
  EXPECT_NE(result.diagnostics[1].message.find("closing quote"), std::string::npos);
  EXPECT_EQ(result.database.messages.size(), 3u);
  EXPECT_EQ(result.database.comment, "the network");
  EXPECT_EQ(result.database.messages[1].comment, "closed");
}

TEST(BrokenDbc, AnEndOfFileInTheMiddleCostsTheLastStatement) {
  const std::string whole =
      "BU_: A\nBO_ 1 M: 8 A\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" A\nCM_ SG_ 1 S \"text\";\nVAL_ 1 S 0 \"z\" ;\n";
  for (std::size_t length = 2; length < whole.size(); ++length) {
    const auto result = parse(whole.substr(0, length), "x.dbc");
    EXPECT_TRUE(!result || result->diagnostics.size() <= 1) << length;
  }
}

TEST(BrokenDbc, TextWithoutAnyStatementIsRejected) {
  using namespace std::string_literals;
  for (const std::string& text : {""s, " \n\t"s, "[source.can0]\ntype = \"socketcan\"\n"s, "\0\x01\x02"s,
                                  "(1436509052.249713) vcan0 044#2A\n"s, std::string(100, '"')}) {
    const auto result = parse(text, "x.toml");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.fault().kind, FaultKind::rejected);
    EXPECT_TRUE(result.fault().message.starts_with("x.toml: no DBC file: ")) << result.fault().message;
  }
  EXPECT_NE(parse("\xFF\xFE"
                  "V\0"s,
                  "x")
                .fault()
                .message.find("UTF-16"),
            std::string::npos);
}

std::string repeated(const std::string& piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

TEST(BrokenDbc, HostileTextOfAMegabyteIsDoneQuickly) {
  constexpr std::size_t kBytes = 1'000'000;
  std::vector<std::string> texts;
  for (const char* const piece : {"(",
                                  ")",
                                  "\"",
                                  "\\\"",
                                  ";",
                                  "/*",
                                  "/",
                                  "//",
                                  "SG_",
                                  "SG_ ",
                                  "\nSG_ ",
                                  "\nCM_ \"",
                                  "\nVAL_ 1 s 1 \" 1 \"",
                                  "\nVAL_ 1 s 1 \"",
                                  "\n/* CM_ \"",
                                  " ",
                                  "\t\n",
                                  "9",
                                  "BU_: a\n",
                                  "NS_ :\n",
                                  "\nBU_:\n",
                                  "\nFOO_",
                                  "\nBS_: 1",
                                  "\nBO_ 1 a: 8 b",
                                  "\nCM_ BO_ 1 \"x\nCM_ BO_ 1 \"",
                                  "\nBA_ \"a\" 1;",
                                  "0-0,",
                                  "\r",
                                  "a,",
                                  "[",
                                  "1 \"a\" "}) {
    texts.push_back(repeated(piece, kBytes));
    const std::string some = repeated(piece, kBytes / 4);
    texts.push_back("BO_ 1 M: 8 X\n SG_ S m0 : 0|8@1+ (1,0) [0|0] \"\" " + some);
    texts.push_back("VAL_ 1 S " + some);
    texts.push_back("SG_MUL_VAL_ 1 S T " + some);
    texts.push_back("BU_: " + some);
  }
  for (const std::string& text : texts) {
    const std::clock_t start = std::clock();  // of this process: a busy machine is no slow parser
    const auto result = parse(text, "x");
    const double took_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_LT(took_s, 5.0 * kTimesSlower) << text.substr(0, 80);
    EXPECT_TRUE(!result || result->diagnostics.size() <= 10'001);
  }
}

TEST(BrokenDbc, HostileStructureOfAMegabyteIsDoneQuickly) {
  std::string overlapping = "BO_ 1 M: 64 X\n SG_ Mux M : 0|16@1+ (1,0) [0|0] \"\" X\n";
  std::string chained = overlapping, ranges = overlapping;
  for (int i = 0; overlapping.size() < 1'000'000; ++i) {
    const std::string number = std::to_string(i);
    overlapping += " SG_ S" + number + " m" + number + " : 64|64@1+ (1,0) [0|0] \"\" X\n";
    chained += " SG_ S" + number + " m1M : 64|64@1+ (1,0) [0|0] \"\" X\n";
    if (i > 0) chained += "SG_MUL_VAL_ 1 S" + number + " S" + std::to_string(i - 1) + " 1-1;\n";
  }
  for (const char* const name : {"A", "B"}) {
    ranges += std::string(" SG_ ") + name + " m0 : 64|64@1+ (1,0) [0|0] \"\" X\n";
  }
  for (const char* const name : {"A", "B"}) {
    ranges += std::string("SG_MUL_VAL_ 1 ") + name + " Mux 4-4";
    ranges.back() = name[0] == 'A' ? '4' : '5';
    ranges[ranges.size() - 3] = ranges.back();
    for (int i = 0; i < 100'000; ++i) ranges += name[0] == 'A' ? ",2-2" : ",3-3";
    ranges += ";\n";
  }
  for (const std::string& text : {overlapping, chained, ranges}) {
    const std::clock_t start = std::clock();  // of this process: a busy machine is no slow parser
    EXPECT_TRUE(parse(text, "x").ok());
    const double took_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_LT(took_s, 5.0 * kTimesSlower) << text.substr(0, 80);
  }
}

}  // namespace
}  // namespace cantrail::dbc
