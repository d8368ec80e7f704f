#include "model/clock_course.hpp"

#include <deque>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'790'000'000'000'000'000;  // what the time really was when the boot began

// A machine whose clock is off by `error`; what it recorded, and when that really was.
class Machine {
 public:
  explicit Machine(std::string boot = "a") : boot_(std::move(boot)) {}
  void set_clock(Duration error) { error_ = error; }
  void pass(Duration time) { mono_ += time.count(); }
  [[nodiscard]] std::int64_t truth() const { return kNow + mono_; }
  [[nodiscard]] std::int64_t said() const { return truth() + error_.count(); }

  // A frame now; it is in the batch that is sealed next.
  void frame(TimeOrigin origin = TimeOrigin::kernel) { frames_.push_back({said(), truth(), origin}); }
  void seal(Duration interrupted = 0ns) {
    RawBatch& batch = batches_.emplace_back();
    batch.clock = {{mono_}, {said() + interrupted.count()}};
    for (const auto& [told, real, origin] : frames_) {
      FrameView view;
      view.time = {told};
      view.flags = with_origin(0, origin);
      batch.frames.append(view);
      real_.push_back(origin == TimeOrigin::recorded ? told : real);
    }
    boots_.push_back(boot_);
    frames_.clear();
  }
  void reboot(std::string boot) {
    boot_ = std::move(boot);
    mono_ = 0;
  }

  // The greatest distance of a corrected time from when that really was.
  Duration correct(std::uint64_t* moved = nullptr) {
    ClockCourse course;
    for (std::size_t i = 0; i < batches_.size(); ++i) course.note(boots_[i], batches_[i].clock);
    Duration worst{0};
    std::size_t at = 0;
    for (RawBatch& batch : batches_) {
      const std::uint64_t some = course.correct(batch);
      if (moved != nullptr) *moved += some;
      const auto times = std::as_const(batch.frames).time_ns();
      for (const std::int64_t time : times) {
        worst = std::max(worst, std::chrono::abs(Duration(time - real_[at++])));
      }
    }
    steps_ = course.steps();
    return worst;
  }
  [[nodiscard]] const std::vector<ClockCourse::Step>& steps() const { return steps_; }

 private:
  struct Frame {
    std::int64_t told, real;
    TimeOrigin origin;
  };
  std::string boot_;
  std::int64_t mono_ = 0;
  Duration error_{0};
  std::vector<Frame> frames_;
  std::deque<RawBatch> batches_;
  std::vector<std::string> boots_;
  std::vector<std::int64_t> real_;
  std::vector<ClockCourse::Step> steps_;
};

void record(Machine& machine, int batches = 20) {
  for (int i = 0; i < batches; ++i) {
    for (int k = 0; k < 5; ++k) {
      machine.frame();
      machine.pass(400us);
    }
    machine.seal();
    machine.pass(100ms);
  }
}

TEST(ClockCourse, LeavesAClockThatWasRightAlone) {
  Machine machine;
  record(machine);
  std::uint64_t moved = 0;
  EXPECT_EQ(machine.correct(&moved), 0ns);
  EXPECT_EQ(moved, 0U);
  EXPECT_TRUE(machine.steps().empty());
}

TEST(ClockCourse, CorrectsFrom1970AndFromTheFuture) {
  for (const Duration error : {Duration(-kNow), Duration(std::chrono::hours(24 * 3650)), Duration(-300ms)}) {
    Machine machine;
    machine.set_clock(error);
    record(machine);
    machine.set_clock(0ns);
    record(machine);
    std::uint64_t moved = 0;
    EXPECT_LT(machine.correct(&moved), 1ms);
    EXPECT_EQ(moved, 100U);
    ASSERT_EQ(machine.steps().size(), 1U);
  }
}

TEST(ClockCourse, TellsWhatAFrameWasStampedWithWhereItsBatchWasSealedBehindTheStep) {
  Machine machine;
  machine.set_clock(-1h);
  record(machine);
  for (int k = 0; k < 3; ++k) machine.frame();
  machine.set_clock(0ns);
  for (int k = 0; k < 3; ++k) machine.frame();
  machine.seal();
  record(machine);
  EXPECT_LT(machine.correct(), 1ms);
}

TEST(ClockCourse, FollowsSeveralSteps) {
  Machine machine;
  machine.set_clock(-1h);
  record(machine);
  machine.set_clock(1h);
  record(machine);
  machine.set_clock(-1h);
  record(machine);
  machine.set_clock(0ns);
  record(machine);
  EXPECT_LT(machine.correct(), 1ms);
  EXPECT_EQ(machine.steps().size(), 3U);
}

TEST(ClockCourse, IsNotMisledByAReadingThatWasInterrupted) {
  Machine machine;
  machine.set_clock(-1h);
  for (int i = 0; i < 10; ++i) {
    machine.frame();
    machine.seal(i % 3 == 0 ? 30ms : 0ms);
    machine.pass(1ms);
  }
  machine.set_clock(0ns);
  record(machine);
  EXPECT_LT(machine.correct(), 1ms);
  EXPECT_EQ(machine.steps().size(), 1U);
}

TEST(ClockCourse, KeepsBootsApart) {
  Machine machine("a");
  machine.set_clock(-2h);
  record(machine);
  machine.reboot("b");
  machine.set_clock(0ns);
  record(machine);
  std::uint64_t moved = 0;
  machine.correct(&moved);
  EXPECT_EQ(moved, 0U) << "nobody knows by how much the first was wrong";
  EXPECT_TRUE(machine.steps().empty());
}

TEST(ClockCourse, LeavesTimesOfRecordingsAlone) {
  Machine machine;
  machine.set_clock(-1h);
  for (int i = 0; i < 5; ++i) {
    machine.frame(TimeOrigin::recorded);
    machine.seal();
    machine.pass(1ms);
  }
  machine.set_clock(0ns);
  record(machine);
  EXPECT_LT(machine.correct(), 1ms);
}

}  // namespace
}  // namespace cantrail
