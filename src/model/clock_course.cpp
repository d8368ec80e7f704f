#include "model/clock_course.hpp"

#include <algorithm>

namespace cantrail {
namespace {

constexpr Duration kNear = std::chrono::seconds(10);  // of a time read from the clock and its batch's sealing

}  // namespace

void ClockCourse::note(const std::string& boot, const ClockPair& clock) {
  const Duration offset(clock.wall.ns - clock.mono.ns);
  auto known = std::find(boots_.begin(), boots_.end(), boot);
  if (known == boots_.end()) known = boots_.insert(known, boot);
  const auto index = static_cast<std::size_t>(known - boots_.begin());
  const bool goes_on = !stretches_.empty() && stretches_.back().boot == index &&
                       std::chrono::abs(offset - stretches_.back().offset) <= kStep;
  if (!goes_on) stretches_.push_back({index, noted_, offset, clock.mono, clock.wall, clock.wall});
  Stretch& now = stretches_.back();
  now.offset = std::min(now.offset, offset);
  if (now.last <= clock.mono) {
    now.last = clock.mono;
    now.last_wall = clock.wall;
  }
  ++noted_;
}

std::vector<ClockCourse::Step> ClockCourse::steps() const {
  std::vector<Step> steps;
  for (std::size_t i = 1; i < stretches_.size(); ++i) {
    const Stretch &before = stretches_[i - 1], &now = stretches_[i];
    if (before.boot == now.boot) steps.push_back({before.last_wall, now.first_wall});
  }
  return steps;
}

Duration ClockCourse::final_offset(std::size_t boot) const {
  const Stretch* newest = nullptr;
  for (const Stretch& one : stretches_) {
    if (one.boot == boot && (newest == nullptr || newest->last <= one.last)) newest = &one;
  }
  return newest->offset;
}

// The offset that the clock had when it was read. A record may have been stamped before the step that its
// batch was sealed behind.
std::optional<Duration> ClockCourse::offset_of(WallTime time, MonoTime sealed) const {
  std::optional<Duration> offset;
  Duration nearest = kNear;
  for (std::size_t i = at_ == 0 ? 0 : at_ - 1; i <= at_; ++i) {
    if (stretches_[i].boot != stretches_[at_].boot) continue;
    const Duration distance = std::chrono::abs(Duration(time.ns - stretches_[i].offset.count() - sealed.ns));
    if (distance > nearest) continue;
    nearest = distance;
    offset = stretches_[i].offset;
  }
  return offset;
}

std::uint64_t ClockCourse::correct(RawBatch& batch) {
  while (at_ + 1 < stretches_.size() && stretches_[at_ + 1].first <= corrected_) ++at_;
  ++corrected_;
  const Duration right = final_offset(stretches_[at_].boot);
  const auto move = [&](std::int64_t& time_ns) -> std::uint64_t {
    const auto offset = offset_of(WallTime{time_ns}, batch.clock.mono);
    if (!offset || *offset == right) return 0;
    time_ns += (right - *offset).count();
    return 1;
  };
  std::uint64_t moved = 0;
  FrameBlock frames;
  for (std::size_t i = 0; i < batch.frames.size(); ++i) {
    FrameView frame = batch.frames[i];
    if (time_origin(frame.flags) != TimeOrigin::recorded) moved += move(frame.time.ns);
    frames.append(frame);
  }
  batch.frames = std::move(frames);
  for (StreamBlock& rows : batch.rows) {
    for (std::int64_t& time_ns : rows.time_ns()) moved += move(time_ns);
  }
  for (GapRecord& gap : batch.gaps) {
    (void)move(gap.from.ns);
    (void)move(gap.to.ns);
  }
  batch.clock.wall = WallTime{batch.clock.mono.ns + right.count()};
  return moved;
}

}  // namespace cantrail
