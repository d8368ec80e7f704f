// What a lane has left out or leaves out now; rows of both forms.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "sinks/sqlite/replacement_world.hpp"

namespace cantrail::sqlite {
namespace {

TEST_P(Replaced, AFileOfBothForms) {
  constexpr std::uint64_t kFrom = kBatches / 2;  // in the middle of a minute
  const auto expected = told(*written(GetParam(), corrected_catalog(), corrected, kKeep, kFrom));
  ASSERT_FALSE(expected.plain.empty());
  const auto world = written(GetParam(), make_catalog(), captured, kKeep, kFrom);
  ASSERT_EQ(world->number("SELECT count(*) FROM partition"), 2);
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  const std::vector<AgainBatch> all = all_again();
  for (std::size_t from = 0; from < all.size(); from += 7) {
    ASSERT_TRUE((*history)->replace(std::span(all).subspan(from, std::min<std::size_t>(7, all.size() - from)),
                                    nothing));
  }
  expect_same(told(*world), expected);
  const std::uint64_t once = (*history)->rows().written;
  ASSERT_TRUE((*history)->replace(all, nothing));
  EXPECT_EQ((*history)->rows().written, once);
}

BatchPtr without_every_third(const std::shared_ptr<Batch>& batch, StreamId stream) {
  for (StreamBlock& block : batch->blocks) {
    if (block.stream() != stream) continue;
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < block.rows(); ++row) {
      if (row % 3 != 2) rows.push_back(row);
    }
    StreamBlock kept;
    kept.take(block, rows);
    block = std::move(kept);
  }
  return batch;
}

// As max_rate leaves rows out: those that are there stay, under the new name and under the old one again.
TEST_P(Replaced, AMessageThatIsCalledOtherwiseKeepsItsPlaces) {
  const auto thinned = [](auto make) {
    return [make](const CatalogPtr& catalog, std::uint64_t seq) {
      const auto batch = make(catalog, seq);
      (void)without_every_third(batch, kMotor);
      return batch;
    };
  };
  const auto world = written(GetParam(), make_catalog(), thinned(captured));
  const auto original = told(*world);
  const auto expected = told(*written(GetParam(), corrected_catalog(), thinned(corrected)));
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  ASSERT_TRUE((*history)->replace(all_again(), nothing));
  EXPECT_GT((*history)->rows().left_out, kBatches);
  expect_same(told(*world), expected);
  ASSERT_TRUE((*history)->known("can0", "Engine"));
  EXPECT_EQ((*history)->known("can0", "Engine")->can_id, 0x18FF50E5U | kIdExtended);
  EXPECT_FALSE((*history)->known("can0", "Nothing"));

  std::vector<AgainBatch> back;
  const CatalogPtr catalog = make_catalog();
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    back.push_back({captured(catalog, seq), captured(catalog, seq)});
  ASSERT_TRUE((*history)->replace(back, nothing));
  EXPECT_EQ(told(*world).rows, original.rows);
  EXPECT_EQ(told(*world).plain, original.plain);
}

TEST_P(Replaced, RowsThatStayBlockThoseOfTheNewName) {
  const auto world = written(GetParam(), make_catalog(), captured);
  {  // rollups of Motor's minutes count more than there is
    Result<Database> file = Database::open(world->path, Access::write);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run(GetParam() == std::string("plain")
                              ? "DELETE FROM rows_1 WHERE stream=2 AND seq % 10 = 0"
                              : "DELETE FROM packed_1 WHERE (key >> 16) & 262143 = 2 AND key % 2 = 0"));
  }
  const std::int64_t stayed = world->number("SELECT sum(rows) FROM partition");
  ASSERT_GT(stayed, 0);
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  ASSERT_TRUE((*history)->replace(all_again(), nothing));
  EXPECT_GT((*history)->rows().kept, 0U);
  HistoryQuery query;
  query.limit = 10'000;
  std::set<std::int64_t> motor;
  for (const HistoryRow& row : world->rows(query)) {
    if (row.message == "Motor") motor.insert(row.time.ns);
  }
  EXPECT_FALSE(motor.empty());
  for (const HistoryRow& row : world->rows(query)) {
    EXPECT_FALSE(row.message == "Engine" && motor.contains(row.time.ns)) << row.time.ns;
  }
}

// Rollups by the new name count what is gone: then its rows cannot come, and those by the old name stay.
TEST_P(Replaced, RowsStayWhereThoseOfTheNewNameCannotCome) {
  const auto world = written(GetParam(), make_catalog(), captured);
  {  // rollups of a stream 3 as those of Motor, which is 2
    Result<Database> file = Database::open(world->path, Access::write);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run(
        "INSERT INTO stream SELECT 3, channel, 'Engine', can_id, signals FROM stream WHERE id=2;"
        "INSERT INTO minutes_1 SELECT key + 65536, data FROM minutes_1 WHERE (key >> 16) & 262143 = 2"));
  }
  const auto motor = [&] {
    HistoryQuery query;
    query.limit = 10'000;
    query.message = "Motor";
    return world->rows(query).size();
  };
  const std::size_t before = motor();
  ASSERT_GT(before, 1000U);
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  ASSERT_TRUE((*history)->replace(all_again(), nothing));
  EXPECT_EQ(motor(), before);
  EXPECT_EQ((*history)->rows().kept, before);
  EXPECT_GT((*history)->rows().written, 1000U) << "Battery's";
}

