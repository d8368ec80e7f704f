#include <array>
#include <string>

#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "encode/protobuf/record_decoder.hpp"
#include "encode/protobuf/record_encoder.hpp"
#include "encode/protobuf/row_encoder.hpp"
#include "encode/sample_catalog.hpp"

namespace cantrail::encode::protobuf {
namespace {

TEST(HotPaths, DoNotAllocateAfterWarmUp) {
  Catalog catalog = sample_catalog();
  RowSchema signal;
  signal.name = "vpd";
  signal.fields = {make_field("value", FieldType::f64)};
  signal.fields[0].optional = true;
  catalog.streams.push_back({std::make_shared<RowSchema>(signal), std::nullopt, 1});
  StreamBlock stale;
  stale.reset(3, 1, 1, false);
  stale.time_ns()[0] = 1;
  stale.set_absent(0, 0, Quality::stale);
  const RowEncoder rows{StreamTypes(catalog)};
  const FrameEncoder frames(catalog);
  const StreamBlock battery = battery_rows(), hostile = hostile_rows(), climate = climate_rows();
  const std::array<std::uint8_t, 64> data{};
  FrameBlock block;
  block.append({WallTime{1}, 0x1F2, kFlagFd, 0, 64, data});
  const Position batch{{}, 1, 2, 0};
  const GapRecord gap{
      WallTime{1}, WallTime{2}, GapReason::bus_off, "a place of more than fifteen letters\xFF", 3, 0};
  std::string out;
  std::size_t decoded = 0;
  const auto work = [&] {
    out.clear();
    rows.append(out, battery, 0);
    rows.append(out, battery, 1);
    rows.append(out, hostile, 0);
    rows.append(out, climate, 0);
    rows.append(out, stale, 0);
    append_gap(out, gap, &batch);
    append_ledger(out, {}, "history", 1, WallTime{1});
    append_cursor(out, batch, WallTime{1});
    const std::size_t before = out.size();
    frames.append(out, block, 0, &batch);
    decoded += decode_frame(std::string_view(out).substr(before)).has_value() ? 1 : 0;
  };
  work();
  const std::size_t before = allocations;
  work();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(decoded, 2U);
}

}  // namespace
}  // namespace cantrail::encode::protobuf
