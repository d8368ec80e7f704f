#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sources/logfile/source.hpp"
#include "support/source_fixture.hpp"

namespace cantrail::logfile {
namespace {

using namespace std::chrono_literals;
using cantrail::testing::Delivered;
using cantrail::testing::Frame;
using cantrail::testing::SourceFixture;

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

// Frame i: id i, data i, i ms after the start; every third on can1.
std::string line(unsigned i) {
  char text[80];
  std::snprintf(text, sizeof text, "(%lld.%06u) can%d %03X#%02X\n",
                static_cast<long long>(kStart / 1'000'000'000), i * 1000, i % 3 == 0 ? 1 : 0, i, i & 0xFF);
  return text;
}

class LogfileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "cantrail-logfile-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.pace = "max";
    options_.path.value = folder_ + "/a.log";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) { std::ofstream(options_.path.value, std::ios::binary) << text; }
  void write_lines(unsigned count) {
    std::string text;
    for (unsigned i = 0; i < count; ++i) text += line(i);
    write(text);
  }
  Delivered play(const std::optional<SourcePosition>& resume_at = {}, BatchLimits limits = {}) {
    Source source(options_);
    const Status status = source.open(fixture_.context(), resume_at);
    EXPECT_TRUE(status.ok());
    return status.ok() ? fixture_.read_all(source, SIZE_MAX, {}, limits) : Delivered{};
  }

  std::string folder_;
  Options options_;
  ManualClock clock_{WallTime{5'000'000'000'000}, MonoTime{1'000'000'000}};
  SourceFixture fixture_{clock_, "log"};
};

TEST_F(LogfileTest, DeliversTheRecordingAsItStands) {
  write_lines(1000);
  const Delivered all = play();
  ASSERT_EQ(all.frames.size(), 1000U);
  EXPECT_EQ(all.outcome, ReadOutcome::ended);
  EXPECT_TRUE(all.gaps.empty());
  for (unsigned i = 0; i < 1000; ++i) {
    const Frame& frame = all.frames[i];
    EXPECT_EQ(frame.time.ns, kStart + i * 1'000'000LL);
    EXPECT_EQ(frame.id, i);
    EXPECT_EQ(frame.channel, i % 3 == 0 ? "can1" : "can0");
    EXPECT_EQ(frame.data, std::vector<std::uint8_t>{static_cast<std::uint8_t>(i)});
    EXPECT_EQ(time_origin(frame.flags), TimeOrigin::recorded);
  }
}

TEST_F(LogfileTest, ResumedAfterAnyBatchGivesExactlyTheRest) {
  std::string text;
  for (unsigned i = 0; i < 300; ++i) text += i % 7 == 3 ? line(i) + "garbage\n" : line(i);
  write(text);
  for (const bool shifted : {false, true}) {
    options_.start_time = shifted ? "now" : "recorded";
    const Delivered all = play();
    ASSERT_EQ(all.frames.size(), 300U);
    for (std::size_t k = 1; k <= 300; k += 1 + k / 8) {
      Source source(options_);
      ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
      const std::size_t batch =
          k % 2 == 0 ? 1 : k;  // one by one, so that any place is met; and at full speed
      Delivered joined = fixture_.read_all(source, k, {}, BatchLimits{batch, 1U << 20});
      ASSERT_GE(joined.frames.size(), k);
      const std::uint64_t lost = joined.lost();
      clock_.advance(1h);  // `now` was said at the first start
      const Delivered rest = play(joined.position);
      joined.frames.insert(joined.frames.end(), rest.frames.begin(), rest.frames.end());
      EXPECT_EQ(joined.frames, all.frames) << k;
      if (shifted) {
        EXPECT_EQ(lost + rest.lost(), 43U) << k;
      }
      clock_.advance(-1h);
    }
  }
}

TEST_F(LogfileTest, ResumedAtItsEndItIsOver) {
  write_lines(10);
  const Delivered all = play();
  const Delivered rest = play(all.position);
  EXPECT_TRUE(rest.frames.empty());
  EXPECT_EQ(rest.outcome, ReadOutcome::ended);
}

TEST_F(LogfileTest, AnotherFileIsReadFromItsBeginning) {
  write_lines(100);
  const SourcePosition position = play().position;
  write_lines(10);  // shorter than the position
  EXPECT_EQ(play(position).frames.size(), 10U);
  ASSERT_EQ(fixture_.log.lines().size(), 1U);
  EXPECT_NE(fixture_.log.lines()[0].find("not the file"), std::string::npos);
  options_.path.value = folder_ + "/b.log";
  write_lines(200);
  EXPECT_EQ(play(position).frames.size(), 200U);
}

TEST_F(LogfileTest, ReadsCompressedLogsAndResumesInThem) {
  write_lines(500);
  const Delivered plain = play();
  for (const auto& [tool, ending] : {std::pair{"xz -k", ".xz"}, {"gzip -k", ".gz"}, {"zstd -q", ".zst"}}) {
    if (std::system((std::string(tool) + " -f " + folder_ + "/a.log 2>/dev/null").c_str()) != 0) continue;
    options_.path.value = folder_ + "/a.log" + ending;
    EXPECT_EQ(play().frames, plain.frames) << ending;
    Source source(options_);
    ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
    Delivered joined = fixture_.read_all(source, 123, {}, BatchLimits{123, 1U << 20});
    const Delivered rest = play(joined.position);
    joined.frames.insert(joined.frames.end(), rest.frames.begin(), rest.frames.end());
    EXPECT_EQ(joined.frames, plain.frames) << ending;
    options_.path.value = folder_ + "/a.log";
  }
}

TEST_F(LogfileTest, ACutCompressedLogGivesWhatIsThereAndSaysSo) {
  write_lines(5000);
  if (std::system(("gzip -f " + folder_ + "/a.log").c_str()) != 0) GTEST_SKIP() << "gzip is not installed";
  options_.path.value = folder_ + "/a.log.gz";
  std::filesystem::resize_file(options_.path.value, std::filesystem::file_size(options_.path.value) / 2);
  const Delivered some = play();
  EXPECT_GT(some.frames.size(), 100U);
  EXPECT_LT(some.frames.size(), 5000U);
  EXPECT_EQ(some.outcome, ReadOutcome::ended);
  ASSERT_FALSE(some.gaps.empty());
  EXPECT_EQ(some.gaps.back().count, std::nullopt);
  EXPECT_FALSE(fixture_.log.lines().empty());
}

TEST_F(LogfileTest, CountsMalformedLinesAndNamesThem) {
  write(line(0) + line(1) + "nonsense\n" + "(1.5) can0 XYZ#\n" + line(2) + "\n" + line(3) + "at the end");
  for (const char* start : {"recorded", "now"}) {
    options_.start_time = start;
    const Delivered all = play();
    EXPECT_EQ(all.frames.size(), 4U);
    EXPECT_EQ(all.lost(), 3U);
    for (const GapRecord& gap : all.gaps) EXPECT_EQ(gap.reason, GapReason::malformed_input);
  }
  EXPECT_NE(fixture_.log.lines()[0].find("a.log:3: "), std::string::npos);
  EXPECT_NE(fixture_.log.lines()[2].find("a.log:8: "), std::string::npos);
}

TEST_F(LogfileTest, FramesOfChannelsWithoutRoomAreAGapOfTheirOwn) {
  for (int i = 0; i < 4096 - 1; ++i) fixture_.channels.names.push_back("taken" + std::to_string(i));
  write(line(1) + line(0) + "nonsense\n" + line(2) + line(3) + line(6) + line(4));  // every third is on can1
  for (const char* start : {"recorded", "now"}) {
    options_.start_time = start;
    const Delivered all = play();
    EXPECT_EQ(all.frames.size(), 3U);
    std::map<GapReason, std::uint64_t> counts;
    for (const GapRecord& gap : all.gaps) counts[gap.reason] += gap.count.value_or(0);
    EXPECT_EQ(counts, (std::map<GapReason, std::uint64_t>{{GapReason::malformed_input, 1},
                                                          {GapReason::too_many_channels, 3}}));
  }
}

TEST_F(LogfileTest, PlacesAGapExactlyWhereItDeliversFrameByFrame) {
  write(line(0) + line(1) + "nonsense\n" + line(2));
  options_.pace = "1000000x";
  options_.start_time = "recorded";
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  Delivered all;
  for (int i = 0; i < 10; ++i) {
    fixture_.read(source, all);
    clock_.advance(1ms);
  }
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].before_index, 2U);
  EXPECT_EQ(all.gaps[0].from.ns, kStart + 1'000'000);
  EXPECT_EQ(all.gaps[0].to.ns, kStart + 2'000'000);
}

TEST_F(LogfileTest, NamesLinesRightlyAfterResuming) {
  write(line(0) + line(1) + line(2) + "nonsense\n" + line(3));
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  const Delivered some = fixture_.read_all(source, 2, {}, BatchLimits{2, 1U << 20});
  EXPECT_TRUE(fixture_.log.lines().empty());
  play(some.position);
  ASSERT_EQ(fixture_.log.lines().size(), 1U);
  EXPECT_NE(fixture_.log.lines()[0].find("a.log:4: "), std::string::npos);
}

TEST_F(LogfileTest, TellsTheHolesThatTheRecorderTold) {
  write(line(0) + "DROPCOUNT: dropped 7 CAN frames on 'can0' socket (total drops 7)\n" + line(1));
  const Delivered all = play();
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].reason, GapReason::receive_overflow);
  EXPECT_EQ(all.gaps[0].count, 7U);
}

