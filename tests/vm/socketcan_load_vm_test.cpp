// Full buses and a process that stands still: nothing is lost, or what is lost is counted.
#include <chrono>
#include <cstring>
#include <thread>

#include <sys/mman.h>
#include <unistd.h>

#include "sources/can_interface/source.hpp"
#include "sources/can_interface/target.hpp"
#include "support/source_fixture.hpp"
#include "vm/virtual_bus.hpp"

namespace cantrail::socketcan {
namespace {

using namespace std::chrono_literals;
using cantrail::testing::Child;
using cantrail::testing::Delivered;
using cantrail::testing::SourceFixture;

// What the receiving process found, in memory shared with the sender.
struct Report {
  volatile bool ready = false;
  std::uint64_t frames = 0;
  std::uint64_t lost = 0;
  std::uint64_t gaps = 0;
  std::uint64_t wrong_places = 0;  // gaps whose count is not what the numbers in the frames around them say
};

class SharedReports {
 public:
  SharedReports()
      : reports_(static_cast<Report*>(::mmap(nullptr, sizeof(Report) * 2, PROT_READ | PROT_WRITE,
                                             MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedReports() { ::munmap(reports_, sizeof(Report) * 2); }
  SharedReports(const SharedReports&) = delete;
  SharedReports& operator=(const SharedReports&) = delete;
  Report& operator[](std::size_t i) { return reports_[i]; }

 private:
  Report* reports_;
};

std::uint64_t number_of(const cantrail::testing::Frame& frame) {
  std::uint64_t number = 0;
  std::memcpy(&number, frame.data.data(), sizeof number);
  return number;
}

// Frames carry 1, 2, 3 …: the numbers around a gap say how many are missing there.
void judge(const Delivered& delivered, std::uint64_t sent, Report& report) {
  report.frames = delivered.frames.size();
  report.lost = delivered.lost();
  report.gaps = delivered.gaps.size();
  std::uint64_t explained = 0;
  for (const GapRecord& gap : delivered.gaps) {
    const std::size_t at = gap.before_index;
    const std::uint64_t before = at == 0 ? 0 : number_of(delivered.frames[at - 1]);
    const std::uint64_t after = at == delivered.frames.size() ? sent + 1 : number_of(delivered.frames[at]);
    if (after - before - 1 != gap.count) ++report.wrong_places;
    explained += after - before - 1;
  }
  if (explained != report.lost) ++report.wrong_places;
}

int receive(const std::string& interface, const Options& options, std::uint64_t sent, Report& report) {
  SystemClock clock;
  SourceFixture fixture(clock, interface);
  Source source(options);
  if (!source.open(fixture.context(), std::nullopt).ok()) return 1;
  report.ready = true;
  Delivered delivered;
  while (delivered.frames.size() + delivered.lost() < sent) {
    if (fixture.read(source, delivered, 5s) == ReadOutcome::idle && delivered.gaps.empty()) break;
    if (delivered.fault) return 2;
  }
  judge(delivered, sent, report);
  return 0;
}

void wait_until_ready(const Report& report) {
  for (int i = 0; i < 500 && !report.ready; ++i) std::this_thread::sleep_for(10ms);
  ASSERT_TRUE(report.ready);
}

// Sends numbered frames, `per_second` of them each second, in steps of 10 ms.
void send_numbered(FrameTarget& target, std::uint64_t from, std::uint64_t count, unsigned per_second) {
  const auto begin = std::chrono::steady_clock::now();
  FrameBlock block;
  for (std::uint64_t i = 0; i < count;) {
    block.clear();
    for (unsigned k = 0; k < per_second / 100 && i < count; ++k, ++i) {
      const std::uint64_t number = from + i;
      block.append({{}, 0x123, 0, 0, 8, {reinterpret_cast<const std::uint8_t*>(&number), sizeof number}});
    }
    ASSERT_TRUE(target.send(block, 0, block.size(), {}).ok());
    std::this_thread::sleep_until(begin + i * 1'000'000'000ns / per_second);
  }
}

class SocketCanLoad : public cantrail::testing::VirtualBusTest {};

TEST_F(SocketCanLoad, AProcessThatStandsStillForTwoSecondsOnTwoFullBusesLosesNothing) {
  constexpr unsigned kPerSecond = 8'000;
  constexpr std::uint64_t kRunning = 4'000, kStanding = 16'000, kAll = 2 * kRunning + kStanding;
  SharedReports reports;
  Child first([&] { return receive("vcan0", {}, kAll, reports[0]); });
  Child second([&] { return receive("vcan1", {}, kAll, reports[1]); });
  wait_until_ready(reports[0]);
  wait_until_ready(reports[1]);
  const auto target0 = open_target("vcan0");
  const auto target1 = open_target("vcan1");
  ASSERT_TRUE(target0.ok() && target1.ok());
  const auto on_both = [&](std::uint64_t from, std::uint64_t count) {
    std::thread other([&] { send_numbered(**target1, from, count, kPerSecond); });
    send_numbered(**target0, from, count, kPerSecond);
    other.join();
  };
  on_both(1, kRunning);
  first.stop();
  second.stop();
  const auto stopped = std::chrono::steady_clock::now();
  on_both(1 + kRunning, kStanding);
  EXPECT_GE(std::chrono::steady_clock::now() - stopped, 1990ms);
  first.resume();
  second.resume();
  on_both(1 + kRunning + kStanding, kRunning);
  EXPECT_EQ(first.wait(), 0);
  EXPECT_EQ(second.wait(), 0);
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(reports[i].frames, kAll);
    EXPECT_EQ(reports[i].lost, 0U);
  }
}

class SocketCanOverflow : public SocketCanLoad {
 protected:
  void overflow(std::uint64_t running, std::uint64_t standing, std::uint64_t after) {
    Options small;
    small.receive_buffer = Bytes{4096};
    const std::uint64_t all = running + standing + after;
    SharedReports reports;
    Report& report = reports[0];
    Child child([&] { return receive("vcan0", small, all, report); });
    wait_until_ready(report);
    const auto target = open_target("vcan0");
    ASSERT_TRUE(target.ok());
    send_numbered(**target, 1, running, 100);
    std::this_thread::sleep_for(200ms);
    child.stop();
    send_numbered(**target, 1 + running, standing, 20'000);
    child.resume();
    std::this_thread::sleep_for(200ms);
    send_numbered(**target, 1 + running + standing, after, 100);
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(report.frames + report.lost, all);
    EXPECT_GT(report.lost, standing / 2);
    EXPECT_GE(report.gaps, 1U);
    EXPECT_EQ(report.wrong_places, 0U);
  }
};

TEST_F(SocketCanOverflow, IsCountedExactlyAndInItsPlace) {
  overflow(20, 5'000, 20);
}

TEST_F(SocketCanOverflow, IsCountedBehindTheLastFrameToo) {
  overflow(20, 5'000, 0);
}

TEST_F(SocketCanOverflow, IsCountedBeforeTheFirstFrame) {
  overflow(0, 5'000, 3);
}

}  // namespace
}  // namespace cantrail::socketcan
