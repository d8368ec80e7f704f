#include <gtest/gtest.h>

#include "encode/csv_rows.hpp"
#include "encode/sample_catalog.hpp"
#include "encode/table_rows.hpp"

namespace cantrail::encode {
namespace {

TEST(CsvText, IsQuotedOnlyWhereNeeded) {
  const auto csv = [](std::string_view text) {
    std::string out;
    append_csv_text(out, text);
    return out;
  };
  EXPECT_EQ(csv("plain text"), "plain text");
  EXPECT_EQ(csv(""), "");
  EXPECT_EQ(csv("a,b"), "\"a,b\"");
  EXPECT_EQ(csv("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv("two\nlines\r"), "\"two\nlines\r\"");
  EXPECT_EQ(csv(" padded"), "\" padded\"");
  EXPECT_EQ(csv("\x1b]0;owned\x07"), "\\x1B]0;owned\\x07");
  EXPECT_EQ(csv(std::string_view("a\0b,\x7f", 5)), "\"a\\x00b,\\x7F\"");
  EXPECT_EQ(csv("tab\tstays"), "tab\tstays");
  EXPECT_EQ(csv("\xE2\x82\xAC"), "\xE2\x82\xAC");
}

TEST(CsvRows, WritesALineForEachSignalThatIsPresent) {
  const CsvRows rows(sample_catalog());
  const StreamBlock block = battery_rows();
  std::string out(CsvRows::header());
  rows.append(out, block, 0);
  rows.append(out, block, 1);
  EXPECT_EQ(out,
            "time,channel,message,signal,value,unit,label\n"
            "1700000000.123456789,can0,Battery,Voltage,1.5,V,LOW\n"
            "1700000000.123456789,can0,Battery,Gear,3,,DRIVE\n"
            "1700000000.123456789,can0,Battery,Counter,0,,\n"
            "-0.000000001,can0,Battery,Voltage,360.0,V,\n"
            "-0.000000001,can0,Battery,Counter,18446744073709551615,,\n");
}

// Gear says why it is absent; of Voltage nobody can tell more than that it was not sent.
StreamBlock rows_with_a_reason() {
  StreamBlock block = battery_rows();
  block.set_absent(0, 1, Quality::inactive);
  block.set_absent(1, 1, Quality::out_of_range);
  return block;
}

TEST(CsvRows, HasTheReasonAsTheLabelOfNoValue) {
  std::string out;
  CsvRows(sample_catalog()).append(out, rows_with_a_reason(), 1);
  EXPECT_EQ(out,
            "-0.000000001,can0,Battery,Gear,,,out_of_range\n"
            "-0.000000001,can0,Battery,Counter,18446744073709551615,,\n");
}

TEST(TableRows, HasTheReasonBehindADash) {
  std::string out;
  const StreamBlock block = rows_with_a_reason();
  TableRows(sample_catalog()).append(out, block, 1, 498);
  EXPECT_EQ(out,
            "-0.000000001  can0       1F2  Battery      Gear=– (out_of_range)  "
            "Counter=18446744073709551615\n");
}

TEST(CsvRows, SurvivesHostileNamesAndValues) {
  const CsvRows rows(sample_catalog());
  std::string out;
  rows.append(out, hostile_rows(), 0);
  EXPECT_EQ(out,
            "0.000000005,can0,\"Ev\"\"il\\,\n\",\\x1B[2J,inf,\xB0"
            "C,\n"
            "0.000000005,can0,\"Ev\"\"il\\,\n\",\"a,b\",\"x\"\"\\x01\xFF,\xE2\x82\xAC\",m\xC2\xB2,\n");
}

TEST(CsvRows, NamesTheSourceWhereThereIsNoChannel) {
  const CsvRows rows(sample_catalog());
  std::string out;
  rows.append(out, climate_rows(), 0);
  EXPECT_EQ(out, "1.000000000,bme,climate,on,true,,\n");
}

TEST(TableRows, AlignsWhatStandsBeforeTheSignals) {
  const TableRows rows(sample_catalog());
  std::string out;
  rows.append(out, battery_rows(), 0, 498);
  rows.append(out, battery_rows(), 1, 498);
  rows.append(out, climate_rows(), 0, std::nullopt);
  EXPECT_EQ(
      out,
      "1700000000.123456789  can0       1F2  Battery      Voltage=1.5 V (LOW)  Gear=3 (DRIVE)  Counter=0\n"
      "-0.000000001  can0       1F2  Battery      Voltage=360.0 V  Counter=18446744073709551615\n"
      "1.000000000  bme             climate      on=true\n");
}

TEST(TableRows, KeepsTheTerminalSafe) {
  const TableRows rows(sample_catalog());
  std::string out;
  rows.append(out, hostile_rows(), 0, 0x18FEE000 | kIdExtended);
  EXPECT_EQ(out,
            "0.000000005  can0  18FEE000  Ev\"il\\,\\x0A  \\x1B[2J=inf \\xB0"
            "C  a,b=x\"\\x01\\xFF,€ m²\n");
}

}  // namespace
}  // namespace cantrail::encode