TEST_F(LogfileTest, RecordedPaceGivesEachFrameItsMoment) {
  write_lines(101);  // a millisecond apart
  options_.pace = "recorded";
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  Delivered all;
  fixture_.read(source, all);
  EXPECT_EQ(all.frames.size(), 1U);
  EXPECT_EQ(fixture_.read(source, all), ReadOutcome::idle);
  EXPECT_EQ(all.frames.size(), 1U);
  clock_.advance(10ms);
  fixture_.read(source, all);
  EXPECT_EQ(all.frames.size(), 11U);
  clock_.advance(10s);
  while (fixture_.read(source, all) == ReadOutcome::more) {
  }
  EXPECT_EQ(all.frames.size(), 101U);
  EXPECT_EQ(all.outcome, ReadOutcome::ended);
}

TEST_F(LogfileTest, AFactorPlaysFaster) {
  write_lines(101);
  options_.pace = "10x";
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  Delivered all;
  fixture_.read(source, all);
  clock_.advance(5ms);
  fixture_.read(source, all);
  EXPECT_EQ(all.frames.size(), 51U);
}

TEST_F(LogfileTest, SleepsUntilAFrameIsDueAndNotBeyondTheDeadline) {
  write_lines(31);
  options_.pace = "recorded";
  SystemClock clock;
  SourceFixture fixture(clock, "log");
  Source source(options_);
  ASSERT_TRUE(source.open(fixture.context(), std::nullopt).ok());
  const MonoTime begin = clock.mono();
  Delivered all;
  while (fixture.read(source, all, 2ms) != ReadOutcome::ended) {
  }
  EXPECT_EQ(all.frames.size(), 31U);
  EXPECT_GE(clock.mono() - begin, 30ms);
}

