// Batches with something of everything in them, and their comparison: what the journal's tests write and read
// back. The files in testdata/ were made with them, so what they fill in must stay as it is.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/batch.hpp"

namespace cantrail {

inline void fill_every_kind(FrameBlock& frames, std::int64_t time) {
  std::vector<std::uint8_t> data(64);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(255 - i);
  const std::span<const std::uint8_t> all(data);
  frames.append({WallTime{time}, 0x7FF, 0, 0, 8, all.first(8)});
  frames.append({WallTime{time - 5}, 0x1ABCDEF0 | kIdExtended, kFlagFd | kFlagBrs | kFlagEsi, 1, 64, all});
  frames.append({WallTime{time + 1}, 0x123 | kIdRemote, kFlagTx, 0, 8, {}});
  frames.append({WallTime{time + 2}, 0x4 | kIdError, 0, 2, 8, all.first(8)});
  frames.append({WallTime{time + 6'000'000'000}, 0, with_origin(9U << kDlcShift, TimeOrigin::hardware), 65535,
                 8, all.first(8)});
  frames.append({WallTime{time + 3}, 0x55, kFlagFd, 0, 12, all.first(12)});
  frames.append({WallTime{std::numeric_limits<std::int64_t>::min()}, 0x55, 0, 0, 0, {}});
}

// 3 fields: f64, i64 that is absent in every third row, text.
inline void fill_rows(StreamBlock& block, StreamId stream, std::size_t rows, bool frame_derived) {
  block.reset(stream, 3, rows, frame_derived);
  for (std::size_t row = 0; row < rows; ++row) {
    block.time_ns()[row] = static_cast<std::int64_t>(row) * 7;
    if (frame_derived) block.frame()[row] = static_cast<std::uint32_t>(row);
    block.f64(0)[row] = 0.1 * static_cast<double>(row);
    block.i64(1)[row] = -static_cast<std::int64_t>(row);
    block.set_text(2, row, "text " + std::to_string(row * row));
  }
  const auto bits = block.make_validity(1, true);
  for (std::size_t row = 0; row < rows; row += 3) bits[row / 64] &= ~(std::uint64_t{1} << (row % 64));
}

// Everything of the above, gaps and a source position.
inline void fill_whole(RawBatch& batch) {
  batch.source = 1;
  batch.source_position = std::string("opaque\0position", 15);
  fill_every_kind(batch.frames, batch.clock.wall.ns);
  fill_rows(batch.rows.emplace_back(), 4, 130, false);
  fill_rows(batch.rows.emplace_back(), 9, 1, true);
  fill_rows(batch.rows.emplace_back(), 10, 0, false);
  batch.gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", std::nullopt, 0});
  batch.gaps.push_back({WallTime{3}, WallTime{4}, GapReason::network_loss, "", 17, 5});
}

inline void expect_equal(const FrameBlock& a, const FrameBlock& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const FrameView x = a[i], y = b[i];
    EXPECT_EQ(x.time, y.time);
    EXPECT_EQ(x.id, y.id);
    EXPECT_EQ(x.flags, y.flags);
    EXPECT_EQ(x.channel, y.channel);
    EXPECT_EQ(x.length, y.length);
    EXPECT_TRUE(std::equal(x.data.begin(), x.data.end(), y.data.begin(), y.data.end()));
  }
}

inline void expect_equal(const StreamBlock& a, const StreamBlock& b) {
  ASSERT_EQ(a.stream(), b.stream());
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.fields(), b.fields());
  EXPECT_TRUE(std::equal(a.frame().begin(), a.frame().end(), b.frame().begin(), b.frame().end()));
  for (std::size_t field = 0; field < a.fields(); ++field) {
    EXPECT_EQ(a.validity(field).empty(), b.validity(field).empty());
    for (std::size_t row = 0; row < a.rows(); ++row) {
      EXPECT_EQ(a.time_ns()[row], b.time_ns()[row]);
      EXPECT_EQ(a.word(field, row), b.word(field, row));
      EXPECT_EQ(a.valid(field, row), b.valid(field, row));
      if (field == 2) {
        EXPECT_EQ(a.text(field, row), b.text(field, row));
      }
    }
  }
}

inline void expect_equal(const RawBatch& a, const RawBatch& b) {
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.first_record, b.first_record);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.clock.mono, b.clock.mono);
  EXPECT_EQ(a.clock.wall, b.clock.wall);
  EXPECT_EQ(a.source_position, b.source_position);
  EXPECT_EQ(a.gaps, b.gaps);
  EXPECT_EQ(a.tick, b.tick);
  expect_equal(a.frames, b.frames);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) expect_equal(a.rows[i], b.rows[i]);
}

}  // namespace cantrail
