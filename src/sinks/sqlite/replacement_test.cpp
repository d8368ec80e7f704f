#include "sinks/sqlite/replacement.hpp"

#include <random>

#include <gtest/gtest.h>

#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::int64_t kStep = 700'000'000;
constexpr std::size_t kFrames = 50;
constexpr std::uint64_t kBatches = 120;  // over an hour
constexpr std::int64_t kEnd = kStart + std::int64_t{kBatches} * kFrames * kStep;

// Battery's voltage in other units and with another signal; the message Motor is called Engine.
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
  const auto batch = captured(catalog, seq);
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

struct Told {
  std::vector<std::string> rows;
  std::vector<std::string> latest;
  std::vector<std::string> series;
};

void expect_same(const Told& told, const Told& expected) {
  EXPECT_EQ(told.rows, expected.rows);
  EXPECT_EQ(told.latest, expected.latest);
  EXPECT_EQ(told.series, expected.series);
}

std::string told(const HistoryRow& row) {
  return std::to_string(row.time.ns) + " " + row.message + " " + row.position + " " + row.signals + " " +
         row.labels + " " + std::string(row.data.begin(), row.data.end());
}

Told told(const World& world) {
  Told told_;
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
      asked.from = WallTime{kStart - days * 24 * kHourNs};
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

// A closed history of all batches, in one transaction each.
template <class Make>
std::unique_ptr<World> written(const CatalogPtr& catalog, Make make,
                               const std::vector<std::string>& keep = {"30d", "1GiB"}) {
  auto world = std::make_unique<World>(keep);
  world->form = "packed";
  world->remake();
  EXPECT_TRUE(world->open());
  EXPECT_TRUE(world->sink->catalog(nullptr, catalog));
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq) EXPECT_TRUE(world->write(make(catalog, seq)));
  return world;
}

std::vector<AgainBatch> all_again() {
  const CatalogPtr before = make_catalog(), after = corrected_catalog();
  std::vector<AgainBatch> all;
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    all.push_back({captured(before, seq), corrected(after, seq)});
  return all;
}

void nothing(const std::string&, const std::string&, WallTime, const RowAt&, const RowAt&) {}

TEST(Replacement, GivesWhatWouldHaveBeenWrittenHoweverItIsCutIntoGroups) {
  const auto expected = told(*written(corrected_catalog(), corrected));
  ASSERT_FALSE(expected.rows.empty());
  const std::vector<AgainBatch> all = all_again();
  std::mt19937 random(7);
  for (const std::size_t most : {1U, 3U, 17U, 200U}) {
    const auto world = written(make_catalog(), captured);
    auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
    ASSERT_TRUE(history) << history.fault().message;
    EXPECT_EQ((*history)->end(), at(kBatches + 1));
    for (std::size_t from = 0; from < all.size();) {
      const std::size_t count = std::min(all.size() - from, 1 + random() % most);
      ASSERT_TRUE((*history)->replace(std::span(all).subspan(from, count), nothing));
      from += count;
    }
    EXPECT_EQ((*history)->rows().kept, 0U);
    SCOPED_TRACE(most);
    expect_same(told(*world), expected);
    EXPECT_EQ(world->number("SELECT count(*) FROM latest JOIN stream ON id=stream WHERE message='Motor'"), 0);
    EXPECT_EQ(world->number("SELECT sum(rows) FROM partition"),
              static_cast<std::int64_t>(expected.rows.size()));
    // Once more, and the node goes on writing in the same file.
    const std::uint64_t before = (*history)->rows().written;
    for (const AgainBatch& one : all) ASSERT_TRUE((*history)->replace(std::span(&one, 1), nothing));
    EXPECT_EQ((*history)->rows().written, before);
    const CatalogPtr after = corrected_catalog();
    ASSERT_TRUE(world->sink->catalog(nullptr, after));
    ASSERT_TRUE(world->write(corrected(after, kBatches + 1)));
    EXPECT_EQ(told(*world).rows.size(), expected.rows.size() + 45);
  }
}

TEST(Replacement, TakesARangeThatBeginsAndEndsInsideOfPackedRows) {
  const auto world = written(make_catalog(), captured);
  const auto original = told(*world), whole = told(*written(corrected_catalog(), corrected));
  const std::int64_t from = kStart + 1000 * kStep + 1, to = kStart + 4000 * kStep;
  auto history = Replacement::open(world->path, test_journal(), from, to);
  ASSERT_TRUE(history);
  std::vector<AgainBatch> all;
  for (const AgainBatch& one : all_again()) {
    const auto cut = [&](const BatchPtr& batch) {
      auto copy = std::make_shared<Batch>();
      copy->raw = batch->raw;
      for (const StreamBlock& block : batch->blocks) {
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < block.rows(); ++row) {
          if (block.time_ns()[row] >= from && block.time_ns()[row] < to) rows.push_back(row);
        }
        if (!rows.empty()) copy->blocks.emplace_back().take(block, rows);
      }
      return copy;
    };
    all.push_back({cut(one.before), cut(one.after)});
  }
  ASSERT_TRUE((*history)->replace(all, nothing));
  const auto after = told(*world);
  ASSERT_EQ(after.rows.size(), original.rows.size());
  for (std::size_t i = 0; i < after.rows.size(); ++i) {
    const std::int64_t time = std::stoll(after.rows[i]);
    EXPECT_EQ(after.rows[i], time >= from && time < to ? whole.rows[i] : original.rows[i]);
  }
  // The rest as well: then nothing is left of it.
  auto rest = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(rest);
  ASSERT_TRUE((*rest)->replace(all_again(), nothing));
  expect_same(told(*world), whole);
}