TEST_F(LogfileTest, NowMovesTheTimesAndKeepsTheirDistances) {
  write_lines(10);
  options_.start_time = "now";
  const Delivered all = play();
  ASSERT_EQ(all.frames.size(), 10U);
  EXPECT_EQ(all.frames[0].time, clock_.wall());
  EXPECT_EQ(all.frames[9].time, clock_.wall() + 9ms);
}

TEST_F(LogfileTest, PlayedAsIfLiveItIsMovedToNowAgainAfterAPause) {
  write_lines(10);
  options_.start_time = "now";
  options_.pace = "recorded";
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  Delivered some;
  fixture_.read(source, some);
  clock_.advance(1h);
  Source again(options_);
  ASSERT_TRUE(again.open(fixture_.context(), some.position).ok());
  fixture_.read(again, some);
  ASSERT_EQ(some.frames.size(), 2U);
  EXPECT_EQ(some.frames[1].id, 1U);
  EXPECT_EQ(some.frames[1].time, clock_.wall());
}

TEST_F(LogfileTest, ALoopGoesOnInTimeAndResumesInAnyPass) {
  write_lines(10);
  options_.loop = true;
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  const Delivered three = fixture_.read_all(source, 30, {}, BatchLimits{5, 1U << 20});
  ASSERT_EQ(three.frames.size(), 30U);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(three.frames[i].id, i % 10);
    EXPECT_EQ(three.frames[i].time.ns, kStart + static_cast<std::int64_t>(i) * 1'000'000);
  }
  Source again(options_);
  Delivered part;
  ASSERT_TRUE(again.open(fixture_.context(), std::nullopt).ok());
  part = fixture_.read_all(again, 15, {}, BatchLimits{5, 1U << 20});
  Source resumed(options_);
  ASSERT_TRUE(resumed.open(fixture_.context(), part.position).ok());
  const Delivered rest = fixture_.read_all(resumed, 15, {}, BatchLimits{5, 1U << 20});
  ASSERT_EQ(rest.frames.size(), 15U);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(rest.frames[i], three.frames[15 + i]);
}

