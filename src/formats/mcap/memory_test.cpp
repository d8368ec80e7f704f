// What a file can make a reader allocate. A program of its own: it replaces operator new to see the largest
// piece.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "formats/mcap/salvage.hpp"
#include "formats/mcap/test_sample.hpp"
#include "sanitized.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> largest{0};
}  // namespace

// Not inlined, so that the compiler does not see malloc in new and free in delete as a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (bytes > largest) largest = bytes;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace cantrail::mcap {
namespace {

constexpr std::size_t kMost = std::size_t{2} << 20U;

Limits small_limits() {
  Limits limits;
  limits.most_chunk_bytes = std::uint64_t{1} << 20U;
  limits.most_record_bytes = std::uint64_t{1} << 20U;
  return limits;
}

void read_in_every_way(const Bytes& bytes) {
  const MemorySource source(bytes);
  const Limits limits = small_limits();
  auto summary = read_summary(source, limits);
  if (!summary) {
    auto examination = examine(source, limits);
    if (!examination) return;
    summary = std::move(examination->readable);
  }
  OrderedReader reader(source, *summary, {}, limits);
  for (auto some = reader.next(); some && !some->empty(); some = reader.next()) {
  }
  MemorySink out;
  (void)salvage(source, out, limits);
}

TEST(McapHostile, NoLengthMakesAReaderAllocateMoreThanTheLimits) {
  for (const auto compression : {Compression::none, Compression::lz4, Compression::zstd}) {
    const Bytes bytes = write(small_sample(compression));
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += kOneRoundIn) {
      for (const std::uint64_t value : {~std::uint64_t{0}, std::uint64_t{1} << 63U, std::uint64_t{1} << 33U,
                                        std::uint64_t{0x7FFFFFFF}, std::uint64_t{900'000}}) {
        Bytes changed = bytes;
        store(changed.data() + at, value);
        largest = 0;
        read_in_every_way(changed);
        ASSERT_LT(largest, kMost) << "at " << at << ": " << value;
      }
    }
  }
}

TEST(McapHotPath, FillingCompressingAndAppendingAllocateNothingOnceWarm) {
  for (const auto compression : {Compression::none, Compression::lz4, Compression::zstd}) {
    class NullSink final : public ByteSink {
     public:
      Status write(std::span<const std::span<const std::byte>>) override { return {}; }
    } sink;
    FileWriter writer(sink, {});
    for (std::uint16_t id = 0; id < 10; ++id) ASSERT_TRUE(writer.add(Channel{id, 0, "t", "json", {}}));
    ChunkCompressor compressor({.compression = compression, .level = {}});
    ChunkBuilder builder;
    FinishedChunk chunk;
    std::size_t warm = 0;
    for (int round = 0; round < 64; ++round) {
      // The list of chunks doubles now and then: between 33 and 64 it does not.
      if (round == 34) warm = allocations;
      for (std::uint64_t i = 0; i < 500; ++i) {
        ASSERT_TRUE(
            builder.append({static_cast<std::uint16_t>(i % 10), 0, i, i}, as_bytes("sixteen letters.")));
      }
      ASSERT_TRUE(compressor.compress(builder, chunk));
      ASSERT_TRUE(writer.append(chunk));
    }
    EXPECT_LE(allocations - warm, 1U);  // of the packed message indexes, at most
  }
}

TEST(McapHotPath, ReadingAllocatesNothingForAMessage) {
  Sample sample = small_sample(Compression::zstd);
  sample.chunks.assign(40, {});
  for (std::uint64_t c = 0; c < 40; ++c) {
    for (std::uint64_t i = 0; i < 2000; ++i) sample.chunks[c].push_back({{0, 0, c * 2000 + i, 0}, "payload"});
  }
  const Bytes bytes = write(sample);
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  const MemorySource source(bytes);
  OrderedReader reader(source, *summary, {});
  std::size_t messages = 0;
  for (int i = 0; i < 16; ++i) messages += reader.next()->size();
  const std::size_t warm = allocations;
  for (auto some = reader.next(); !some->empty(); some = reader.next()) messages += some->size();
  EXPECT_EQ(messages, 80'000U);
  EXPECT_LT(allocations - warm, 40U);  // less than one a chunk
}

}  // namespace
}  // namespace cantrail::mcap
