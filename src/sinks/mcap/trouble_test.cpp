// Full disks, failing disks, and what a crash leaves: nothing is lost, nothing is there twice.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"
#include "base/file_simulated.hpp"
#include "sanitized.hpp"
#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

constexpr std::size_t kFrames = 40;

// As a lane does it: writes batches [.., until) from the cursor on; after a fault closes and opens again.
class TroubledLane {
 public:
  explicit TroubledLane(World& world) : world_(&world) {}

  bool open() {
    const auto opened = world_->open();
    if (!opened) return false;
    open_ = true;
    next_ = *opened ? (*opened)->seq : 1;
    return true;
  }
  // False: a fault, of these kinds.
  bool write(std::uint64_t until) {
    while (next_ < until) {
      std::vector<BatchPtr> group;
      for (std::uint64_t seq = next_; seq < until && group.size() < 3; ++seq) {
        group.push_back(
            make_batch(world_->catalog, seq, kFrames, kStart + static_cast<std::int64_t>(seq) * 1'000'000));
      }
      const auto written = world_->write(group);
      if (!written) {
        EXPECT_TRUE(written.fault().kind == FaultKind::exhausted ||
                    written.fault().kind == FaultKind::unavailable);
        world_->sink->close();
        open_ = false;
        return false;
      }
      EXPECT_EQ(written->durable, group.back()->end());
      next_ = group.back()->end().seq;
    }
    return true;
  }
  // Whatever it takes, once the disk is well.
  void write_all(std::uint64_t until) {
    for (int tries = 0; tries < 50; ++tries) {
      if ((open_ || open()) && write(until)) return;
    }
    ADD_FAILURE() << "it does not get well: " << (world_->log.lines.empty() ? "" : world_->log.lines.back());
  }
  [[nodiscard]] std::uint64_t next() const { return next_; }

 private:
  World* world_;
  std::uint64_t next_ = 1;
  bool open_ = false;
};

void expect_each_frame_once(const World& world, std::uint64_t until) {
  const auto frames = world.frames();
  EXPECT_EQ(frames.size(), (until - 1) * kFrames);
  EXPECT_TRUE(std::all_of(frames.begin(), frames.end(), [](const auto& one) { return one.second == 1; }));
  EXPECT_TRUE(frames.empty() || std::get<1>(frames.rbegin()->first) == until - 1);
}

TEST(Trouble, AFileThatSomebodyRemovesIsNoticedAndRecordedAgain) {
  World world;
  TroubledLane lane(world);
  ASSERT_TRUE(lane.open());
  ASSERT_TRUE(lane.write(10));
  world.close();  // a finished one
  ASSERT_TRUE(lane.open());
  ASSERT_TRUE(lane.write(20));
  for (const std::string& name : world.names(".part")) std::filesystem::remove(world.folder + "/" + name);
  EXPECT_FALSE(lane.write(21));
  ASSERT_TRUE(lane.open());
  EXPECT_EQ(lane.next(), 10U) << "from the end of the finished one on";
  EXPECT_EQ(world.sink->recordings()->recordings().size(), 1U);
  lane.write_all(30);
  world.close();
  expect_each_frame_once(world, 30);
}

TEST(Trouble, AFolderThatSomebodyRemovesIsMadeAgainWithEverything) {
  World world;
  TroubledLane lane(world);
  ASSERT_TRUE(lane.open());
  ASSERT_TRUE(lane.write(10));
  world.close();
  ASSERT_TRUE(lane.open());
  ASSERT_TRUE(lane.write(20));
  std::filesystem::remove_all(world.folder);
  const auto idle = world.sink->idle();
  ASSERT_FALSE(idle);
  EXPECT_NE(idle.fault().message.find("was removed"), std::string::npos) << idle.fault().message;
  world.sink->close();
  ASSERT_TRUE(lane.open());
  EXPECT_EQ(lane.next(), 1U) << "it asks for all that the journal has";
  lane.write_all(30);
  world.close();
  expect_each_frame_once(world, 30);
}

TEST(Trouble, AtAnyCallLosesNothingAndDoublesNothing) {
  for (const int error : {ENOSPC, EDQUOT, EIO}) {
    for (std::uint64_t n = 1;; n += kOneRoundIn) {
      SimulatedFileSystem disk(1);
      FaultFileSystem files(disk);
      World world(files, "recordings");
      world.config.split = {"64KiB"};
      world.config.compression = "none";
      world.config.chunk.count = 16 << 10;
      world.remake();
      files.fail_at(n, kEveryChange, {error, n % 2 == 0, 1 + n % 3});
      TroubledLane lane(world);
      lane.write_all(20);
      world.clock.advance(std::chrono::seconds(31));  // the next write syncs
      lane.write_all(30);
      world.remake();  // a crash
      lane = TroubledLane(world);
      lane.write_all(40);
      world.sink->flush().ignore();
      world.sink->close();
      const bool reached = files.changes() >= n;
      files.heal();
      world.remake();
      lane = TroubledLane(world);
      lane.write_all(40);  // where the last sync failed
      world.close();
      EXPECT_TRUE(world.names(".mcap.part").empty());
      expect_each_frame_once(world, 40);
      if (testing::Test::HasFailure()) {
        FAIL() << "at call " << n << ", " << std::strerror(error);
      }
      if (!reached) break;
    }
  }
}

