// Kills and power cuts at any moment, on a disk that keeps of what was not synced what it pleases, with a
// lane that obeys the cursor it is told: every record is in the recordings once, up to the cursor.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"
#include "base/file_simulated.hpp"
#include "sanitized.hpp"
#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

class Model {
 public:
  explicit Model(std::uint32_t seed)
      : syncs_fail_(seed % 2 == 1), random_(seed), disk_(seed), files_(disk_), world_(files_, "recordings") {
    world_.config.split = {"64KiB"};
    world_.config.compression = seed % 3 == 0 ? "none" : seed % 3 == 1 ? "zstd" : "lz4";
    world_.config.chunk.count = 16 << 10;
    world_.remake();
    reopen();
  }

  void step() {
    switch (random_() % 16) {
      case 0:
        kill();
        break;
      case 1:
        power_cut();
        break;
      case 2:
        restart();
        break;
      case 3:
        disk_.write_back();
        break;
      case 4:
        world_.clock.advance(std::chrono::seconds(31));
        break;
      case 5:
        if (syncs_fail_) break;
        files_.fail_at(1 + random_() % 6, kEveryChange,
                       {random_() % 2 == 0 ? ENOSPC : EIO, random_() % 2 == 0, 1 + random_() % 3});
        taken_back_ = true;  // it may be a sync
        break;
      case 6:
        if (!syncs_fail_) break;
        disk_.fail_next_sync();
        taken_back_ = true;
        break;
      default:
        write();
    }
  }

  void finish() {
    files_.heal();
    write();
    taken_back_ = true;
    for (int i = 0; i < 3; ++i) restart();  // a sync that was to fail has failed then
    EXPECT_TRUE(world_.names(".mcap.part").empty());
    std::map<World::Place, int> expected;
    for (std::uint64_t seq = 1; seq < next_; ++seq) {
      for (std::uint32_t i = 0; i < size_of(seq); ++i) expected[{1, seq, i}] = 1;
    }
    EXPECT_EQ(world_.frames(), expected);
  }

 private:
  static std::size_t size_of(std::uint64_t seq) { return seq * 2654435761U % 97; }

  void write() {
    std::vector<BatchPtr> group;
    for (std::size_t n = 1 + random_() % 12; n > 0; --n) {
      const std::uint64_t seq = next_ + group.size();
      group.push_back(
          make_batch(world_.catalog, seq, size_of(seq), kStart + static_cast<std::int64_t>(seq) * 1'000'000));
    }
    const auto written = world_.write(group);
    if (written) {
      EXPECT_EQ(written->durable, group.back()->end());
      next_ = acknowledged_ = group.back()->end().seq;
      return;
    }
    world_.sink->close();
    furthest_ = group.back()->end().seq;
    reopen();
  }

  void restart() {
    if (!world_.sink->flush()) taken_back_ = true;
    world_.sink->close();
    kill();
  }

  void kill() {
    world_.remake();
    reopen();
  }

  void power_cut() {
    world_.sink.reset();
    disk_.crash();
    world_.remake();
    taken_back_ = true;
    reopen();
  }

  void reopen() {
    auto opened = world_.open();
    for (int tries = 0; tries < 20 && !opened; ++tries) {
      world_.sink->close();
      opened = world_.open();
    }
    ASSERT_TRUE(opened) << opened.fault().message;
    next_ = *opened ? (*opened)->seq : 1;
    EXPECT_LE(next_, std::max(acknowledged_, furthest_)) << "a cursor from nowhere";
    // A sync that fails shows only later.
    if (!taken_back_) {
      EXPECT_GE(next_, acknowledged_) << "what was acknowledged is gone without a power cut";
    }
    acknowledged_ = next_;
  }

  const bool syncs_fail_;  // by losing data; else calls fail, and nothing is lost by it
  std::mt19937 random_;
  SimulatedFileSystem disk_;
  FaultFileSystem files_;
  World world_;
  std::uint64_t next_ = 1, acknowledged_ = 1, furthest_ = 1;
  bool taken_back_ = false;
};

TEST(CrashModel, EveryRecordIsThereOnceUpToTheCursor) {
  for (std::uint32_t seed = 0; seed < 100 / kOneRoundIn; ++seed) {
    Model model(seed);
    for (int i = 0; i < 120 && !testing::Test::HasFailure(); ++i) model.step();
    model.finish();
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace cantrail::mcap_sink
