#include "sinks/sqlite/replacement_world.hpp"

#include <sqlite3.h>

namespace cantrail::sqlite {

CatalogPtr corrected_catalog() {
  auto catalog = std::make_shared<Catalog>(*make_catalog());
  auto battery = std::make_shared<RowSchema>(*catalog->streams[kBattery].row);
  battery->fields[0].unit = "mV";
  battery->fields.push_back(battery->fields[1]);
  battery->fields.back().name = "Twice";
  catalog->streams[kBattery].row = battery;
  auto motor = std::make_shared<RowSchema>(*catalog->streams[kMotor].row);
  motor->name = "Engine";
  catalog->streams[kMotor].row = motor;
  return catalog;
}

std::shared_ptr<Batch> captured(const CatalogPtr& catalog, std::uint64_t seq) {
  return make_batch(catalog, seq, kFrames,
                    kStart + static_cast<std::int64_t>(seq - 1) * static_cast<std::int64_t>(kFrames) * kStep,
                    kStep);
}

std::shared_ptr<Batch> corrected(const CatalogPtr& catalog, std::uint64_t seq) {
  auto batch = captured(catalog, seq);
  StreamBlock& old = batch->blocks.front();
  StreamBlock block;
  block.reset(kBattery, 5, old.rows(), true);
  for (std::size_t row = 0; row < old.rows(); ++row) {
    block.time_ns()[row] = old.time_ns()[row];
    block.frame()[row] = old.frame()[row];
    block.f64(0)[row] = old.f64(0)[row] * 1000;
    for (std::size_t field = 1; field < 4; ++field) block.u64(field)[row] = old.u64(field)[row];
    block.i64(4)[row] = old.i64(1)[row] * 2;
  }
  old = std::move(block);
  return batch;
}

CatalogPtr catalog_without_motor() {
  auto catalog = std::make_shared<Catalog>(*make_catalog());
  auto other = std::make_shared<RowSchema>(*catalog->streams[kMotor].row);
  other->name = "Other";
  other->can_id = 0x123;
  catalog->streams[kMotor].row = other;
  return catalog;
}

std::shared_ptr<Batch> captured_without_motor(const CatalogPtr& catalog, std::uint64_t seq) {
  auto batch = captured(catalog, seq);
  batch->blocks.pop_back();
  return batch;
}

void expect_same(const Told& told, const Told& expected) {
  EXPECT_EQ(told.rows, expected.rows);
  EXPECT_EQ(told.plain, expected.plain);
  EXPECT_EQ(told.latest, expected.latest);
  EXPECT_EQ(told.series, expected.series);
}

namespace {

std::string told(const HistoryRow& row) {
  return std::to_string(row.time.ns) + " " + row.message + " " + row.position + " " + row.signals + " " +
         row.labels + " " + std::string(row.data.begin(), row.data.end());
}

}  // namespace

std::vector<std::string> plain_rows(const World& world) {
  std::vector<std::string> rows;
  Result<Database> file = Database::open(world.path, Access::read);
  EXPECT_TRUE(file);
  if (!file) return rows;
  const auto there = file->number("SELECT count(*) FROM sqlite_schema WHERE name='frames'");
  if (!there || *there == 0) return rows;
  Result<Statement> all = file->prepare(
      "SELECT concat FROM (SELECT key, key||' '||time_ns||' '||channel||' '||message||' '||id||' '||hex(data)"
      "||' '||signals||' '||coalesce(labels,'NULL')||' '||epoch||' '||seq||' '||idx AS concat FROM frames) "
      "ORDER BY key");
  EXPECT_TRUE(all);
  if (!all) return rows;
  while (all->step() == SQLITE_ROW) rows.emplace_back(all->text(0));
  return rows;
}

Told told(const World& world) {
  Told told_;
  told_.plain = plain_rows(world);
  HistoryQuery query;
  query.limit = 10'000;
  for (const HistoryRow& row : world.rows(query)) told_.rows.push_back(told(row));
  const auto latest = world.sink->history()->latest();
  EXPECT_TRUE(latest);
  for (const HistoryRow& row : *latest) told_.latest.push_back(told(row));
  for (const auto& [message, signal] :
       {std::pair("Battery", "Voltage"), {"Battery", "Count"}, {"Battery", "Twice"}, {"Engine", "Rpm"}}) {
    for (const auto& [points, days] : {std::pair(5000, 0), {70, 0}, {20, 60}}) {
      SeriesQuery asked;
      asked.channel = "can0";
      asked.message = message;
      asked.signal = signal;
      asked.from = WallTime{kStart - 24 * kHourNs * days};
      asked.to = WallTime{kEnd};
      asked.points = static_cast<std::size_t>(points);
      const auto series = world.sink->history()->series(asked);
      told_.series.push_back(series ? series->unit + " " + series->resolution : "none");
      if (!series) continue;
      for (const SeriesPoint& at : series->points) {
        told_.series.push_back(std::to_string(at.time.ns) + " " + std::to_string(at.min) + " " +
                               std::to_string(at.max) + " " + std::to_string(at.mean) + " " +
                               std::to_string(at.last) + " " + std::to_string(at.count));
      }
    }
  }
  return told_;
}

std::unique_ptr<World> written(const std::string& form, const CatalogPtr& catalog, const MakeBatch& make,
                               const std::vector<std::string>& keep, std::uint64_t other_form_from) {
  auto world = std::make_unique<World>(keep);
  world->form = form;
  world->remake();
  EXPECT_TRUE(world->open());
  EXPECT_TRUE(world->sink->catalog(nullptr, catalog));
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq) {
    if (seq == other_form_from) {
      world->form = form == "plain" ? "packed" : "plain";
      world->remake();
      EXPECT_TRUE(world->open());
      EXPECT_TRUE(world->sink->catalog(nullptr, catalog));
    }
    EXPECT_TRUE(world->write(make(catalog, seq)));
  }
  return world;
}

std::vector<AgainBatch> all_again() {
  const CatalogPtr before = make_catalog(), after = corrected_catalog();
  std::vector<AgainBatch> all;
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    all.push_back({captured(before, seq), corrected(after, seq)});
  return all;
}

}  // namespace cantrail::sqlite
