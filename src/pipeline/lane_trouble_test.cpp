// What a store gets of a journal that cannot be read everywhere: everything else, and a word on what is
// missing.
#include <fstream>
#include <sstream>

#include "base/file_fault.hpp"
#include "pipeline/node_fixture.hpp"

namespace cantrail {
namespace {

class LaneTroubleTest : public NodeTest {
 protected:
  static constexpr std::uint32_t kRecords = 5'000;

  // A run whose records only the journal gets: the store is away.
  void record(std::uint32_t records = kRecords) {
    history_.down = true;
    NodeParts p = parts({.total = records, .per_read = 25, .pause = 100us});  // several batches in a group
    p.sinks.push_back(sink("history", history_, durable()));
    Node node(std::move(p), files_, clock_, log_);
    ASSERT_TRUE(node.start().ok());
    ASSERT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; }));
    EXPECT_FALSE(node.stop(100ms));
  }

  [[nodiscard]] std::string segment() const { return folder_ + "/journal/00000001-0000000000000001.ctj"; }

  void expect_told(const Ledger& earlier, std::uint64_t lost) {
    EXPECT_EQ(earlier.received, kRecords);
    EXPECT_EQ(earlier.dropped, lost);
    std::uint64_t told = 0;
    for (const GapRecord& gap : history_.gaps) {
      EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
      told += gap.count.value_or(0);
    }
    EXPECT_EQ(told, lost);
  }

  FaultFileSystem files_;
  Store history_;
};

TEST_F(LaneTroubleTest, TellsAStoreWhatSomebodyRemovedFromTheFrontOfTheJournal) {
  record();
  record(2 * kRecords);
  ASSERT_TRUE(std::filesystem::remove(segment()));
  history_.down = false;
  NodeParts p = parts({.total = 2 * kRecords + 1'000});
  p.sinks.push_back(sink("history", history_, durable()));
  Node node(std::move(p), files_, clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  EXPECT_TRUE(node.stop());
  ASSERT_EQ(history_.gaps.size(), 1U);
  const GapRecord& gap = history_.gaps[0];
  EXPECT_EQ(gap.reason, GapReason::journal_corrupt);
  EXPECT_EQ(gap.count, kRecords);
  EXPECT_LT(gap.from, gap.to);
  EXPECT_EQ(node.status().gaps.by_reason.at(GapReason::journal_corrupt).records, kRecords);
  std::vector<std::uint32_t> numbers = expected_numbers(2 * kRecords + 1'000);
  numbers.erase(numbers.begin(), std::lower_bound(numbers.begin(), numbers.end(), kRecords));
  EXPECT_EQ(history_.numbers, numbers);
}

TEST_F(LaneTroubleTest, GoesOnBehindRecordsWhoseCatalogTheJournalHasLost) {
  record();
  std::string content = [&] {
    std::ifstream file(segment(), std::ios::binary);
    return std::move(std::ostringstream() << file.rdbuf()).str();
  }();
  const std::size_t at = content.find("SG_ number");
  ASSERT_NE(at, std::string::npos);
  content[at] ^= 1;
  std::ofstream(segment(), std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));

  history_.down = false;
  NodeParts p = parts({.total = kRecords + 1'000});
  p.sources[0].dbcs[0].text += "CM_ \"another\";\n";  // what the first run knew, this one does not
  p.sinks.push_back(sink("history", history_, durable()));
  Node node(std::move(p), files_, clock_, log_);
  ASSERT_TRUE(node.start().ok());
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  expect_balance(node.status());
  expect_told(node.status().lanes[0].earlier, kRecords);
  EXPECT_EQ(history_.gaps.size(), 1U);
  EXPECT_TRUE(node.stop());
  auto numbers = expected_numbers(kRecords + 1'000);
  numbers.erase(numbers.begin(), std::lower_bound(numbers.begin(), numbers.end(), kRecords));
  EXPECT_EQ(history_.numbers, numbers);
}

TEST_F(LaneTroubleTest, GoesOnBehindBytesThatTheDiskDoesNotGiveBack) {
  record();
  NodeParts p = parts({.total = kRecords});
  p.sinks.push_back(sink("history", history_, durable()));
  p.sinks.back().longest_back_off = 200ms;
  Node node(std::move(p), files_, clock_, log_);
  ASSERT_TRUE(node.start().ok());
  FileFault broken;
  broken.times = FileFault::kForever;
  files_.fail_at(1, only(FileOperation::read), broken);
  history_.down = false;
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  expect_balance(node.status());
  EXPECT_TRUE(node.stop());
}

// Wherever it fails: what had been read of a group before that is handed over.
TEST_F(LaneTroubleTest, ADiskThatFailsToReadOnceCostsNothing) {
  constexpr std::uint32_t kMany = 60'000;  // several reads
  record(kMany);
  for (std::uint64_t n = 1; n <= 10; ++n) {
    Store store;  // an empty one: it gets all
    NodeParts p = parts({.total = kMany});
    p.sinks.push_back(sink("history", store, durable()));
    p.sinks.back().longest_back_off = 1ms;
    Node node(std::move(p), files_, clock_, log_);
    store.down = true;
    ASSERT_TRUE(node.start().ok());
    const std::uint64_t before = files_.count(FileOperation::read);
    files_.fail_at(n, only(FileOperation::read));
    store.down = false;
    ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
    EXPECT_TRUE(node.stop());
    ASSERT_GE(files_.count(FileOperation::read), before + n);
    files_.heal();
    ASSERT_EQ(store.numbers, expected_numbers(kMany)) << "read " << n;
  }
}

TEST_F(NodeTest, ADamagedStoreIsAnAlarmAndGoesOn) {
  Store history;
  history.check = StoreCheck{};
  NodeParts p = parts({.total = 100});
  p.sinks.push_back(sink("history", history, durable()));
  Node node(std::move(p), real_file_system(), clock_, log_);
  ASSERT_TRUE(node.start().ok());
  EXPECT_TRUE(node.status().alarms.empty());
  ASSERT_TRUE(node.status().lanes[0].check);
  {
    const std::lock_guard lock(history.mutex);
    history.check = StoreCheck{true, 1000, "x.db is damaged", WallTime{17}};
  }
  ASSERT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
  const NodeStatus status = node.status();
  ASSERT_EQ(status.alarms.size(), 1U);
  EXPECT_EQ(status.alarms[0].name, "store_damaged");
  EXPECT_EQ(status.alarms[0].message, "history: x.db is damaged");
  EXPECT_EQ(status.alarms[0].since, WallTime{17});
  EXPECT_TRUE(status.ready);
}

}  // namespace
}  // namespace cantrail