// A partition is closed in the middle of a minute, as often as there are a thousand rows.
TEST(Replacement, RowsStayInTheirPartitions) {
  const std::vector<std::string> keep{"20000 rows"};
  const auto expected = told(*written(corrected_catalog(), corrected, keep));
  const auto world = written(make_catalog(), captured, keep);
  ASSERT_GE(world->number("SELECT count(*) FROM partition"), 5);
  const auto rows_of = [&](int partition) {
    return world->number("SELECT rows FROM partition WHERE id=" + std::to_string(partition));
  };
  const std::vector<std::int64_t> before{rows_of(1), rows_of(2), rows_of(3)};
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  const std::vector<AgainBatch> all = all_again();
  for (std::size_t from = 0; from < all.size(); from += 10) {
    ASSERT_TRUE((*history)->replace(std::span(all).subspan(from, 10), nothing));
  }
  EXPECT_EQ((*history)->rows().kept + (*history)->rows().expired, 0U);
  expect_same(told(*world), expected);
  EXPECT_EQ((std::vector<std::int64_t>{rows_of(1), rows_of(2), rows_of(3)}), before);
}

// The oldest partition is gone: so are the rows of messages that are new, of that age.
TEST(Replacement, BringsNothingBackThatKeepHasRemoved) {
  const std::vector<std::string> keep{"10000 rows"};
  const auto world = written(make_catalog(), captured, keep);
  {
    Result<Database> file = Database::open(world->path, Access::write);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run("DROP TABLE packed_1; DELETE FROM partition WHERE id=1"));
  }
  const std::int64_t rows = world->number("SELECT sum(rows) FROM partition");
  const std::int64_t first = world->number("SELECT min(first_ns) FROM partition");
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  const std::vector<AgainBatch> all = all_again();
  for (const AgainBatch& one : all) ASSERT_TRUE((*history)->replace(std::span(&one, 1), nothing));
  EXPECT_GT((*history)->rows().expired, 0U);
  EXPECT_GT((*history)->rows().written, 3000U);
  // Engine's rows of the batch that the partitions share are new, and may go either way.
  EXPECT_GE(world->number("SELECT sum(rows) FROM partition"), rows);
  EXPECT_LE(world->number("SELECT sum(rows) FROM partition"), rows + std::int64_t{kFrames});
  EXPECT_GE(world->number("SELECT min(first_ns) FROM partition"), first - std::int64_t{kFrames} * kStep);
}

TEST(Replacement, LeavesWhatItCannotCountAgain) {
  const auto world = written(make_catalog(), captured);
  const std::int64_t minute = floor_div(kStart + 1000 * kStep, kMinuteNs);
  {
    Result<Database> file = Database::open(world->path, Access::write);
    ASSERT_TRUE(file);  // one chunk of Battery's minute is gone, as with a partition that was dropped
    ASSERT_TRUE(file->run("DELETE FROM packed_1 WHERE key=(SELECT min(key) FROM packed_1 WHERE key>=" +
                          std::to_string(block_key(minute, 1)) + ")"));
  }
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  std::uint64_t told_rows = 0;
  ASSERT_TRUE((*history)->replace(all_again(), [&](auto&, auto& message, WallTime time, auto& before, auto&) {
    if (message != "Battery") return;
    ++told_rows;
    EXPECT_TRUE(before);
    EXPECT_NE(floor_div(time.ns, kMinuteNs), minute);
  }));
  EXPECT_GT((*history)->rows().kept, 0U);
  EXPECT_GT(told_rows, 2000U);
  HistoryQuery query;
  query.limit = 10'000;
  for (const HistoryRow& row : world->rows(query)) {
    if (row.message != "Battery") continue;
    const bool changed = row.signals.find("Twice") != std::string::npos;
    EXPECT_EQ(changed, floor_div(row.time.ns, kMinuteNs) != minute);
  }
}

TEST(Replacement, DoesNotTouchWhatIsNotItsOwn) {
  World plain;
  ASSERT_TRUE(plain.open());
  ASSERT_TRUE(plain.sink->catalog(nullptr, plain.catalog));
  ASSERT_TRUE(plain.write(captured(plain.catalog, 1)));
  const auto refused = Replacement::open(plain.path, test_journal(), kStart, kEnd);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.fault().message.find("plain"), std::string::npos);
  JournalId other = test_journal();
  ++other.bytes[0];
  EXPECT_EQ(Replacement::open(plain.path, other, kStart, kEnd).fault().kind, FaultKind::rejected);
  EXPECT_EQ(Replacement::open(plain.folder + "/none.db", other, kStart, kEnd).fault().kind,
            FaultKind::rejected);
}

}  // namespace
}  // namespace cantrail::sqlite
