// A whole node with its SQLite history on a disk on which the n-th operation fails, for every n of a
// scenario. What was accepted is in the history, once, when the disk is well again; nothing crashes or hangs.
//
// With CANTRAIL_CRASH_LONG the scenario is ten times as long.
#include <cstdlib>
#include <filesystem>

#include <sqlite3.h>

#include "base/file_fault.hpp"
#include "pipeline/node_fixture.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail {
namespace {

constexpr FileOperations kSyncs = only(FileOperation::sync) | only(FileOperation::sync_directory);

struct Kind {
  const char* name;
  FileFault fault;
  FileOperations operations = kEveryChange;
};

const Kind kKinds[]{{"EIO", {EIO, false, 1}},
                    {"FailedSync", {EIO, false, 1}, kSyncs},
                    {"ShortWriteThenENOSPC", {ENOSPC, true, 1}},
                    {"ShortWriteThenEDQUOT", {EDQUOT, true, 1}},
                    {"ShortWriteThenEIO", {EIO, true, 1}},
                    {"EIOThreeTimes", {EIO, false, 3}}};

class NodeFaultsTest : public NodeTest, public ::testing::WithParamInterface<Kind> {
 protected:
  const std::uint32_t first_ = std::getenv("CANTRAIL_CRASH_LONG") != nullptr ? 3000 : 300;
  const std::uint32_t both_ = first_ + 100;

  NodeParts parts_with_history(Counting how) {
    NodeParts p = parts(how);
    SinkPart history;
    history.name = "history";
    history.type = "sqlite";
    history.make = [path = folder_ + "/history.db"] {
      SqliteConfig config;
      config.path.value = path;
      config.rows = "plain";
      config.delay = std::chrono::milliseconds(10);
      return config.make();
    };
    p.sinks.push_back(std::move(history));
    return p;
  }

  // Rows of the history in the order of their positions.
  std::vector<std::uint32_t> stored() {
    std::vector<std::uint32_t> numbers;
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open_v2((folder_ + "/history.db").c_str(), &database, SQLITE_OPEN_READONLY, nullptr),
              SQLITE_OK);
    sqlite3_stmt* rows = nullptr;
    EXPECT_EQ(
        sqlite3_prepare_v2(database, "SELECT data FROM frames ORDER BY epoch, seq, idx", -1, &rows, nullptr),
        SQLITE_OK)
        << sqlite3_errmsg(database);
    while (sqlite3_step(rows) == SQLITE_ROW) {
      std::uint32_t number = 0;
      std::memcpy(&number, sqlite3_column_blob(rows, 0), sizeof number);
      numbers.push_back(number);
    }
    sqlite3_finalize(rows);
    sqlite3_close(database);
    return numbers;
  }

  static std::uint64_t done(const FaultFileSystem& files, FileOperations operations) {
    if (operations == kEveryChange) return files.changes();
    return files.count(FileOperation::sync) + files.count(FileOperation::sync_directory);
  }

  // False: the fault was not met any more.
  bool run_with_fault_at(std::uint64_t n, const Kind& kind) {
    std::filesystem::remove_all(folder_ + "/journal");
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(folder_ + "/history.db" + end);
    FaultFileSystem files;
    files.fail_at(n, kind.operations, kind.fault);
    {
      Node node(parts_with_history({.total = first_, .per_read = 60}), files, clock_, log_);
      // A disk that fails while the journal is made keeps a node from starting; then it has promised nothing.
      if (node.start()) {
        EXPECT_TRUE(eventually([&] { return node.status().sources[0].state == SourceState::ended; })) << n;
        EXPECT_TRUE(eventually([&] { return node.status().lanes[0].ledger.pending == 0; })) << n;
        expect_balance(node.status());
      }
      node.stop();
    }
    const bool met = done(files, kind.operations) >= n;
    files.heal();
    Node node(parts_with_history({.total = both_, .per_read = 60}), files, clock_, log_);
    const Status started = node.start();
    EXPECT_TRUE(started.ok()) << "operation " << n << ": " << (started ? "" : started.fault().message);
    if (started) {
      EXPECT_TRUE(eventually([&] { return node.finished(); })) << "operation " << n << "\n"
                                                               << describe(node.status());
      expect_balance(node.status());
    }
    EXPECT_TRUE(node.stop());
    EXPECT_EQ(stored(), expected_numbers(both_)) << "operation " << n;
    return met;
  }
};

TEST_P(NodeFaultsTest, LosesAndDoublesNothingWhicheverOperationFails) {
  const Kind& kind = GetParam();
  std::uint64_t n = 1;
  while (!HasFailure() && run_with_fault_at(n, kind)) ++n;
  EXPECT_GT(n, kind.operations == kEveryChange ? 20U : 5U) << "the scenario is too small to show anything";
  std::printf("each of %llu operations failed once\n", static_cast<unsigned long long>(n - 1));
}

INSTANTIATE_TEST_SUITE_P(Kinds, NodeFaultsTest, ::testing::ValuesIn(kKinds),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace cantrail
