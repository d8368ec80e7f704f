#include <chrono>

#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "sources/cannelloni/source.hpp"
#include "sources/cannelloni/target.hpp"
#include "sources/datagram/kernel_stamps.hpp"
#include "support/source_fixture.hpp"

namespace cantrail::cannelloni {
namespace {

const auto* const needs_stamps = ::testing::AddGlobalTestEnvironment(new datagram::NeedsKernelStamps);

TEST(CannelloniMemory, IsNotTakenPerFrameAfterWarmUp) {
  SystemClock clock;
  cantrail::testing::SourceFixture fixture(clock, "remote");
  Options options;
  options.listen = "127.0.0.1:0";
  Source source(options);
  ASSERT_TRUE(source.open(fixture.context(), std::nullopt).ok());
  const auto target = open_target("127.0.0.1:" + std::to_string(*source.port()));
  ASSERT_TRUE(target.ok());
  FrameBlock frames;
  const std::uint8_t data[8]{1, 2, 3};
  for (std::uint32_t i = 0; i < 3000; ++i) frames.append({{}, i & kIdStandardMask, 0, 0, 8, data});

  RawBatch batch;
  FrameBuilder builder;
  std::size_t before = 0;
  for (int round = 0; round < 5; ++round) {
    if (round == 1) before = allocations;
    batch.clear();
    builder.begin(batch);
    ASSERT_TRUE((*target)->send(frames, 0, frames.size(), {}).ok());
    while (batch.frames.size() < frames.size()) {
      const auto outcome = source.read(builder, clock.mono() + std::chrono::seconds(1));
      ASSERT_TRUE(outcome.ok());
      if (*outcome == ReadOutcome::idle) break;
    }
    ASSERT_EQ(batch.frames.size(), frames.size());
  }
  EXPECT_EQ(allocations - before, 0U);
}

}  // namespace
}  // namespace cantrail::cannelloni
