#include "journal/forecast.hpp"

#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

class JournalForecast : public JournalTest {};

// The journal that is really written: `batches` of `frames` frames of 8 bytes.
TEST_F(JournalForecast, IsWhatBatchesOfOneFrameTake) {
  open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(1).ok());
  const double each = static_cast<double>(journal_->stats().appended_bytes) / 100;
  const std::array rates{FrameRate{0x100, 8, 1e-6}};  // one frame every eleven days: each in its own batch
  EXPECT_NEAR(journal_bytes_per_s("", rates, {}) * 1e6, each, each / 100);
}

TEST_F(JournalForecast, IsWhatFullBatchesTake) {
  open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(21).ok());
  const double each = static_cast<double>(journal_->stats().appended_bytes) / 2100;
  const std::array rates{FrameRate{0x100, 8, 10'000}};  // 1 + 10,000 * 2 ms = 21
  EXPECT_NEAR(journal_bytes_per_s("", rates, {}) / 10'000, each, each / 100);
}

TEST_F(JournalForecast, LongFramesTakeMore) {
  const std::array classic{FrameRate{0x100, 8, 500}};
  const std::array fd{FrameRate{0x100, 64, 500}};
  EXPECT_NEAR(journal_bytes_per_s("can0", fd, {}) - journal_bytes_per_s("can0", classic, {}), 500.0 * 56,
              1.0);
}

TEST_F(JournalForecast, CountsRowsOfTheSourceItself) {
  auto row = std::make_shared<RowSchema>();
  row->fields.resize(6);
  const std::array rows{StreamRate{row, 1}};
  const double bytes = journal_bytes_per_s("can0", {}, rows);
  // docs/journal-format.md: record 16, batch 112, name 8, block 24 + 6 * 8, time 8, columns 6 * 8.
  EXPECT_EQ(bytes, 16 + 112 + 8 + 24 + 48 + 8 + 48);
}

TEST_F(JournalForecast, OfNothingIsNothing) {
  EXPECT_EQ(journal_bytes_per_s("can0", {}, {}), 0);
}

}  // namespace
}  // namespace cantrail