TEST(Trouble, AFullDiskIsWaitedForWithOneFile) {
  FaultFileSystem files;
  World world(files);
  TroubledLane lane(world);
  lane.write_all(10);
  files.set_free_bytes(1000);
  for (int tries = 0; tries < 10; ++tries) {
    if (!lane.open()) continue;
    EXPECT_FALSE(lane.write(400));
  }
  EXPECT_LE(world.names(".mcap.part").size(), 1U);
  EXPECT_TRUE(world.names(".mcap").empty());
  files.set_free_bytes(std::nullopt);
  lane.write_all(20);
  world.close();
  EXPECT_EQ(world.names(".mcap").size(), 1U);
  expect_each_frame_once(world, 20);
}

TEST(Trouble, AStartOnAFullDiskRecordsOnceThereIsRoom) {
  FaultFileSystem files;
  World world(files);
  TroubledLane lane(world);
  lane.write_all(10);
  world.remake();  // a crash
  files.set_free_bytes(0);
  lane = TroubledLane(world);
  (void)(lane.open() && lane.write(20));
  files.set_free_bytes(std::nullopt);
  lane.write_all(20);
  world.close();
  world.remake();
  ASSERT_TRUE(world.open());  // finishes what could not be finished
  world.close();
  EXPECT_TRUE(world.names(".mcap.part").empty());
  expect_each_frame_once(world, 20);
}

TEST(Trouble, ACrashLeavesAFileThatTheNextStartFinishes) {
  World world;
  TroubledLane lane(world);
  lane.write_all(10);
  world.remake();
  EXPECT_EQ(world.names(".mcap.part").size(), 1U);
  lane = TroubledLane(world);
  ASSERT_TRUE(lane.open());
  EXPECT_EQ(lane.next(), 10U);
  EXPECT_TRUE(world.names(".mcap.part").empty());
  EXPECT_EQ(world.names(".mcap").size(), 1U);
  expect_each_frame_once(world, 10);
}

TEST(Trouble, ATornEndIsCutOffAndComesAgain) {
  World world;
  TroubledLane lane(world);
  lane.write_all(10);
  const std::string part = world.folder + "/" + world.names(".mcap.part").front();
  world.remake();
  {
    const auto file = world.files.open(part, OpenMode::append);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->truncate(*(*file)->size() - 20));
  }
  lane = TroubledLane(world);
  lane.write_all(15);
  world.close();
  expect_each_frame_once(world, 15);
}

TEST(Trouble, AFailedSyncTakesBackWhatWasNotSynced) {
  FaultFileSystem files;
  World world(files);
  TroubledLane lane(world);
  lane.write_all(10);
  ASSERT_TRUE(world.sink->flush());
  lane.write_all(13);
  files.fail_at(1, only(FileOperation::sync));
  EXPECT_FALSE(world.sink->flush());
  world.sink->close();
  lane = TroubledLane(world);
  ASSERT_TRUE(lane.open());
  EXPECT_EQ(lane.next(), 10U);
  lane.write_all(20);
  world.close();
  expect_each_frame_once(world, 20);
}

TEST(Trouble, AnotherJournalBeginsAnotherFile) {
  World world;
  TroubledLane lane(world);
  lane.write_all(10);
  world.remake();
  world.journal.bytes.fill(0x11);
  const auto opened = world.open();
  ASSERT_TRUE(opened);
  EXPECT_FALSE(*opened);
  world.close();
  world.journal = test_journal();
  world.remake();
  lane = TroubledLane(world);
  ASSERT_TRUE(lane.open());
  EXPECT_EQ(lane.next(), 10U);
}

TEST(Trouble, DamageInWhatWasSyncedCostsOnlyItself) {
  World world;
  world.config.compression = "none";
  world.remake();
  TroubledLane lane(world);
  // More than recovery verifies before a node goes on.
  std::uint64_t seq = 1;
  ASSERT_TRUE(lane.open());
  while (world.sink->written_bytes().value_or(0) < (40U << 20U)) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq++, 4000)));
  }
  const std::string part = world.folder + "/" + world.names(".mcap.part").front();
  world.remake();
  {
    std::string bytes = world.read(world.names(".mcap.part").front());
    bytes[2'000'000] = static_cast<char>(bytes[2'000'000] ^ 1);
    ASSERT_TRUE(write_file_atomically(world.files, part, bytes));
  }
  const auto opened = world.open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, at(seq));
  ASSERT_TRUE(world.write(make_batch(world.catalog, seq++, 4000)));
  world.close();
  for (int i = 0; i < 3000 && !world.names(".mcap.part").empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // it is finished beside
  }
  const auto frames = world.frames();
  EXPECT_GE(frames.size(), (seq - 1) * 4000 - 2 * 4000) << "one chunk is lost, not more";
  EXPECT_LT(frames.size(), (seq - 1) * 4000);
  EXPECT_TRUE(std::any_of(world.log.lines.begin(), world.log.lines.end(), [](const std::string& line) {
    return line.find("is damaged") != std::string::npos;
  }));
}

}  // namespace
}  // namespace cantrail::mcap_sink