// Frames of Motor that the captured catalog knows by no name.
TEST_P(Replaced, MessagesThatAreNewComeAsTheLaneLetsThemThrough) {
  const CatalogPtr catalog = catalog_without_motor();
  const auto thinned = [](const CatalogPtr& of, std::uint64_t seq) {
    const auto batch = corrected(of, seq);
    (void)without_every_third(batch, kMotor);
    return batch;
  };
  const auto world = written(GetParam(), catalog, captured_without_motor);
  const CatalogPtr after = corrected_catalog();
  std::vector<AgainBatch> all;
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    all.push_back({captured_without_motor(catalog, seq), corrected(after, seq), thinned(after, seq)});
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  for (int times = 1; times <= 2; ++times) {
    ASSERT_TRUE((*history)->replace(all, nothing));
    expect_same(told(*world), told(*written(GetParam(), after, thinned)));
    EXPECT_EQ((*history)->rows().left_out, static_cast<std::uint64_t>(times) * kBatches * 6);
  }
}

// Nothing of a stream that is only left out is entered.
TEST_P(Replaced, WhatIsLeftOutWhollyIsNotKnown) {
  const auto only_battery = [](auto make) {
    return [make](const CatalogPtr& of, std::uint64_t seq) {
      const auto batch = make(of, seq);
      batch->blocks.pop_back();
      return batch;
    };
  };
  const auto world = written(GetParam(), make_catalog(), only_battery(captured));
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  ASSERT_TRUE((*history)->replace(all_again(), nothing));
  EXPECT_EQ(world->number("SELECT count(*) FROM stream"), 1);
  expect_same(told(*world), told(*written(GetParam(), corrected_catalog(), only_battery(corrected))));
}

TEST_P(Replaced, TwoMessagesOfOneName) {
  const auto one_name = [](const CatalogPtr& of) {
    auto catalog = std::make_shared<Catalog>(*of);
    for (StreamId stream : {kBattery, kMotor}) {
      auto row = std::make_shared<RowSchema>(*catalog->streams[stream].row);
      row->name = "Same";
      catalog->streams[stream].row = row;
    }
    return catalog;
  };
  const CatalogPtr before = one_name(make_catalog()), after = one_name(corrected_catalog());
  const auto world = written(GetParam(), before, captured);
  std::vector<AgainBatch> all;
  for (std::uint64_t seq = 1; seq <= kBatches; ++seq)
    all.push_back({captured(before, seq), corrected(after, seq)});
  auto history = Replacement::open(world->path, test_journal(), kStart, kEnd);
  ASSERT_TRUE(history);
  ASSERT_TRUE((*history)->replace(all, nothing));
  EXPECT_EQ(told(*world).rows, told(*written(GetParam(), after, corrected)).rows);
}

// Many frames of one time, as in a log without times: each finds a free key.
TEST(Replacement, PlainRowsThatShareATime) {
  World world;
  ASSERT_TRUE(world.open());
  const CatalogPtr before = make_catalog(), after = corrected_catalog();
  ASSERT_TRUE(world.sink->catalog(nullptr, before));
  constexpr std::size_t kMany = 5000;
  const auto batch = make_batch(before, 1, kMany, kStart, 0);
  ASSERT_TRUE(world.write(batch));
  const std::size_t rows = kMany / 10 * 9;
  ASSERT_EQ(plain_rows(world).size(), rows);
  const auto again = make_batch(after, 1, kMany, kStart, 0);
  again->blocks.erase(again->blocks.begin());  // Battery has another shape there
  auto history = Replacement::open(world.path, test_journal(), kStart, kStart + 1);
  ASSERT_TRUE(history);
  const AgainBatch both{batch, again};
  ASSERT_TRUE((*history)->replace(std::span(&both, 1), nothing));
  HistoryQuery query;
  query.limit = 10'000;
  const auto found = world.rows(query);
  EXPECT_EQ(found.size(), kMany / 10 * 4);
  EXPECT_TRUE(std::ranges::all_of(
      found, [](const HistoryRow& row) { return row.message == "Engine" && row.time.ns == kStart; }));
  const AgainBatch back{batch, batch};
  ASSERT_TRUE((*history)->replace(std::span(&back, 1), nothing));
  EXPECT_EQ(world.rows(query).size(), rows - kMany / 10 * 5) << "Battery was taken out";
}

}  // namespace
}  // namespace cantrail::sqlite
