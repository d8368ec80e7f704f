#include "cli/demo/books.hpp"

#include <gtest/gtest.h>

#include "cli/demo/drain.hpp"
#include "cli/demo/recording.hpp"

namespace cantrail::cli::demo {
namespace {

Report report(std::uint64_t stored, std::uint64_t received, std::uint64_t delivered, std::uint64_t pending) {
  Report made;
  made.stored = stored;
  made.received = made.accepted = received;
  made.delivered = delivered;
  made.pending = pending;
  made.caught_up = true;
  return made;
}

TEST(DemoReport, ComesBackFromItsLine) {
  Report sent = report(7, 6, 5, 1);
  sent.lost = 3;
  sent.dropped = 2;
  const auto read = Report::parse(sent.line());
  ASSERT_TRUE(read) << read.fault().message;
  EXPECT_EQ(read->line(), sent.line());
  EXPECT_EQ(read->recorded, "");
  sent.recorded = "demo_20261129T120000Z.mcap";
  EXPECT_EQ(Report::parse(sent.line())->recorded, sent.recorded);
  EXPECT_FALSE(Report::parse("1 2 3\n"));
  EXPECT_FALSE(Report::parse("1 2 3 4 5 6 7 8 1\n"));
  EXPECT_FALSE(Report::parse("1 2 3 4 5 6 7 8 x -\n"));
}

TEST(DemoBooks, BalanceWhileTheNodeRuns) {
  Books books;
  books.begin(report(72'000, 0, 0, 0));
  books.sent(41'208);
  books.heard(report(113'190, 41'200, 41'190, 10));
  EXPECT_EQ(books.equation(), "sent 41,208 = delivered 41,190 + filtered 0 + dropped 0 + pending 18");
}

TEST(DemoBooks, SayWhatWentByWhileTheNodeWasDead) {
  Books books;
  books.begin(report(100, 0, 0, 0));
  books.sent(1000);
  books.heard(report(1060, 990, 960, 30));  // then it dies: ten frames were on their way
  books.sent(200);
  books.begin(report(1090, 0, 0, 0));  // all it had accepted is there
  EXPECT_EQ(books.lost_at_the_last_start(), 0U);
  EXPECT_EQ(books.went_by_at_the_last_start(), 210U);
  books.sent(50);
  books.heard(report(1140, 50, 50, 0));
  EXPECT_EQ(books.equation(),
            "sent 1,250 = delivered 1,040 + filtered 0 + dropped 0 + pending 0 + went by while the node was "
            "dead 210");
}

TEST(DemoBooks, FindWhatANodeHadAcceptedAndLost) {
  Books books;
  books.begin(report(0, 0, 0, 0));
  books.sent(100);
  books.heard(report(90, 100, 90, 10));
  books.begin(report(95, 0, 0, 0));
  EXPECT_EQ(books.lost_at_the_last_start(), 5U);
}

TEST(DemoDrain, TellsOnceWhatHadWaitedAndThatNothingWasLost) {
  Drain drain;
  EXPECT_FALSE(drain.heard(report(0, 100, 60, 40)));
  drain.stop(report(0, 100, 60, 40));
  EXPECT_FALSE(drain.heard(report(0, 110, 90, 20)));  // it rests: less may wait because a write was under way
  EXPECT_FALSE(drain.heard(report(0, 1590, 90, 1500)));
  drain.start();
  EXPECT_FALSE(drain.heard(report(0, 1600, 900, 700)));
  EXPECT_EQ(drain.heard(report(0, 1610, 1570, 40)),
            "the history has caught up: 1,500 records had waited, 0 lost");
  EXPECT_FALSE(drain.heard(report(0, 1700, 1690, 10)));
}

TEST(DemoDrain, HasCaughtUpWhereAsMuchWaitsAsBeforeAWrite) {
  Drain drain;
  EXPECT_FALSE(drain.heard(report(0, 100, 30, 70)));
  EXPECT_FALSE(drain.heard(report(0, 140, 140, 0)));
  drain.stop(report(0, 140, 140, 0));
  EXPECT_FALSE(drain.heard(report(0, 1140, 140, 1000)));
  drain.start();
  EXPECT_FALSE(drain.heard(report(0, 1200, 1100, 100)));
  EXPECT_EQ(drain.heard(report(0, 1300, 1250, 50)),
            "the history has caught up: 1,000 records had waited, 0 lost");
}

TEST(DemoDrain, CountsWhatWasLostMeanwhileOnly) {
  Drain drain;
  Report now = report(0, 100, 90, 0);
  now.dropped = 10;
  drain.stop(now);
  drain.start();
  now.dropped = 13;
  EXPECT_EQ(drain.heard(now), "the history has caught up: 0 records had waited, 3 lost");
}

TEST(DemoRecording, TellsEachFileOnceButNoneOfAnEarlierRun) {
  Recording recording;
  Report now = report(0, 0, 0, 0);
  now.recorded = "old.mcap";
  EXPECT_FALSE(recording.heard(now));
  EXPECT_FALSE(recording.heard(now));
  now.recorded.clear();  // of a node that starts again
  EXPECT_FALSE(recording.heard(now));
  now.recorded = "old.mcap";
  EXPECT_FALSE(recording.heard(now));
  now.recorded = "new.mcap";
  EXPECT_EQ(recording.heard(now), "new.mcap");
  EXPECT_FALSE(recording.heard(now));
}

TEST(DemoRecording, AsksAtAnAddressThatCanBeAsked) {
  EXPECT_EQ(Recording::url_of("127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(Recording::url_of("0.0.0.0:80"), "http://127.0.0.1:80");
  EXPECT_EQ(Recording::url_of("[::]:80"), "http://[::1]:80");
}

}  // namespace
}  // namespace cantrail::cli::demo
