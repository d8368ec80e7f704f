#include "pipeline/batch_pool.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<RawBatch> sealed(BatchPool& pool, std::size_t frames) {
  auto batch = pool.acquire();
  if (!batch) return nullptr;
  for (std::size_t i = 0; i < frames; ++i) batch->frames.append(FrameView{});
  pool.account(*batch);
  return batch;
}

TEST(BatchPool, GivesNothingWhileItsLimitIsReached) {
  BatchPool pool(100'000);
  std::vector<std::shared_ptr<RawBatch>> held;
  while (auto batch = sealed(pool, 500)) held.push_back(std::move(batch));
  EXPECT_GT(held.size(), 2U);
  EXPECT_GE(pool.used_bytes(), pool.limit_bytes());
  held.pop_back();
  EXPECT_NE(pool.acquire(), nullptr);
  held.clear();
  EXPECT_EQ(pool.used_bytes(), 0U);
}

TEST(BatchPool, HandsOutCleanBatches) {
  BatchPool pool(1 << 20);
  {
    auto batch = sealed(pool, 10);
    batch->source_position = "x";
    batch->gaps.emplace_back();
    batch->fate = JournalFate::lost;
  }
  const auto again = pool.acquire();
  EXPECT_EQ(again->records(), 0U);
  EXPECT_TRUE(again->source_position.empty());
  EXPECT_TRUE(again->gaps.empty());
  EXPECT_EQ(again->fate, JournalFate::waiting);
}

TEST(BatchPool, AWaiterGetsTheRoomThatAnotherThreadMakes) {
  BatchPool pool(1'000);
  auto held = sealed(pool, 100);
  ASSERT_EQ(pool.acquire(), nullptr);
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    held.reset();
  });
  EXPECT_NE(pool.acquire_within(10s), nullptr);
  other.join();
}

TEST(BatchPool, MayGoBeforeItsBatches) {
  std::shared_ptr<RawBatch> batch;
  {
    BatchPool pool(1'000);
    batch = sealed(pool, 1);
  }
  EXPECT_EQ(batch->records(), 1U);
}

}  // namespace
}  // namespace cantrail
