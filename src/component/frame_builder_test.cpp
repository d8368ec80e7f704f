#include "component/frame_builder.hpp"

#include <array>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

const std::array<std::uint8_t, kMaxFrameBytes> kData{};

FrameView frame_at(std::int64_t time_ns, ChannelId channel = 0, std::uint8_t length = 8) {
  return {WallTime{time_ns}, 0x100, 0, channel, length, {kData.data(), length}};
}

GapRecord gap(std::int64_t from, std::int64_t to, std::optional<std::uint64_t> count,
              std::string where = "can0") {
  return {{from}, {to}, GapReason::receive_overflow, std::move(where), count, 0};
}

class FrameBuilderTest : public ::testing::Test {
 protected:
  // Appends frames of different times until the builder says no.
  std::size_t fill(FrameBuilder& builder, std::uint8_t length = 8) {
    builder.begin(batch_);
    std::int64_t time = 0;
    while (builder.append(frame_at(time, 0, length))) ++time;
    return batch_.frames.size();
  }
  RawBatch batch_;
};

TEST_F(FrameBuilderTest, TakesFramesOfDifferentTimesUpToTheLimitLessTheRoomForARun) {
  FrameBuilder builder({.frames = 160, .payload_bytes = 1 << 20});
  EXPECT_EQ(fill(builder), 150U);
  EXPECT_EQ(builder.room(), 0U);
}

TEST_F(FrameBuilderTest, TakesARunOfEqualTimesUpToTheHardLimitAndNotBeyond) {
  FrameBuilder builder({.frames = 160, .payload_bytes = 1 << 20});
  builder.begin(batch_);
  std::size_t taken = 0;
  while (builder.append(frame_at(7))) ++taken;
  EXPECT_EQ(taken, 160U);
}

TEST_F(FrameBuilderTest, NeverEndsBetweenTwoFramesOfOneChannelWithEqualTime) {
  FrameBuilder builder({.frames = 160, .payload_bytes = 1 << 20});
  const std::size_t count = fill(builder);
  const auto last = static_cast<std::int64_t>(count) - 1;
  EXPECT_TRUE(builder.append(frame_at(last)));
  EXPECT_FALSE(builder.append(frame_at(last + 1)));
}

TEST_F(FrameBuilderTest, RunsOfSeveralChannelsMayInterleaveAcrossTheLimit) {
  FrameBuilder builder({.frames = 160, .payload_bytes = 1 << 20});
  const std::size_t count = fill(builder);
  const auto last = static_cast<std::int64_t>(count) - 1;
  // Channel 1 has the same time: refused here, it would split what channel 0 has still to say of it.
  EXPECT_TRUE(builder.append(frame_at(last, 1)));
  EXPECT_TRUE(builder.append(frame_at(last, 0)));
  EXPECT_FALSE(builder.append(frame_at(last + 5, 1)));
}

TEST_F(FrameBuilderTest, AChannelWhoseClockIsBehindMayFinishItsRun) {
  FrameBuilder builder({.frames = 32, .payload_bytes = 1 << 20});
  builder.begin(batch_);
  for (std::int64_t i = 0; i < 29; ++i) ASSERT_TRUE(builder.append(frame_at(i)));
  ASSERT_TRUE(builder.append(frame_at(5, 1)));
  ASSERT_EQ(builder.room(), 0U);
  EXPECT_TRUE(builder.append(frame_at(28, 0)));  // channel 0's last time, though not the batch's last
  EXPECT_TRUE(builder.append(frame_at(5, 1)));
}

