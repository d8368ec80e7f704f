#include "formats/candump_reader.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sanitized.hpp"

namespace cantrail::candump {
namespace {

std::optional<ChannelId> last_digit(std::string_view name) {
  return static_cast<ChannelId>(name.back() - '0');
}

constexpr std::string_view kSmallLog =
    "# a log\n"
    "(1700000000.000001) can0 123#DEADBEEF\n"
    "(1700000000.000002) can1 1FFFFFFF#1122334455667788\r\n"
    "\n"
    "(1700000000.000003) can0 123##1AABB\n"
    "(1700000000.000004) can0 123#ABC\n"
    "(1700000001.000005) can0 123#R4\n"
    "DROPCOUNT: dropped 3 CAN frames on 'can0' socket (total drops 3)\n"
    "(1700000001.000006) can1 7FF#01\n";

TEST(CandumpReader, CountsEveryLineOnce) {
  Reader reader(last_digit);
  FrameBlock block;
  EXPECT_EQ(reader.parse(kSmallLog, true, 1000, block), kSmallLog.size());
  const ReadStats& stats = reader.stats();
  EXPECT_EQ(stats.lines, 9U);
  EXPECT_EQ(stats.frames, 5U);
  EXPECT_EQ(stats.blank, 2U);
  EXPECT_EQ(stats.malformed, 1U);
  EXPECT_EQ(stats.drop_reports, 1U);
  EXPECT_EQ(stats.dropped, 3U);
  ASSERT_EQ(stats.first_malformed.size(), 1U);
  EXPECT_EQ(stats.first_malformed[0].line, 6U);
  EXPECT_EQ(stats.first_malformed[0].reason, "data has an odd number of digits");
  EXPECT_EQ(stats.first_malformed[0].text, "(1700000000.000004) can0 123#ABC");
  ASSERT_EQ(block.size(), 5U);
  EXPECT_EQ(block[0].time.ns, 1'700'000'000'000'001'000);
  EXPECT_EQ(block[1].id, 0x1FFFFFFF | kIdExtended);
  EXPECT_EQ(block[1].channel, 1);
  EXPECT_EQ(block[2].flags & kFlagFd, kFlagFd);
  EXPECT_TRUE(block[3].remote());
  EXPECT_EQ(block[4].time.ns, 1'700'000'001'000'006'000);
}

TEST(CandumpReader, StopsAtTheLimitAndGoesOnFromThere) {
  Reader reader(last_digit);
  FrameBlock block;
  std::string_view rest = kSmallLog;
  for (std::size_t frames = 1; frames <= 5; ++frames) {
    rest.remove_prefix(reader.parse(rest, true, 1, block));
    ASSERT_EQ(block.size(), frames);
  }
  EXPECT_EQ(reader.stats().lines, 9U);
}

TEST(CandumpReader, WaitsForTheEndOfALine) {
  Reader reader(last_digit);
  FrameBlock block;
  const std::string_view text = "(1700000000.000001) can0 123#1122\n(1700000000.000002) can0 123#33";
  const std::size_t used = reader.parse(text, false, 10, block);
  EXPECT_EQ(used, text.find('\n') + 1);
  EXPECT_EQ(reader.parse(text.substr(used), false, 10, block), 0U);
  EXPECT_EQ(reader.parse(text.substr(used), true, 10, block), text.size() - used);
  EXPECT_EQ(block.size(), 2U);
}

TEST(CandumpReader, ReadsASmallLogCutAtEveryByte) {
  for (std::size_t cut = 0; cut <= kSmallLog.size(); ++cut) {
    const std::vector<char> exact(kSmallLog.begin(), kSmallLog.begin() + static_cast<std::ptrdiff_t>(cut));
    Reader reader(last_digit);
    FrameBlock block;
    ASSERT_EQ(reader.parse({exact.data(), exact.size()}, true, 100, block), cut);
    const ReadStats& stats = reader.stats();
    ASSERT_EQ(stats.lines, stats.frames + stats.ignored + stats.blank + stats.malformed + stats.drop_reports);
    ASSERT_EQ(block.size(), stats.frames);
  }
}

TEST(CandumpReader, AsksForEachChannelOnce) {
  std::string text;
  const char* names[] = {"can0", "can1", "a_very_long_channel_name_2", "vcan_name3"};
  for (int i = 0; i < 400; ++i) {
    append_frame(text, {WallTime{1'700'000'000'000'000'000 + i}, 1, 0, 0, 0, {}}, names[i * 7 % 4]);
  }
  std::vector<std::string> asked;
  Reader reader([&](std::string_view name) {
    asked.emplace_back(name);
    return last_digit(name);
  });
  FrameBlock block;
  (void)reader.parse(text, true, 1000, block);
  EXPECT_EQ(asked.size(), 4U);
  ASSERT_EQ(block.size(), 400U);
  for (int i = 0; i < 400; ++i) ASSERT_EQ(block[static_cast<std::size_t>(i)].channel, i * 7 % 4);
}

TEST(CandumpReader, LeavesOutUnwantedChannels) {
  Reader reader([](std::string_view name) { return name == "can1" ? last_digit(name) : std::nullopt; });
  FrameBlock block;
  (void)reader.parse(kSmallLog, true, 1000, block);
  EXPECT_EQ(block.size(), 2U);
  EXPECT_EQ(reader.stats().ignored, 3U);
}

TEST(CandumpReader, LeavesTheTimeOfUntimedLinesToTheCaller) {
  const std::string_view text = "  can0  123   [1]  11\n";
  FrameBlock block;
  Reader strict(last_digit);
  (void)strict.parse(text, true, 10, block);
  EXPECT_EQ(strict.stats().malformed, 1U);
  EXPECT_EQ(strict.stats().first_malformed[0].reason, "the line has no timestamp");
  Reader lenient(last_digit, WallTime{42});
  (void)lenient.parse(text, true, 10, block);
  ASSERT_EQ(block.size(), 1U);
  EXPECT_EQ(block[0].time.ns, 42);
}

TEST(CandumpReader, PassesOverLinesThatAreTooLongHoweverTheyAreCut) {
  const std::string good = "(1700000000.000001) can0 123#1122\n";
  const std::string text = good + std::string(20'000, 'x') + "\n" + good;
  for (const std::size_t piece : {kMaxLineBytes + 1, std::size_t{7'000}, text.size()}) {
    Reader reader(last_digit);
    FrameBlock block;
    std::size_t begin = 0;
    while (begin < text.size()) {
      const auto shown = std::string_view(text).substr(begin, piece);
      const std::size_t used = reader.parse(shown, begin + shown.size() == text.size(), 100, block);
      ASSERT_NE(used, 0U);
      begin += used;
    }
    EXPECT_EQ(block.size(), 2U);
    EXPECT_EQ(reader.stats().lines, 3U);
    EXPECT_EQ(reader.stats().malformed, 1U);
    EXPECT_EQ(reader.stats().first_malformed[0].line, 2U);
  }
}

// Lines that nearly have the common form must get what the careful parser says.
TEST(CandumpReader, AgreesWithTheLineParserOnDamagedLines) {
  std::mt19937 random(3);
  const std::string padding(200, '\n');
  for (unsigned i = 0; i < 200'000 / kOneRoundIn; ++i) {
    std::string line = random() % 2 == 0 ? "(1700000000.123456) can0 123#1122334455667788"
                                         : "(1700000000.123456789) can1 1ABCDEF0#11223344";
    if (random() % 4 == 0) line = "(1700000000.123456) can1 CF00300#11223344";
    for (auto n = random() % 3; n > 0; --n) {
      const std::size_t at = random() % line.size();
      const char c = "0f#. ()R_\r\x80g"[random() % 12];
      if (random() % 3 == 0) {
        line.erase(at, 1);
      } else if (random() % 2 == 0) {
        line.insert(at, 1, c);
      } else {
        line[at] = c;
      }
    }
    ParsedLine parsed;
    const LineKind kind = parse_line(line, parsed);
    Reader reader(last_digit, WallTime{5});
    FrameBlock block;
    const std::string warm = "(1.0) can0 001#\n(1.0) can1 001#\n";
    (void)reader.parse(warm + line + "\n" + padding, true, 100, block);
    ASSERT_EQ(block.size(), kind == LineKind::frame ? 3U : 2U) << line;
    if (kind != LineKind::frame) continue;
    ASSERT_EQ(block[2].time.ns, parsed.time.value_or(WallTime{5}).ns) << line;
    ASSERT_EQ(block[2].id, parsed.id) << line;
    ASSERT_EQ(block[2].flags, parsed.flags) << line;
    ASSERT_EQ(block[2].length, parsed.length) << line;
    ASSERT_TRUE(std::ranges::equal(block[2].data, parsed.view().data)) << line;
  }
}

}  // namespace
}  // namespace cantrail::candump
