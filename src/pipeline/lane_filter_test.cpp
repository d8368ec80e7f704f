#include "pipeline/lane_filter.hpp"

#include <gtest/gtest.h>

#include "encode/row_cursor.hpp"

namespace cantrail {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr StreamId kBattery = 0, kGps = 1, kAir = 2;

std::shared_ptr<const RowSchema> schema(std::string name, std::vector<std::string> fields, FieldType type) {
  auto row = std::make_shared<RowSchema>();
  row->name = std::move(name);
  for (std::string& field : fields) {
    row->fields.emplace_back().name = std::move(field);
    row->fields.back().type = type;
  }
  return row;
}

CatalogPtr catalog() {
  static const CatalogPtr one = [] {
    auto made = std::make_shared<Catalog>();
    made->sources = {{"bus", "socketcan"}, {"air", "i2c"}};
    made->channels = {{"can0", 0, {}}};
    made->streams = {{schema("Battery", {"soc", "voltage"}, FieldType::i64), ChannelId{0}, 0},
                     {schema("GpsPosition", {"lat"}, FieldType::i64), ChannelId{0}, 0},
                     {schema("Air", {"co2", "note"}, FieldType::text), std::nullopt, 1}};
    return made;
  }();
  return one;
}

struct Row {
  StreamId stream;
  std::int64_t time_ms;
  std::vector<std::int64_t> values;
};

// Each row from a frame of its own, in this order; `undecoded` frames behind them.
BatchPtr batch_of(const std::vector<Row>& rows, std::size_t undecoded = 0) {
  auto raw = std::make_shared<RawBatch>();
  raw->catalog = catalog();
  auto batch = std::make_shared<Batch>();
  for (std::size_t i = 0; i < rows.size() + undecoded; ++i) raw->frames.append(FrameView{});
  for (StreamId stream = 0; stream < 2; ++stream) {
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].stream == stream) own.push_back(i);
    }
    if (own.empty()) continue;
    StreamBlock& block = batch->blocks.emplace_back();
    block.reset(stream, catalog()->streams[stream].row->fields.size(), own.size(), true);
    for (std::size_t i = 0; i < own.size(); ++i) {
      block.time_ns()[i] = rows[own[i]].time_ms * kMs;
      block.frame()[i] = static_cast<std::uint32_t>(own[i]);
      for (std::size_t f = 0; f < block.fields(); ++f) block.i64(f)[i] = rows[own[i]].values[f];
    }
  }
  batch->undecoded = static_cast<std::uint32_t>(undecoded);
  batch->raw = raw;
  return batch;
}

// Rows that a source delivered, behind one frame.
BatchPtr air(const std::vector<std::pair<std::int64_t, std::string>>& rows) {
  auto raw = std::make_shared<RawBatch>();
  raw->catalog = catalog();
  raw->frames.append(FrameView{});
  StreamBlock& block = raw->rows.emplace_back();
  block.reset(kAir, 2, rows.size(), false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    block.time_ns()[i] = rows[i].first * kMs;
    block.set_text(0, i, rows[i].second);
    block.set_text(1, i, "always");
  }
  auto batch = std::make_shared<Batch>();
  batch->undecoded = 1;
  batch->raw = raw;
  return batch;
}

LaneKeys only(std::vector<std::string> patterns) {
  LaneKeys keys;
  keys.only = std::move(patterns);
  return keys;
}

std::vector<std::uint32_t> frames_of(const BatchPtr& batch, StreamId stream) {
  for (const StreamBlock& block : batch->blocks) {
    if (block.stream() == stream) return {block.frame().begin(), block.frame().end()};
  }
  return {};
}

using Indexes = std::vector<std::uint32_t>;

TEST(LaneFilter, WithoutKeysHandsOverTheSameBatch) {
  LaneFilter filter({});
  const BatchPtr batch = batch_of({{kBattery, 0, {50, 360}}});
  EXPECT_EQ(filter.apply(batch), batch);
}

TEST(LaneFilter, KeepsOnlyTheStreamsNamedAndLeavesUndecodedFramesToTheSink) {
  LaneFilter filter(only({"can0:Bat*"}));
  const BatchPtr out = filter.apply(batch_of({{kGps, 0, {1}}, {kBattery, 1, {50, 360}}, {kGps, 2, {2}}}, 1));
  EXPECT_EQ(frames_of(out, kBattery), Indexes{1});
  EXPECT_EQ(frames_of(out, kGps), Indexes{});
  EXPECT_EQ(out->left_out, (Indexes{0, 2}));
  EXPECT_EQ(out->undecoded, 1U);
  EXPECT_EQ(out->blocks[0].i64(1)[0], 360);
}

TEST(LaneFilter, DoesNotTakeAnotherChannelsStreamForItsOwn) {
  LaneFilter filter(only({"can1:Battery"}));
  EXPECT_EQ(filter.apply(batch_of({{kBattery, 0, {50, 360}}}))->left_out, Indexes{0});
}

TEST(LaneFilter, CutsRowsToTheFieldsThatAreNamed) {
  LaneFilter filter(only({"*.soc"}));
  const BatchPtr out = filter.apply(batch_of({{kBattery, 0, {50, 360}}, {kGps, 1, {7}}}));
  ASSERT_EQ(out->blocks.size(), 1U);
  EXPECT_TRUE(out->blocks[0].valid(0, 0));
  EXPECT_FALSE(out->blocks[0].valid(1, 0));
  EXPECT_EQ(out->left_out, Indexes{1});
}