TEST_F(FrameBuilderTest, StopsAtThePayloadLimit) {
  FrameBuilder builder({.frames = 100'000, .payload_bytes = 64 * 160});
  EXPECT_EQ(fill(builder, 64), 150U);
  const auto last = batch_.frames.time_ns().back();
  std::size_t run = 0;
  while (builder.append(frame_at(last, 0, 64))) ++run;
  EXPECT_EQ(run, 10U);
  EXPECT_LE(batch_.frames.payload().size(), 64U * 160U);
}

TEST_F(FrameBuilderTest, RoomHoldsThatManyOfTheLargestFrames) {
  FrameBuilder builder({.frames = 100'000, .payload_bytes = 64 * 160});
  builder.begin(batch_);
  const std::size_t room = builder.room();
  for (std::size_t i = 0; i < room; ++i)
    builder.frames().append(frame_at(static_cast<std::int64_t>(i), 0, 64));
  EXPECT_EQ(room, 150U);
  EXPECT_EQ(builder.room(), 0U);
}

TEST_F(FrameBuilderTest, AtTheDefaultLimitsFramesBindForEverySizeOfFrame) {
  FrameBuilder builder;
  EXPECT_EQ(fill(builder, 64), 3840U);
  batch_.clear();
  EXPECT_EQ(fill(builder, 8), 3840U);
}

TEST_F(FrameBuilderTest, AnEmptyBatchTakesAFrameWhateverTheLimits) {
  FrameBuilder builder({.frames = 1, .payload_bytes = 64});
  builder.begin(batch_);
  EXPECT_TRUE(builder.append(frame_at(1, 0, 64)));
  EXPECT_FALSE(builder.append(frame_at(1, 0, 64)));
}

TEST_F(FrameBuilderTest, MergesGapsThatSayTheSameAtTheSamePlace) {
  FrameBuilder builder;
  builder.begin(batch_);
  ASSERT_TRUE(builder.append(frame_at(1)));
  builder.add_gap(gap(10, 20, 3));
  builder.add_gap(gap(15, 30, 4));
  ASSERT_EQ(batch_.gaps.size(), 1U);
  GapRecord expected = gap(10, 30, 7);
  expected.before_index = 1;
  EXPECT_EQ(batch_.gaps[0], expected);
}

TEST_F(FrameBuilderTest, AMergedGapOfUnknownCountIsUnknown) {
  FrameBuilder builder;
  builder.begin(batch_);
  builder.add_gap(gap(10, 20, 3));
  builder.add_gap(gap(20, 30, std::nullopt));
  ASSERT_EQ(batch_.gaps.size(), 1U);
  EXPECT_EQ(batch_.gaps[0].count, std::nullopt);
}

TEST_F(FrameBuilderTest, KeepsGapsApartThatDifferInPlaceOrSense) {
  FrameBuilder builder;
  builder.begin(batch_);
  builder.add_gap(gap(10, 20, 3));
  builder.add_gap(gap(10, 20, 3, "can1"));
  ASSERT_TRUE(builder.append(frame_at(30)));
  builder.add_gap(gap(40, 50, 1, "can1"));
  ASSERT_EQ(batch_.gaps.size(), 3U);
  EXPECT_EQ(batch_.gaps[1].before_index, 0U);
  EXPECT_EQ(batch_.gaps[2].before_index, 1U);
}

StreamBlock rows_of(std::size_t count) {
  StreamBlock rows;
  rows.reset(0, 1, count, false);
  for (std::size_t i = 0; i < count; ++i) rows.time_ns()[i] = rows.i64(0)[i] = static_cast<std::int64_t>(i);
  return rows;
}

TEST_F(FrameBuilderTest, RowsAreRecordsBehindAllFrames) {
  FrameBuilder builder;
  builder.begin(batch_);
  ASSERT_TRUE(builder.append(frame_at(1)));
  ASSERT_TRUE(builder.add_rows(rows_of(3)));
  ASSERT_TRUE(builder.append(frame_at(2)));
  builder.add_gap(gap(3, 4, 1));
  EXPECT_EQ(batch_.records(), 5U);
  EXPECT_EQ(batch_.gaps[0].before_index, 2U);  // behind both frames, before the rows
}

TEST_F(FrameBuilderTest, RowsThatFindNoRoomAreLeftToTheSource) {
  FrameBuilder builder({.frames = 4, .payload_bytes = 4096});
  builder.begin(batch_);
  StreamBlock rows = rows_of(3);
  ASSERT_TRUE(builder.add_rows(rows_of(3)));
  EXPECT_FALSE(builder.add_rows(std::move(rows)));
  EXPECT_EQ(rows.rows(), 3U);
  EXPECT_EQ(batch_.records(), 3U);
  ASSERT_TRUE(builder.add_rows(rows_of(0)));
  EXPECT_EQ(batch_.rows.size(), 1U);  // an empty block is none
}

StreamBlock block_of(std::size_t rows, std::size_t fields = 1) {
  StreamBlock block;
  block.reset(0, fields, rows, false);
  return block;
}

TEST_F(FrameBuilderTest, TakesAsManyRowsAsItSaysAndIsFullThen) {
  FrameBuilder builder({.frames = 16, .payload_bytes = 1024});
  builder.begin(batch_);
  ASSERT_TRUE(builder.append(frame_at(1)));
  EXPECT_EQ(builder.row_room().rows, 15U);
  EXPECT_TRUE(builder.add_rows(block_of(5)));
  StreamBlock eleven = block_of(11);
  EXPECT_FALSE(builder.add_rows(std::move(eleven)));
  EXPECT_EQ(eleven.rows(), 11U) << "what is refused is left as it is";
  EXPECT_TRUE(builder.full()) << "or a source that offers it again and again is never sealed";
  EXPECT_TRUE(builder.add_rows(block_of(10)));
  EXPECT_EQ(builder.row_room().rows, 0U);
  EXPECT_TRUE(builder.full());
  EXPECT_EQ(builder.room(), 0U);
  EXPECT_FALSE(builder.append(frame_at(2))) << "rows are records, and so are frames";
}

TEST_F(FrameBuilderTest, ARunOfFramesStopsAtTheHardLimitThatRowsShare) {
  FrameBuilder builder({.frames = 160, .payload_bytes = 1 << 20});
  builder.begin(batch_);
  ASSERT_TRUE(builder.add_rows(block_of(100)));
  std::size_t taken = 0;
  while (builder.append(frame_at(7))) ++taken;
  EXPECT_EQ(taken, 60U);
}

TEST_F(FrameBuilderTest, RowsHaveALimitOfBytesThatAnEmptyBatchOversteps) {
  FrameBuilder builder({.frames = 4096, .payload_bytes = 1024, .row_bytes = 4096});
  builder.begin(batch_);
  EXPECT_TRUE(builder.add_rows(block_of(1, 1000)));
  EXPECT_EQ(builder.row_room().bytes, 0U);
  EXPECT_TRUE(builder.full());
  EXPECT_FALSE(builder.add_rows(block_of(1)));
}

TEST_F(FrameBuilderTest, BeginsAnewWithEachBatchAndWithWhatIsInIt) {
  FrameBuilder builder({.frames = 16, .payload_bytes = 1024});
  builder.begin(batch_);
  ASSERT_TRUE(builder.add_rows(block_of(16)));
  RawBatch next;
  builder.begin(next);
  EXPECT_FALSE(builder.full());
  EXPECT_EQ(builder.row_room().rows, 16U);
  builder.begin(batch_);
  EXPECT_EQ(builder.row_room().rows, 0U);
}

TEST_F(FrameBuilderTest, KeepsTheNamesOfBlobsUntilTheyAreTaken) {
  FrameBuilder builder;
  builder.begin(batch_);
  builder.add_blob(sha256("a"));
  RawBatch next;
  builder.begin(next);
  builder.add_blob(sha256("b"));
  EXPECT_EQ(builder.take_blobs(), (std::vector{sha256("a"), sha256("b")}));
  EXPECT_TRUE(builder.take_blobs().empty());
}

}  // namespace
}  // namespace cantrail
