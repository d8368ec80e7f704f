#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "counting_new.hpp"
#include "sources/logfile/source.hpp"
#include "support/source_fixture.hpp"

namespace cantrail::logfile {
namespace {

// At full speed memory is taken for the journaled position alone, once a read.
TEST(LogfileMemory, IsNotTakenPerFrameAfterWarmUp) {
  std::string name = (std::filesystem::temp_directory_path() / "cantrail-log-XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  ASSERT_GE(fd, 0);
  ::close(fd);
  constexpr int kFrames = 60'000;
  {
    std::ofstream out(name);
    for (int i = 0; i < kFrames; ++i) {
      char line[64];
      std::snprintf(line, sizeof line, "(17000%05d.000000) can0 %03X#1122334455667788\n", i, i & 0x7FF);
      out << line;
    }
  }
  SystemClock clock;
  cantrail::testing::SourceFixture fixture(clock, "log");
  Options options;
  options.pace = "max";
  options.path.value = name;
  Source source(options);
  ASSERT_TRUE(source.open(fixture.context(), std::nullopt).ok());

  RawBatch batch;
  FrameBuilder builder;
  std::size_t before = 0, frames = 0, batches = 0;
  for (bool ended = false; !ended; ++batches) {
    if (batches == 2) before = allocations;
    batch.clear();
    builder.begin(batch);
    while (!ended && builder.room() != 0) {
      const auto outcome = source.read(builder, clock.mono());
      ASSERT_TRUE(outcome.ok());
      ended = *outcome == ReadOutcome::ended;
    }
    frames += batch.frames.size();
  }
  EXPECT_EQ(frames, kFrames);
  EXPECT_LT(allocations - before, batches * 16);
  std::filesystem::remove(name);
}

}  // namespace
}  // namespace cantrail::logfile
