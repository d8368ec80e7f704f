#include <string>

#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "encode/csv_rows.hpp"
#include "encode/json_rows.hpp"
#include "encode/row_cursor.hpp"
#include "encode/sample_catalog.hpp"

namespace cantrail::encode {
namespace {

TEST(HotPaths, DoNotAllocateAfterWarmUp) {
  const auto shared = std::make_shared<Catalog>(sample_catalog());
  const Catalog& catalog = *shared;
  const JsonRows json(catalog);
  const CsvRows csv(catalog);
  Batch batch;
  const auto raw = std::make_shared<RawBatch>();
  raw->catalog = shared;
  const std::vector<std::uint8_t> data(8);
  for (int i = 0; i < 8; ++i) raw->frames.append({WallTime{i}, 498, 0, 0, 8, data});
  batch.raw = raw;
  batch.blocks.push_back(battery_rows());
  batch.blocks.push_back(hostile_rows());
  batch.blocks.push_back(climate_rows());
  RowCursor cursor;
  std::string out;
  const auto work = [&] {
    out.clear();
    cursor.start(batch);
    for (RowRef row; cursor.next(row);) {
      json.append(out, cursor.block(row), row.row, cursor.id(row));
      csv.append(out, cursor.block(row), row.row);
    }
  };
  work();
  const std::size_t before = allocations;
  work();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace cantrail::encode
