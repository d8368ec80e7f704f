#include "formats/log_kind.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using namespace std::string_view_literals;

std::string kind(std::string_view beginning) {
  const auto told = other_log_kind(beginning);
  return told ? told->substr(0, told->find(';')) : "";
}

TEST(OtherLogKind, IsSeenByTheFirstBytes) {
  EXPECT_EQ(kind("LOGG\x90\0\0\0"sv), "looks like Vector BLF");
  EXPECT_EQ(kind("MDF     4.10"), "looks like ASAM MDF (MF4)");
  EXPECT_EQ(kind("date Thu Apr 20 10:44:00 AM 2023\nbase hex  timestamps absolute\n"),
            "looks like Vector ASC");
  EXPECT_EQ(kind("\n// made by hand\nbase dec  timestamps relative\n"), "looks like Vector ASC");
  EXPECT_EQ(kind(";$FILEVERSION=2.1\n"), "looks like PEAK TRC");
  EXPECT_EQ(kind("1320745424.000 CXX OVMS CRTD\n1320745424.002 R11 402 FA 01\n"), "looks like CRTD");
  EXPECT_EQ(kind("0.1 1T29 18DAF110 02\n"), "looks like CRTD");
  EXPECT_EQ(kind("Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2\n"), "looks like GVRET CSV");
  EXPECT_EQ(kind("\xd4\xc3\xb2\xa1\x02\x00"sv), "looks like pcap");
  EXPECT_EQ(kind("\x0a\x0d\x0d\x0a"), "looks like pcapng");
}

TEST(OtherLogKind, OfCandumpLogsAndOfAnythingElseIsUnknown) {
  for (const std::string_view text :
       {""sv, "LOG"sv, "(1700000000.000000) can0 123#1122\n"sv, "can0  123   [2]  11 22\n"sv,
        "bread\nmilk\n"sv, "12 R12\n"sv, "R11 x\n"sv, "update 3\n"sv, "\0\0\0\0"sv}) {
    EXPECT_EQ(kind(text), "") << text;
  }
}

TEST(OtherLogKind, SaysWhatConvertsIt) {
  EXPECT_NE(other_log_kind("LOGG")->find("can_logconvert"), std::string::npos);
  EXPECT_NE(other_log_kind("0.1 1R11 402 FA\n")->find("SavvyCAN"), std::string::npos);
}

}  // namespace
}  // namespace cantrail
