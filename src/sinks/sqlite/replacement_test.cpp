#include "sinks/sqlite/replacement.hpp"

#include <random>

#include <gtest/gtest.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/replacement_world.hpp"

namespace cantrail::sqlite {
namespace {

INSTANTIATE_TEST_SUITE_P(Forms, Replaced, testing::Values("packed", "plain"),
                         [](const auto& form) { return std::string(form.param); });

TEST_P(Replaced, GivesWhatWouldHaveBeenWrittenHoweverItIsCutIntoGroups) {
  const auto expected = told(*written(GetParam(), corrected_catalog(), corrected));
  ASSERT_FALSE(expected.rows.empty());
  const std::vector<AgainBatch> all = all_again();
  std::mt19937 random(7);
  const bool few = kOneRoundIn > 1;
  for (const std::size_t most : few ? std::vector{17U} : std::vector{1U, 3U, 17U, 200U}) {
    const auto world = written(GetParam(), make_catalog(), captured);
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

TEST_P(Replaced, TakesARangeThatBeginsAndEndsInsideOfAMinute) {
  const auto world = written(GetParam(), make_catalog(), captured);
  const auto original = told(*world), whole = told(*written(GetParam(), corrected_catalog(), corrected));
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
TEST_P(Replaced, RowsStayInTheirPartitions) {
  const std::vector<std::string> keep{"20000 rows"};
  const auto expected = told(*written(GetParam(), corrected_catalog(), corrected, keep));
  const auto world = written(GetParam(), make_catalog(), captured, keep);
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

void drop_oldest(const World& world, const std::string& table) {
  Result<Database> file = Database::open(world.path, Access::write);
  ASSERT_TRUE(file);
  ASSERT_TRUE(
      file->run("DROP VIEW IF EXISTS frames; DROP TABLE " + table + "; DELETE FROM partition WHERE id=1"));
}

// The oldest partition is gone: so are rows of that age of messages that are new.
TEST_P(Replaced, BringsNothingBackThatKeepHasRemoved) {
  const CatalogPtr catalog = catalog_without_motor();
  const auto world = written(GetParam(), catalog, captured_without_motor, {"10000 rows"});
  drop_oldest(*world, table(1));
  const std::int64_t first = world->number("SELECT min(first_ns) FROM partition");
  const std::int64_t rows = world->number("SELECT sum(rows) FROM partition");
  std::vector<AgainBatch> all;
  const CatalogPtr after = corrected_catalog();
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    all.push_back({captured_without_motor(catalog, seq), corrected(after, seq)});
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  for (const AgainBatch& one : all) ASSERT_TRUE((*history)->replace(std::span(&one, 1), nothing));
  EXPECT_GT((*history)->rows().expired, 0U);
  EXPECT_GT((*history)->rows().left_out, 0U) << "Battery's";
  const auto added =
      static_cast<std::int64_t>((*history)->rows().written) - rows;  // Battery's rows are all replaced
  EXPECT_GT(added, 1000);
  EXPECT_EQ(world->number("SELECT sum(rows) FROM partition"), rows + added);
  // The batch that the partitions share may go either way.
  EXPECT_GE(world->number("SELECT min(first_ns) FROM partition"), first - std::int64_t{kFrames} * kStep);
}

TEST_P(Replaced, BringsNothingBackByAnotherNameEither) {
  const auto world = written(GetParam(), make_catalog(), captured, {"10000 rows"});
  drop_oldest(*world, table(1));
  const std::int64_t first = world->number("SELECT min(first_ns) FROM partition");
  const std::int64_t rows = world->number("SELECT sum(rows) FROM partition");
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  for (const AgainBatch& one : all_again()) ASSERT_TRUE((*history)->replace(std::span(&one, 1), nothing));
  EXPECT_EQ((*history)->rows().expired, 0U);
  EXPECT_GT((*history)->rows().left_out, 0U);
  EXPECT_EQ(world->number("SELECT sum(rows) FROM partition"), rows);
  EXPECT_EQ(world->number("SELECT min(first_ns) FROM partition"), first);
}

TEST_P(Replaced, LeavesWhatItCannotCountAgain) {
  const auto world = written(GetParam(), make_catalog(), captured);
  const std::int64_t minute = floor_div(kStart + 1000 * kStep, kMinuteNs);
  {
    Result<Database> file = Database::open(world->path, Access::write);
    ASSERT_TRUE(file);  // one chunk of Battery's minute is gone, as with a partition that was dropped
    const std::int64_t first = GetParam() == std::string("plain") ? minute * kMinuteNs : block_key(minute, 1);
    ASSERT_TRUE(file->run("DELETE FROM " + table(1) + " WHERE key=(SELECT min(key) FROM " + table(1) +
                          " WHERE key>=" + std::to_string(first) + ")"));
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
  ASSERT_TRUE(Replacement::open(plain.path, test_journal(), kStart, kEnd));
  JournalId other = test_journal();
  ++other.bytes[0];
  EXPECT_EQ(Replacement::open(plain.path, other, kStart, kEnd).fault().kind, FaultKind::rejected);
  EXPECT_EQ(Replacement::open(plain.folder + "/none.db", other, kStart, kEnd).fault().kind,
            FaultKind::rejected);
}

}  // namespace
}  // namespace cantrail::sqlite
