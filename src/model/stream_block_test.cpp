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

TEST(StreamBlock, BitmapsOfSeveralFieldsStandSideBySide) {
  StreamBlock block;
  block.reset(1, 3, 65, false);
  const auto last = block.make_validity(2, true);
  block.make_validity(0, false)[1] = 1;
  last[0] = 5;
  EXPECT_TRUE(block.validity(1).empty());
  EXPECT_EQ((std::vector<std::uint64_t>{0, 1}),
            std::vector(block.validity(0).begin(), block.validity(0).end()));
  EXPECT_EQ((std::vector<std::uint64_t>{5, 1}),
            std::vector(block.validity(2).begin(), block.validity(2).end()));
}

TEST(StreamBlock, TakesRowsOfAnotherWithFramesAndBitmaps) {
  StreamBlock from, to;
  from.reset(4, 2, 3, true);
  for (std::uint32_t row = 0; row < 3; ++row) {
    from.time_ns()[row] = row + 10;
    from.frame()[row] = row + 20;
    from.u64(0)[row] = row + 30;
    from.u64(1)[row] = row + 40;
  }
  from.make_validity(1, true)[0] = 0b011;
  const std::vector<std::uint32_t> rows{2, 0};
  to.take(from, rows);
  EXPECT_EQ(to.rows(), 2U);
  EXPECT_EQ((std::vector<std::int64_t>{12, 10}), std::vector(to.time_ns().begin(), to.time_ns().end()));
  EXPECT_EQ((std::vector<std::uint32_t>{22, 20}), std::vector(to.frame().begin(), to.frame().end()));
  EXPECT_EQ(to.word(0, 0), 32U);
  EXPECT_TRUE(to.valid(0, 0));
  EXPECT_FALSE(to.valid(1, 0));
  EXPECT_TRUE(to.valid(1, 1));
}

TEST(StreamBlock, SaysWhyACellIsAbsent) {
  StreamBlock from, to;
  from.reset(1, 2, 70, false);
  for (std::size_t row = 0; row < 70; ++row) from.f64(0)[row] = from.f64(1)[row] = 1.5;
  from.set_absent(0, 66, Quality::out_of_range);
  from.set_absent(0, 2, Quality::not_available);
  EXPECT_TRUE(from.valid(0, 65));
  EXPECT_FALSE(from.valid(0, 66));
  EXPECT_EQ(from.quality(0, 66), Quality::out_of_range);
  EXPECT_EQ(from.quality(0, 2), Quality::not_available);
  EXPECT_TRUE(from.validity(1).empty());
  const std::vector<std::uint32_t> rows{66, 3};
  to.take(from, rows);
  EXPECT_EQ(to.quality(0, 0), Quality::out_of_range);
  EXPECT_TRUE(to.valid(0, 1));
  to.cut(0);
  EXPECT_FALSE(to.valid(0, 1));
  EXPECT_EQ(to.quality(0, 1), Quality::inactive);
}

TEST(Quality, OfAWordThatIsNoneIsTheOrdinaryOne) {
  EXPECT_EQ(quality_of(kLastQuality), Quality::stale);
  EXPECT_EQ(quality_of(kLastQuality + 1), Quality::inactive);
  EXPECT_EQ(quality_of(~std::uint64_t{0}), Quality::inactive);
  EXPECT_EQ(to_string(quality_of(3)), "out_of_range");
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
