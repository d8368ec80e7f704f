#include <chrono>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::size_t kFramesWritten = 300;

// Writes batch after batch from the cursor on until it is killed.
[[noreturn]] void write_for_ever(World& world) {
  const auto cursor = world.open();
  if (!cursor) ::_exit(1);
  for (std::uint64_t seq = *cursor ? (*cursor)->seq : 1;; ++seq) {
    const auto start = kStart + static_cast<std::int64_t>(seq * kFramesWritten) * 1000;
    const auto written = world.write(make_batch(world.catalog, seq, kFramesWritten, start));
    if (!written || written->durable != at(seq + 1)) ::_exit(2);
  }
}

TEST(Crash, AfterKillsAtAnyMomentRowsAndCursorAgree) {
  World world({"9MB", "1d"});
  std::mt19937 random(4711);
  std::uint64_t last = 0;
  for (int round = 0; round < 10; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_for_ever(world);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 150));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);

    const auto cursor = world.open();
    ASSERT_TRUE(cursor) << cursor.fault().message;
    if (!*cursor) {
      EXPECT_EQ(world.number("SELECT count(*) FROM partition WHERE rows > 0"), 0);
      world.close();
      continue;
    }
    const std::uint64_t batches = (*cursor)->seq - 1;
    EXPECT_GE(batches, last);
    last = batches;
    // Whole batches, each record once, none behind the cursor, and none missing from the oldest on.
    EXPECT_EQ(world.number("SELECT max(seq) FROM frames"), static_cast<std::int64_t>(batches));
    EXPECT_EQ(
        world.number("SELECT count(*) FROM (SELECT seq FROM frames WHERE seq > (SELECT min(seq) FROM frames) "
                     "GROUP BY seq HAVING count(DISTINCT idx) != 270 OR count(*) != 270)"),
        0);
    EXPECT_EQ(world.number("SELECT max(seq) - min(seq) + 1 - count(DISTINCT seq) FROM frames"), 0);
    EXPECT_EQ(world.number("SELECT sum(rows) - (SELECT count(*) FROM frames) FROM partition"), 0);
    EXPECT_EQ(world.number("SELECT max(seq) FROM latest"), static_cast<std::int64_t>(batches));
    EXPECT_LE(world.bytes_on_disk(), 9'900'000U);
    world.close();
  }
  EXPECT_GT(last, 10U);
}

}  // namespace
}  // namespace cantrail::sqlite
