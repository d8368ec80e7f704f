#include "encode/row_cursor.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace cantrail::encode {
namespace {

StreamBlock framed(StreamId stream, const std::vector<std::uint32_t>& frames) {
  StreamBlock block;
  block.reset(stream, 1, frames.size(), true);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    block.frame()[i] = frames[i];
    block.time_ns()[i] = 1000 - frames[i];  // frames rule, not times
  }
  return block;
}

StreamBlock timed(StreamId stream, const std::vector<std::int64_t>& times) {
  StreamBlock block;
  block.reset(stream, 1, times.size(), false);
  std::copy(times.begin(), times.end(), block.time_ns().begin());
  return block;
}

// Of a catalog with that many streams.
std::shared_ptr<RawBatch> raw_batch(std::size_t streams) {
  auto catalog = std::make_shared<Catalog>();
  catalog->streams.resize(streams, {std::make_shared<RowSchema>(), ChannelId{0}, 0});
  auto raw = std::make_shared<RawBatch>();
  raw->catalog = std::move(catalog);
  return raw;
}

using Order = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Order order_of(RowCursor& cursor, const Batch& batch) {
  Order order;
  cursor.start(batch);
  for (RowRef row; cursor.next(row);) order.emplace_back(row.block, row.row);
  EXPECT_EQ(order.size(), cursor.rows());
  return order;
}

TEST(RowCursor, FollowsTheFramesThenTheTimes) {
  Batch batch;
  auto raw = raw_batch(4);
  raw->rows.push_back(timed(3, {5, 7}));
  batch.raw = raw;
  batch.blocks.push_back(framed(0, {0, 3, 4}));
  batch.blocks.push_back(framed(1, {1, 3}));
  batch.blocks.push_back(timed(2, {6, 6, 9}));
  RowCursor cursor;
  EXPECT_EQ(order_of(cursor, batch), (Order{{0, 0},
                                            {1, 0},
                                            {0, 1},
                                            {1, 1},
                                            {0, 2},  // frames 0, 1, 3, 3, 4
                                            {3, 0},
                                            {2, 0},
                                            {2, 1},
                                            {3, 1},
                                            {2, 2}}));
  RowRef last{3, 1};
  EXPECT_EQ(cursor.block(last).stream(), 3U);
  EXPECT_EQ(order_of(cursor, batch).size(), 10U);
}

TEST(RowCursor, SaysTheIdentifierOfEachRow) {
  auto raw = raw_batch(3);
  const std::vector<std::uint8_t> data(8);
  for (const std::uint32_t id : {0x100U, 0x18FEE000U | kIdExtended, 0x200U}) {
    raw->frames.append({WallTime{1}, id, 0, 0, 8, data});
  }
  raw->rows.push_back(timed(2, {5}));
  Batch batch;
  batch.raw = raw;
  batch.blocks.push_back(framed(0, {0, 2}));
  batch.blocks.push_back(framed(1, {1}));
  RowCursor cursor;
  cursor.start(batch);
  std::vector<std::optional<std::uint32_t>> ids;
  for (RowRef row; cursor.next(row);) ids.push_back(cursor.id(row));
  EXPECT_EQ(ids, (std::vector<std::optional<std::uint32_t>>{0x100U, 0x18FEE000U | kIdExtended, 0x200U, {}}));
}

TEST(RowCursor, HasNothingToSayAboutAnEmptyBatch) {
  Batch batch;
  batch.raw = raw_batch(0);
  RowCursor cursor;
  EXPECT_TRUE(order_of(cursor, batch).empty());
}

TEST(RowCursor, GivesEachRowOnceInOrder) {
  std::mt19937 random(4);
  RowCursor cursor;
  for (int run = 0; run < 50; ++run) {
    std::vector<std::vector<std::uint32_t>> frames(1 + random() % 20);
    std::size_t rows = 0;
    for (std::uint32_t frame = 0; frame < random() % 500; ++frame) {
      if (random() % 5 == 0) continue;
      frames[random() % frames.size()].push_back(frame);
      ++rows;
    }
    Batch batch;
    batch.raw = raw_batch(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      batch.blocks.push_back(framed(static_cast<StreamId>(i), frames[i]));
    }
    std::int64_t last = -1;
    const Order order = order_of(cursor, batch);
    ASSERT_EQ(order.size(), rows);
    for (const auto& [block, row] : order) {
      const std::int64_t frame = batch.blocks[block].frame()[row];
      ASSERT_GT(frame, last);
      last = frame;
    }
  }
}

}  // namespace
}  // namespace cantrail::encode