TEST_F(LogfileTest, ALoopOverNothingEnds) {
  write("nonsense\n");
  options_.loop = true;
  EXPECT_EQ(play().outcome, ReadOutcome::ended);
  write("");
  EXPECT_EQ(play().outcome, ReadOutcome::ended);
}

TEST_F(LogfileTest, GivesChannelsTheirNames) {
  write_lines(4);
  options_.rename = {"can1=body"};
  EXPECT_EQ(play().frames[0].channel, "body");
  options_.rename.clear();
  options_.channel = "all";
  for (const Frame& frame : play().frames) EXPECT_EQ(frame.channel, "all");
}

TEST_F(LogfileTest, AMissingFileIsTheConfigurationsFault) {
  options_.path.value = folder_ + "/absent.log";
  Source source(options_);
  const Status status = source.open(fixture_.context(), std::nullopt);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fault().kind, FaultKind::config);
  EXPECT_NE(status.fault().message.find("absent.log"), std::string::npos);
}

TEST_F(LogfileTest, ReadsRealLogs) {
  const char* shared = std::getenv("CANTRAIL_SHARED_DATA");
  const std::string folder = shared != nullptr ? shared : CANTRAIL_SOURCE_DIR "/../shared/data";
  options_.path.value = folder + "/logs/css/truck-j1939-2ch.log.xz";
  if (!std::filesystem::exists(options_.path.value)) GTEST_SKIP() << "the shared data is not here";
  const Delivered all = play();
  EXPECT_EQ(all.frames.size(), 150'411U);
  EXPECT_TRUE(all.gaps.empty());
}

class StandardInputTest : public LogfileTest {
 protected:
  void SetUp() override {
    LogfileTest::SetUp();
    saved_ = ::dup(STDIN_FILENO);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    out_ = ends[1];
    options_.path.value = "-";
  }
  void TearDown() override {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
    if (out_ >= 0) ::close(out_);
    LogfileTest::TearDown();
  }
  void put(const std::string& text) {
    ASSERT_EQ(::write(out_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  int saved_ = -1, out_ = -1;
};

TEST_F(StandardInputTest, IsReadAsItComesWithoutWaitingBeyondTheDeadline) {
  Source source(options_);
  ASSERT_TRUE(source.open(fixture_.context(), std::nullopt).ok());
  Delivered all;
  EXPECT_EQ(fixture_.read(source, all), ReadOutcome::idle);
  put(line(0) + line(1).substr(0, 10));
  fixture_.read(source, all);
  EXPECT_EQ(all.frames.size(), 1U);
  EXPECT_EQ(fixture_.read(source, all), ReadOutcome::idle);
  put(line(1).substr(10) + line(2));
  ::close(std::exchange(out_, -1));
  while (fixture_.read(source, all) != ReadOutcome::ended) {
  }
  EXPECT_EQ(all.frames.size(), 3U);
  EXPECT_TRUE(all.position.empty());
}

}  // namespace
}  // namespace cantrail::logfile
