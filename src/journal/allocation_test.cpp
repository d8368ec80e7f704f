// A program of its own: it replaces operator new to count.
#include <atomic>
#include <cstdlib>
#include <new>

#include "journal/journal_fixture.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace cantrail {
namespace {

class JournalAllocationTest : public JournalTest, public ::testing::WithParamInterface<JournalCompression> {};

INSTANTIATE_TEST_SUITE_P(Kinds, JournalAllocationTest,
                         ::testing::Values(JournalCompression::none, JournalCompression::zstd));

TEST_P(JournalAllocationTest, AppendsWithoutAllocatingOnceItIsWarm) {
  options_.compression = GetParam();
  auto opened = Journal::open(options_, "{}", real_file_system(), clock_, log_);
  ASSERT_TRUE(opened.ok());
  journal_ = std::move(opened).value();
  std::vector<std::unique_ptr<RawBatch>> batches;
  const CatalogPtr catalog = make_catalog("{}");
  for (int i = 0; i < 100; ++i) {
    batches.push_back(make(1000, catalog));
    batches.back()->source_position =
        "a position that does not fit into a short string " + std::to_string(1000 + i);
    batches.back()->gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", 3, 0});
    batches.back()->rows.emplace_back().reset(1, 3, 10, false);
    for (std::size_t row = 0; row < 10; ++row) {
      batches.back()->rows[0].time_ns()[row] = 1;
      for (std::size_t field = 0; field < 3; ++field) batches.back()->rows[0].u64(field)[row] = row;
    }
  }
  for (std::size_t i = 0; i < 10; ++i) ASSERT_TRUE(journal_->append(*batches[i]).ok());
  const std::uint64_t before = allocations;
  bool all = true;
  for (std::size_t i = 10; i < batches.size(); ++i) all = journal_->append(*batches[i]).ok() && all;
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_TRUE(all);
}

}  // namespace
}  // namespace cantrail
