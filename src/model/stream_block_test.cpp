#include "model/stream_block.hpp"

#include <gtest/gtest.h>

#include "model/gap.hpp"
#include "model/ledger.hpp"

namespace cantrail {
namespace {

TEST(StreamBlock, HoldsTypedColumnsWithValidity) {
  StreamBlock block;
  block.reset(7, 3, 70, true);
  for (std::size_t row = 0; row < 70; ++row) {
    block.time_ns()[row] = static_cast<std::int64_t>(row);
    block.frame()[row] = static_cast<std::uint32_t>(row * 2);
    block.f64(0)[row] = 0.5 * static_cast<double>(row);
    block.i64(1)[row] = -static_cast<std::int64_t>(row);
    block.set_text(2, row, "row " + std::to_string(row));
  }
  block.make_validity(1, true)[1] &= ~(std::uint64_t{1} << 5);
  EXPECT_EQ(block.f64(0)[69], 34.5);
  EXPECT_EQ(block.i64(1)[69], -69);
  EXPECT_EQ(block.text(2, 69), "row 69");
  EXPECT_TRUE(block.validity(0).empty());
  EXPECT_TRUE(block.valid(1, 68));
  EXPECT_FALSE(block.valid(1, 69));
  EXPECT_EQ(block.validity(1)[1], (std::uint64_t{1} << 5) - 1);
  EXPECT_EQ(block.word(1, 1), ~std::uint64_t{0});
}

TEST(StreamBlock, IsCleanAfterReset) {
  StreamBlock block;
  block.reset(1, 2, 10, true);
  (void)block.make_validity(0, false);
  block.reset(2, 1, 5, false);
  EXPECT_EQ(block.stream(), 2U);
  EXPECT_TRUE(block.valid(0, 4));
  EXPECT_TRUE(block.frame().empty());
}

TEST(Ledger, BalancesOnlyWhenEveryRecordHasAFate) {
  Ledger ledger{.received = 10, .delivered = 7, .undecoded = 1, .pending = 2};
  EXPECT_TRUE(ledger.balances());
  EXPECT_EQ(to_string(ledger), "received 10 = delivered 7 + undecoded 1 + dropped 0 + pending 2");
  ledger.pending = 1;
  EXPECT_FALSE(ledger.balances());
}

}  // namespace
}  // namespace cantrail