TEST(LaneFilter, LetsExceptWinOverOnly) {
  LaneKeys keys = only({"*"});
  keys.except = {"Gps*", "Battery.voltage"};
  LaneFilter filter(keys);
  const BatchPtr out = filter.apply(batch_of({{kBattery, 0, {50, 360}}, {kGps, 1, {7}}}));
  EXPECT_EQ(out->left_out, Indexes{1});
  EXPECT_FALSE(out->blocks[0].valid(1, 0));
}

TEST(LaneFilter, LetsTheFirstRowOfEachSlotThroughAcrossBatches) {
  LaneKeys keys;
  keys.max_rate_per_s = 1;
  LaneFilter filter(keys);
  const BatchPtr first =
      filter.apply(batch_of({{kBattery, -1, {1, 1}}, {kBattery, 0, {1, 1}}, {kBattery, 999, {1, 1}}}));
  EXPECT_EQ(frames_of(first, kBattery), (Indexes{0, 1}));
  const BatchPtr second = filter.apply(batch_of({{kBattery, 999, {1, 1}}, {kBattery, 1000, {1, 1}}}));
  EXPECT_EQ(frames_of(second, kBattery), Indexes{1});
  EXPECT_EQ(second->left_out, Indexes{0});
}

TEST(LaneFilter, LetsOnlyChangesOfTheFieldsKeptThrough) {
  LaneKeys keys = only({"Battery.soc"});
  keys.on_change = true;
  LaneFilter filter(keys);
  const BatchPtr out = filter.apply(batch_of(
      {{kBattery, 0, {50, 1}}, {kBattery, 1, {50, 2}}, {kBattery, 2, {51, 2}}, {kBattery, 3, {51, 3}}}));
  EXPECT_EQ(frames_of(out, kBattery), (Indexes{0, 2}));
}

TEST(LaneFilter, DoesNotForgetAChangeThatCameTooEarly) {
  LaneKeys keys;
  keys.on_change = true;
  keys.max_rate_per_s = 10;
  LaneFilter filter(keys);
  const BatchPtr out = filter.apply(batch_of(
      {{kBattery, 0, {1, 0}}, {kBattery, 50, {2, 0}}, {kBattery, 100, {2, 0}}, {kBattery, 200, {2, 0}}}));
  EXPECT_EQ(frames_of(out, kBattery), (Indexes{0, 2}));
}

TEST(LaneFilter, LetsTheNextRowThroughAfterARestart) {
  LaneKeys keys;
  keys.on_change = true;
  LaneFilter filter(keys);
  const BatchPtr batch = batch_of({{kBattery, 0, {1, 0}}});
  EXPECT_EQ(filter.apply(batch)->left_out, Indexes{});
  EXPECT_EQ(filter.apply(batch)->left_out, Indexes{0});
  filter.restart();
  EXPECT_EQ(filter.apply(batch)->left_out, Indexes{});
}

TEST(LaneFilter, KeepsThePlacesOfDeliveredRowsAndPassesOverThoseLeftOut) {
  LaneKeys keys = only({"Air.co2"});
  keys.on_change = true;
  LaneFilter filter(keys);
  const BatchPtr out = filter.apply(air({{0, "low"}, {1, "low"}, {2, "high"}}));
  EXPECT_EQ(out->left_out, Indexes{2});  // the frame is record 0
  ASSERT_EQ(out->rows().size(), 1U);
  EXPECT_EQ(out->rows()[0].rows(), 3U);
  EXPECT_FALSE(out->rows()[0].valid(0, 1));
  EXPECT_FALSE(out->rows()[0].valid(1, 0));
  encode::RowCursor cursor;
  cursor.start(*out);
  std::vector<std::string> seen;
  for (encode::RowRef row; cursor.next(row);) seen.emplace_back(cursor.block(row).text(0, row.row));
  EXPECT_EQ(seen, (std::vector<std::string>{"low", "high"}));
}

// The lane may cut the stream of records anywhere: what goes through is the same.
TEST(LaneFilter, DoesNotDependOnWhereBatchesAreCut) {
  LaneKeys keys;
  keys.on_change = true;
  keys.max_rate_per_s = 100;
  std::vector<Row> rows;
  for (std::int64_t i = 0; i < 500; ++i)
    rows.push_back({i % 3 == 0 ? kGps : kBattery, i * 4, {i / 7, i / 11}});
  const auto kept_times = [&](std::size_t length) {
    LaneFilter filter(keys);
    std::vector<std::int64_t> times;
    for (std::size_t from = 0; from < rows.size(); from += length) {
      const std::size_t to = std::min(rows.size(), from + length);
      const BatchPtr out = filter.apply(batch_of({rows.begin() + static_cast<std::ptrdiff_t>(from),
                                                  rows.begin() + static_cast<std::ptrdiff_t>(to)}));
      encode::RowCursor cursor;
      cursor.start(*out);
      for (encode::RowRef row; cursor.next(row);) times.push_back(cursor.block(row).time_ns()[row.row]);
    }
    return times;
  };
  const auto whole = kept_times(rows.size());
  EXPECT_GT(whole.size(), 10U);
  EXPECT_LT(whole.size(), rows.size());
  for (const std::size_t length : {1U, 3U, 64U}) EXPECT_EQ(kept_times(length), whole);
}

}  // namespace
}  // namespace cantrail
