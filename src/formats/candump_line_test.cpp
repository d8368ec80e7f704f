#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "formats/candump.hpp"

namespace cantrail::candump {
namespace {

struct Expected {
  std::int64_t time_ns;
  std::string_view channel;
  std::uint32_t id;
  std::string_view data;  // hexadecimal
  FrameFlags flags = 0;   // without the origin
  int length = -1;        // of remote frames
};

void expect_frame(std::string_view line, const Expected& expected) {
  SCOPED_TRACE(line);
  ParsedLine parsed;
  ASSERT_EQ(parse_line(line, parsed), LineKind::frame) << parsed.reason;
  ASSERT_EQ(parsed.time.has_value(), expected.time_ns >= 0);
  if (parsed.time) {
    EXPECT_EQ(parsed.time->ns, expected.time_ns);
  }
  EXPECT_EQ(parsed.channel, expected.channel);
  EXPECT_EQ(parsed.id, expected.id);
  EXPECT_EQ(parsed.flags, with_origin(expected.flags, TimeOrigin::recorded));
  EXPECT_EQ(to_hex(parsed.view().data, true), expected.data);
  EXPECT_EQ(parsed.length,
            expected.length >= 0 ? static_cast<std::size_t>(expected.length) : expected.data.size() / 2);
}

void expect_malformed(std::string_view line, std::string_view reason) {
  SCOPED_TRACE(line);
  ParsedLine parsed;
  ASSERT_EQ(parse_line(line, parsed), LineKind::malformed);
  EXPECT_EQ(parsed.reason, reason);
}

constexpr std::int64_t kTime = 1'700'000'000'123'456'000;
constexpr FrameFlags dlc(unsigned raw) {
  return static_cast<FrameFlags>(raw << kDlcShift);
}

TEST(CandumpLine, ReadsLogsOfClassicFrames) {
  expect_frame("(1700000000.123456) can0 123#DEADBEEF", {kTime, "can0", 0x123, "DEADBEEF"});
  expect_frame("(1700000000.123456789) can0 7FF#", {kTime + 789, "can0", 0x7FF, ""});
  expect_frame("(1700000000.123456) vcan10 1FFFFFFF#0011223344556677\r",
               {kTime, "vcan10", 0x1FFFFFFF | kIdExtended, "0011223344556677"});
  expect_frame("(1700000000.123456)   can0 00000123#de.ad.be.ef",
               {kTime, "can0", 0x123 | kIdExtended, "DEADBEEF"});
  expect_frame("(166.000000) can0 123#01", {166'000'000'000, "can0", 0x123, "01"});
  expect_frame("(0000000166.5) can0 123#01", {166'500'000'000, "can0", 0x123, "01"});
  expect_frame("12 (1700000000.123456) can0 123#01", {kTime, "can0", 0x123, "01"});
}

TEST(CandumpLine, ReadsIdentifiersWithoutLeadingZeros) {
  expect_frame("(1700000000.123456) can0 CF00300#FD", {kTime, "can0", 0xCF00300 | kIdExtended, "FD"});
  expect_frame("(1700000000.123456) can0 1234#FD", {kTime, "can0", 0x1234 | kIdExtended, "FD"});
  expect_frame("(1700000000.123456) can0 1#FD", {kTime, "can0", 1, "FD"});
}

TEST(CandumpLine, ReadsRemoteFrames) {
  expect_frame("(1700000000.123456) can0 123#R", {kTime, "can0", 0x123 | kIdRemote, "", 0, 0});
  expect_frame("(1700000000.123456) can0 123#R5", {kTime, "can0", 0x123 | kIdRemote, "", 0, 5});
  expect_frame("(1700000000.123456) can0 00000123#r8_C",
               {kTime, "can0", 0x123 | kIdExtended | kIdRemote, "", dlc(12), 8});
}

TEST(CandumpLine, ReadsRawDlcs) {
  expect_frame("(1700000000.123456) can0 123#1122334455667788_9",
               {kTime, "can0", 0x123, "1122334455667788", dlc(9)});
  expect_frame("(1700000000.123456) can0 123#1122334455667788_f T",
               {kTime, "can0", 0x123, "1122334455667788", dlc(15) | kFlagTx});
}

TEST(CandumpLine, ReadsCanFd) {
  expect_frame("(1700000000.123456) can0 123##0", {kTime, "can0", 0x123, "", kFlagFd});
  expect_frame("(1700000000.123456) can0 123##1AA", {kTime, "can0", 0x123, "AA", kFlagFd | kFlagBrs});
  expect_frame("(1700000000.123456) can0 00000123##7.11.22",
               {kTime, "can0", 0x123 | kIdExtended, "1122", kFlagFd | kFlagBrs | kFlagEsi});
  const std::string whole =
      "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
      "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";
  expect_frame("(1700000000.123456) can0 123##6" + whole + " R",
               {kTime, "can0", 0x123, whole, kFlagFd | kFlagEsi});
  expect_malformed("(1700000000.123456) can0 123##6" + whole + "00", "more than 64 bytes of data");
}

TEST(CandumpLine, ReadsErrorFrames) {
  expect_frame("(1700000000.123456) can0 20000004#0004000000000000",
               {kTime, "can0", kIdError | 4, "0004000000000000"});
  expect_frame("  can0  20000088   [8]  00 00 80 19 00 00 00 00   ERRORFRAME",
               {-1, "can0", kIdError | 0x88, "0000801900000000"});
}

TEST(CandumpLine, ReadsWhatCandumpPrints) {
  expect_frame("  can0  123   [8]  11 22 33 44 55 66 77 88", {-1, "can0", 0x123, "1122334455667788"});
  expect_frame("  can0       123   [0] ", {-1, "can0", 0x123, ""});
  expect_frame("  can0  12345678   [2]  11 22", {-1, "can0", 0x12345678 | kIdExtended, "1122"});
  expect_frame("  can0  123   [8]  remote request", {-1, "can0", 0x123 | kIdRemote, "", 0, 8});
  expect_frame("  can0  123  [08]  11 22 33 44 55 66 77 88",
               {-1, "can0", 0x123, "1122334455667788", kFlagFd});
  expect_frame("  can0  123   {F}  11 22 33 44 55 66 77 88",
               {-1, "can0", 0x123, "1122334455667788", dlc(15)});
  expect_frame("  can0  123   {3}  11 22 33", {-1, "can0", 0x123, "112233"});
  expect_frame("  can0  123   [4]  41 42 0A 20               'AB. '", {-1, "can0", 0x123, "41420A20"});
  expect_frame("  can0  123   [2]  00010001 11111111", {-1, "can0", 0x123, "11FF"});
}

TEST(CandumpLine, ReadsPrintedTimes) {
  expect_frame(" (1673458929.103950)  can0  011   [1]  01", {1'673'458'929'103'950'000, "can0", 0x11, "01"});
  expect_frame(" (2023-01-11 17:42:09.103950)  can0  011   [1]  01",
               {1'673'458'929'103'950'000, "can0", 0x11, "01"});
  expect_frame(" (2023-01-11 17:42:09.103950123)  can0  011   [1]  01",
               {1'673'458'929'103'950'123, "can0", 0x11, "01"});
  expect_frame(" (003.000001)  can0  011   [1]  01", {3'000'001'000, "can0", 0x11, "01"});
}

TEST(CandumpLine, ReadsPrintedDirections) {
  expect_frame(" (003.000001)  can0  TX - -       011   [1]  01",
               {3'000'001'000, "can0", 0x11, "01", kFlagTx});
  expect_frame("  can0  RX B E  011  [01]  01", {-1, "can0", 0x11, "01", kFlagFd | kFlagBrs | kFlagEsi});
  expect_frame("  can0  RX B -  011   [1]  01", {-1, "can0", 0x11, "01", 0});
}

TEST(CandumpLine, PassesOverLinesWithoutFrame) {
  ParsedLine parsed;
  for (const char* line : {"", "\r", "   ", "# a comment", "; another", "\tcontroller-problem{rx-overflow}",
                           "\tprotocol-violation{{tx-recessive-bit-error}{acknowledge-slot}}"}) {
    EXPECT_EQ(parse_line(line, parsed), LineKind::blank) << line;
  }
}

TEST(CandumpLine, ReportsCandumpsOwnDrops) {
  ParsedLine parsed;
  ASSERT_EQ(parse_line("DROPCOUNT: dropped 12 CAN frames on 'can1' socket (total drops 20)", parsed),
            LineKind::drops);
  EXPECT_EQ(parsed.dropped, 12U);
  EXPECT_EQ(parsed.channel, "can1");
  expect_malformed("DROPCOUNT: dropped many CAN frames", "a drop report without a number");
}

TEST(CandumpLine, SaysWhyALineIsMalformed) {
  const std::string begin = "(1700000000.123456) can0 ";
  expect_malformed(begin + "123#ABC", "data has an odd number of digits");
  expect_malformed(begin + "123#AXBC", "data is not hexadecimal");
  expect_malformed(begin + "123#.11", "data is not hexadecimal");
  expect_malformed(begin + "123#112233445566778899", "more than 8 bytes of data in a classic frame");
  expect_malformed(begin + "123#11223344556677_9", "a raw DLC is 9 to F and follows 8 bytes");
  expect_malformed(begin + "123#1122334455667788_8", "a raw DLC is 9 to F and follows 8 bytes");
  expect_malformed(begin + "123#1122334455667788_99", "text behind the raw DLC");
  expect_malformed(begin + "123#R9", "the length of a remote frame is 0 to 8");
  expect_malformed(begin + "123#R88", "text behind the remote frame");
  expect_malformed(begin + "20000001#R", "an error frame cannot be a remote frame");
  expect_malformed(begin + "123##", "the CAN FD flags are missing");
  expect_malformed(begin + "FFF#00", "an identifier of 3 digits is at most 7FF");
  expect_malformed(begin + "012345678#00", "the identifier has more than 8 digits");
  expect_malformed(begin + "#00", "the identifier is missing");
  expect_malformed(begin + "XYZ#00", "the identifier is not hexadecimal");
  expect_malformed(begin + "80000123#00", "the identifier has more than 29 bits");
  expect_malformed(begin + "00123#81:00:00000000#1122", "CAN XL frames are not supported");
  expect_malformed(begin + "123#00 X", "text behind the data");
  expect_malformed(begin, "not a line of candump");
  expect_malformed("(1700000000.123456) 123#00", "the channel is missing");
  expect_malformed("(1700000000.123456 can0 123#00", "the timestamp has no closing parenthesis");
  expect_malformed("(yesterday) can0 123#00", "the timestamp is neither seconds nor a date");
  expect_malformed("(1700000000.1234567890) can0 123#00", "the timestamp is neither seconds nor a date");
  expect_malformed("(9223372036.999999) can0 123#00", "the timestamp is neither seconds nor a date");
  expect_malformed("can0 123 [4] 11 22 33", "less data than the length says");
  expect_malformed("can0 123 [2] 11 22 33", "text behind the data");
  expect_malformed("can0 123 [9] 11", "not a line of candump");
  expect_malformed("can0 123 [65] 11", "more than 64 bytes of data");
  expect_malformed("can0 123 [4] 44`33`22`11", "the byte order is swapped (candump -S)");
  expect_malformed("can0 123 [0008] (00|01:00:00000000) 11", "CAN XL frames are not supported");
  expect_malformed("(0.001232) 18F0090B    06 F009 0B --> FF [0008] FFFFFFFFFFFFFFFF",
                   "not a line of candump");
  expect_malformed("hello world", "the identifier is not hexadecimal");
}

TEST(CandumpLine, SurvivesGarbage) {
  std::mt19937 random(11);
  const std::string_view alphabet = "()#.:_[]{}'` \t0123456789abcdefRTX-\r\n\x80;";
  ParsedLine parsed;
  for (int i = 0; i < 300'000; ++i) {
    std::string line = random() % 2 == 0 ? "(1700000000.123456) can0 123#1122334455667788" : "";
    for (auto n = random() % 40; n > 0; --n) {
      const char c = random() % 4 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
      line.insert(random() % (line.size() + 1), 1, c);
    }
    // Exactly as long as the text, so that a sanitizer sees a read behind it.
    const std::vector<char> exact(line.begin(), line.end());
    const LineKind kind = parse_line({exact.data(), exact.size()}, parsed);
    ASSERT_EQ(kind == LineKind::malformed, !parsed.reason.empty());
    if (kind == LineKind::frame) {
      ASSERT_LE(parsed.length, kMaxFrameBytes);
    }
  }
}

}  // namespace
}  // namespace cantrail::candump
