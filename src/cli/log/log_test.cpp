#include <fstream>

#include <boost/json.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/log/journal_stream.hpp"
#include "cli/log/operator_log.hpp"
#include "cli/log/test_folder.hpp"

namespace cantrail::cli {
namespace {

using namespace std::chrono_literals;
using testing::content;
using testing::Folder;

constexpr WallTime kMorning{1'795'000'000'123'456'789};  // 2026-11-18T11:06:40.123456789Z

TEST(LogLine, IsOneLineWhateverTheMessageHas) {
  const LogMessage message{kMorning, Severity::warning, "can0\n<0>", "a\nb \x1B[31m \xFF \"c\"", 3};
  EXPECT_EQ(text_line(message), "can0\\x0A<0>: a\\x0Ab \\x1B[31m \\xFF \"c\" (and 3 more lines left out)");
  EXPECT_EQ(journald_line(message), "<4>" + text_line(message));
  EXPECT_EQ(dated_line(message), "2026-11-18T11:06:40.123Z warning: " + text_line(message));
  const auto json = boost::json::parse(json_line(message)).as_object();
  EXPECT_EQ(json.at("time").as_string(), "2026-11-18T11:06:40.123Z");
  EXPECT_EQ(json.at("level").as_string(), "warning");
  EXPECT_EQ(json.at("who").as_string(), "can0\\x0A<0>");
  EXPECT_EQ(json.at("message").as_string(), "a\\x0Ab \\x1B[31m \\xFF \"c\"");
  EXPECT_EQ(json.at("left_out").as_int64(), 3);
  EXPECT_EQ(json.size(), 5U);
}

TEST(LogLine, HasThePrioritiesOfSyslog) {
  EXPECT_EQ(journald_line({kMorning, Severity::note, "a", "b"}), "<6>a: b");
  EXPECT_EQ(journald_line({kMorning, Severity::error, "a", "b"}), "<3>a: b");
}

TEST(LogLine, IsBounded) {
  const std::string endless(1 << 20, '"');
  for (const auto line : {text_line, journald_line, json_line, dated_line}) {
    EXPECT_LT(line({kMorning, Severity::note, endless, endless}).size(), 5000U);
  }
}

TEST(Speakers, AreHeardFiveTimesASecond) {
  Speakers speakers;
  MonoTime now{5'000'000'000};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(speakers.may_speak("can0", now), 0U);
  EXPECT_EQ(speakers.may_speak("can0", now + 999ms), std::nullopt);
  EXPECT_EQ(speakers.may_speak("can0", now + 999ms), std::nullopt);
  EXPECT_EQ(speakers.may_speak("can1", now + 999ms), 0U);  // each for itself
  EXPECT_EQ(speakers.may_speak("can0", now + 1s), 2U);
  EXPECT_EQ(speakers.may_speak("can0", now + 1s), 0U);
}

TEST(JournalStream, IsTheDescriptorsOwnAndNotAnotherOnes) {
  const Folder folder;
  const int file = ::open(folder.file("stream").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  struct stat info {};
  ASSERT_EQ(::fstat(file, &info), 0);
  const std::string inode = std::to_string(info.st_ino), device = std::to_string(info.st_dev);
  EXPECT_TRUE(is_journal_stream(file, device + ":" + inode));
  EXPECT_FALSE(is_journal_stream(file, device + ":" + inode + "1"));
  EXPECT_FALSE(is_journal_stream(file, ""));
  EXPECT_FALSE(is_journal_stream(file, std::nullopt));
  ::close(file);
  EXPECT_FALSE(is_journal_stream(file, device + ":" + inode));
}

TEST(OperatorLog, WritesTheFileInTheFormatAskedFor) {
  const Folder folder;
  ManualClock clock(kMorning, MonoTime{1'000'000'000'000});
  LogSection options;
  options.level = "warning";
  options.file.value = folder.file("x.log");
  const auto say = [&] {
    OperatorLog log(options, true, clock, real_file_system());
    log.write(Severity::note, "leaf", "running");
    for (int i = 0; i < 7; ++i) log.write(Severity::warning, "can0", "gone");
    clock.advance(1s);
    log.write(Severity::error, "can0", "back");
  };
  say();
  std::string wanted;
  for (int i = 0; i < 5; ++i) wanted += "2026-11-18T11:06:40.123Z warning: can0: gone\n";
  EXPECT_EQ(content(folder.file("x.log")),
            wanted + "2026-11-18T11:06:41.123Z error: can0: back (and 2 more lines left out)\n");
  options.format = "json";
  options.file.value = folder.file("y.log");
  say();
  const std::string text = content(folder.file("y.log"));
  std::vector<std::int64_t> left_out;
  for (const std::string_view line : split(trim(text), '\n')) {
    left_out.push_back(boost::json::parse(line).at("left_out").as_int64());
  }
  EXPECT_EQ(left_out, (std::vector<std::int64_t>{0, 0, 0, 0, 0, 2}));
}

TEST(OperatorLog, GoesOnWithoutAFileThatCannotBe) {
  const Folder folder;
  std::ofstream(folder.file("plain"));
  SystemClock clock;
  LogSection options;
  options.file.value = folder.file("plain/x.log");
  ::testing::internal::CaptureStderr();
  {
    OperatorLog log(options, false, clock, real_file_system());
    log.write(Severity::note, "leaf", "running");
    log.write(Severity::note, "leaf", "still running");
  }
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("info: leaf: running\n"), std::string::npos) << told;
  EXPECT_NE(told.find("info: leaf: still running\n"), std::string::npos) << told;
  const std::size_t trouble = told.find("error: log: cannot make the folder " + folder.file("plain"));
  EXPECT_NE(trouble, std::string::npos) << told;
  EXPECT_EQ(told.find("error: log:", trouble + 1), std::string::npos) << told;
}

}  // namespace
}  // namespace cantrail::cli
