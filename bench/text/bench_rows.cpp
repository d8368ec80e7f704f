// How fast decoded rows become text, on one thread, into memory: millions of rows a second. Messages of six
// signals: decimals, integers, one with labels, one that needs all 17 digits.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "encode/csv_rows.hpp"
#include "encode/json_rows.hpp"
#include "encode/row_cursor.hpp"
#include "encode/table_rows.hpp"
#include "machine.hpp"

namespace {

using namespace cantrail;

constexpr std::size_t kStreams = 8, kRows = 512, kFields = 6;

Catalog make_catalog() {
  Catalog catalog;
  catalog.sources = {{"bus", "socketcan"}};
  catalog.channels = {{"can0", 0, {}}};
  for (std::size_t s = 0; s < kStreams; ++s) {
    RowSchema row;
    row.name = "Message" + std::to_string(s);
    row.can_id = static_cast<std::uint32_t>(0x100 + s);
    for (std::size_t f = 0; f < kFields; ++f) {
      FieldSchema field;
      field.name = "SignalNumber" + std::to_string(f);
      field.type = f < 4 ? FieldType::f64 : FieldType::i64;
      field.unit = "km/h";
      if (f == 5) field.labels = {{0, "PARK"}, {1, "REVERSE"}, {2, "NEUTRAL"}, {3, "DRIVE"}};
      row.fields.push_back(field);
    }
    catalog.streams.push_back({std::make_shared<RowSchema>(row), ChannelId{0}, 0});
  }
  return catalog;
}

Batch make_batch(const CatalogPtr& catalog) {
  std::mt19937 random(1);
  Batch batch;
  const auto raw = std::make_shared<RawBatch>();
  raw->catalog = catalog;
  const std::vector<std::uint8_t> data(8);
  for (std::size_t frame = 0; frame < kStreams * kRows; ++frame) {
    const auto id = static_cast<std::uint32_t>(0x100 + frame % kStreams);
    raw->frames.append({WallTime{static_cast<std::int64_t>(frame)}, id, 0, 0, 8, data});
  }
  batch.raw = raw;
  for (std::size_t s = 0; s < kStreams; ++s) {
    StreamBlock& block = batch.blocks.emplace_back();
    block.reset(static_cast<StreamId>(s), kFields, kRows, true);
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::size_t frame = row * kStreams + s;
      block.frame()[row] = static_cast<std::uint32_t>(frame);
      block.time_ns()[row] = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(frame) * 230'017;
      block.f64(0)[row] = static_cast<double>(random() % 65536) * 0.01;
      block.f64(1)[row] = static_cast<double>(random() % 256) * 0.5 - 40;
      block.f64(2)[row] = static_cast<double>(random() % 4096) * 0.1;
      block.f64(3)[row] = static_cast<double>(random() % 65536) / 3;
      block.i64(4)[row] = static_cast<std::int64_t>(random() % 65536);
      block.i64(5)[row] = static_cast<std::int64_t>(random() % 5);
    }
  }
  return batch;
}

template <class Rows>
void measure(const char* name, const Rows& rows, const Batch& batch) {
  std::string out;
  encode::RowCursor cursor;
  double best = 1e9;
  for (int run = 0; run < 50; ++run) {
    out.clear();
    const auto begin = std::chrono::steady_clock::now();
    cursor.start(batch);
    for (encode::RowRef row; cursor.next(row);) {
      if constexpr (std::is_same_v<Rows, encode::CsvRows>) {
        rows.append(out, cursor.block(row), row.row);
      } else {
        rows.append(out, cursor.block(row), row.row, cursor.id(row));
      }
      out += '\n';
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  std::printf("%-8s %6.2f M rows/s  %6.2f GB/s  (%zu signals a row)\n", name, kStreams * kRows / best / 1e6,
              static_cast<double>(out.size()) / best / 1e9, kFields);
}

}  // namespace

int main() {
  std::printf("%s\n", bench::machine_line().c_str());
  const auto shared = std::make_shared<Catalog>(make_catalog());
  const Catalog& catalog = *shared;
  const Batch batch = make_batch(shared);
  measure("jsonl", encode::JsonRows(catalog), batch);
  measure("csv", encode::CsvRows(catalog), batch);
  measure("table", encode::TableRows(catalog), batch);
}
