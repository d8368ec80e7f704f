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
  const Catalog catalog = sample_catalog();
  const JsonRows json(catalog);
  const CsvRows csv(catalog);
  Batch batch;
  batch.raw = std::make_shared<RawBatch>();
  batch.blocks.push_back(battery_rows());
  batch.blocks.push_back(hostile_rows());
  batch.blocks.push_back(climate_rows());
  RowCursor cursor;
  std::string out;
  const auto work = [&] {
    out.clear();
    cursor.start(batch);
    for (RowRef row; cursor.next(row);) {
      json.append(out, cursor.block(row), row.row, 498);
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
