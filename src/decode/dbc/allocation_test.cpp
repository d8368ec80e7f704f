// decode() must not allocate after warm-up: this program counts every operator new.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/test_layouts.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

// Not inline: the compiler would see that operator delete gets what aligned_alloc gave, and warn.
[[gnu::noinline]] void* counted(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {  // std::stable_sort's buffer
  return counted(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace cantrail::dbc {
namespace {

// Batches of changing size with changing streams, short frames and multiplexing; the same sequence twice.
TEST(DecoderAllocation, StopsAfterWarmUp) {
  testing::RandomLayouts random(7);
  Database database;
  for (std::uint32_t i = 0; i < 40; ++i)
    database.messages.push_back(random.message(i, i % 2 == 0, i < 30 ? 8 : 64));
  Diagnostics diagnostics;
  Decoder decoder({ChannelPlan{{DecodePlan::compile(database, diagnostics)}, {0}}});

  std::vector<FrameBlock> batches(50);
  for (FrameBlock& frames : batches) {
    const std::size_t count = random.below(300);
    for (std::size_t i = 0; i < count; ++i) {
      const Message& message = database.messages[random.below(database.messages.size())];
      const std::vector<std::uint8_t> data(random.chance(10) ? random.below(8) : message.length_bytes, 0x5A);
      frames.append({WallTime{0}, message.id | (message.extended ? kIdExtended : 0), 0, 0,
                     static_cast<std::uint8_t>(data.size()), data});
    }
  }
  std::vector<StreamBlock> blocks;
  for (int round = 0; round < 2; ++round) {
    for (const FrameBlock& frames : batches) (void)decoder.decode(frames, blocks);
  }
  const std::uint64_t before = allocations.load();
  for (const FrameBlock& frames : batches) (void)decoder.decode(frames, blocks);
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_GT(before, 0U);
}

}  // namespace
}  // namespace cantrail::dbc
