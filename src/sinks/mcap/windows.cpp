#include "sinks/mcap/windows.hpp"

#include <algorithm>

namespace cantrail::mcap_sink {
namespace {

// One place in that time is remembered, and a window that began in between is looked at from there.
constexpr Duration kStep = std::chrono::milliseconds(100);

constexpr Duration kEndOfTime = Duration::max() / 4;  // of the axis: what is added to it does not overflow

}  // namespace

Duration elapsed(std::int64_t then_ns, std::int64_t now_ns) {
  if (now_ns <= then_ns) return Duration(0);
  const auto since = static_cast<std::uint64_t>(now_ns) - static_cast<std::uint64_t>(then_ns);
  const auto most = static_cast<std::uint64_t>(kEndOfTime.count());
  return Duration(static_cast<std::int64_t>(std::min(since, most)));
}

void Windows::restart(const std::optional<Position>& recorded) {
  passed_.clear();
  last_.reset();
  seen_.reset();
  back_to_.reset();
  window_.reset();
  recorded_ = recorded;
  begin_group();
}

void Windows::begin_group() {
  before_group_ = seen_;
  before_group_at_ = last_ ? std::optional(last_->at) : std::nullopt;
  group_resumes_at_ = resume_at();
  wanted_.clear();
  times_.clear();
}

Duration Windows::time_of(const RawBatch& batch) const {
  if (!last_) return Duration(0);
  const bool same_run = last_->begin.epoch == batch.position.epoch;
  const std::int64_t now = same_run ? batch.clock.mono.ns : batch.clock.wall.ns;
  const std::int64_t then = same_run ? last_->clock.mono.ns : last_->clock.wall.ns;
  return last_->at + std::min(elapsed(then, now), kEndOfTime - last_->at);
}

void Windows::look(const Batch& batch, std::span<Pull> pulls) {
  if (back_to_) return;  // all that comes now comes again
  const Passed here{batch.begin(), batch.raw->clock, time_of(*batch.raw)};
  last_ = here;
  if (!group_resumes_at_) group_resumes_at_ = here.begin;
  seen_ = batch.end();
  if (passed_.empty() || here.at - passed_.back().at >= kStep) passed_.push_back(here);
  times_.push_back(here.at);
  const auto is_within = [&](Duration at) { return window_ && at >= window_->from && at <= window_->until; };
  wanted_.push_back(is_within(here.at) ? 1 : 0);
  for (Pull& pull : pulls) {
    const Duration at = here.at - pull.ago;
    const bool within = is_within(at);
    const std::size_t first = want_from(at - before_, at + after_);
    if (!within) pull.opens_at = first;
  }
  if (!back_to_) forget_old();  // else the place to go back to is among it
}

void Windows::pull_in_silence(Duration silence) {
  begin_group();
  const Duration now = (last_ ? last_->at : Duration(0)) + silence;
  want_from(now - before_, now + after_);
}

// What of the window has passed: marked in the group; if it began before that, gone back to.
std::size_t Windows::want_from(Duration begin, Duration end) {
  std::size_t first = times_.size();
  for (; first > 0 && times_[first - 1] >= begin; --first) {
    if (times_[first - 1] <= end) wanted_[first - 1] = 1;
  }
  if (!window_ || window_->until < begin) window_ = Window{begin, end};
  window_->until = std::max(window_->until, end);
  if (!before_group_ || is_recorded(*before_group_)) return first;
  // Nothing ahead of the group is in the window: to go back would record nothing, and come here again.
  if (!before_group_at_ || *before_group_at_ < begin) return first;
  auto from =
      std::partition_point(passed_.begin(), passed_.end(), [&](const Passed& one) { return one.at < begin; });
  if (from != passed_.begin() && std::prev(from)->at + kStep > begin) --from;
  if (from == passed_.end()) return first;
  while (std::next(from) != passed_.end() && is_recorded(std::next(from)->begin)) ++from;
  if (from->begin < *before_group_ && (!back_to_ || from->begin < *back_to_)) back_to_ = from->begin;
  return first;
}

std::optional<Position> Windows::go_back() {
  if (!back_to_) return std::nullopt;
  const auto place =
      std::find_if(passed_.begin(), passed_.end(), [&](const Passed& one) { return one.begin == *back_to_; });
  last_ = *place;  // its time comes out again when it does
  passed_.erase(place, passed_.end());
  seen_ = back_to_;
  return std::exchange(back_to_, std::nullopt);
}

bool Windows::over(Duration silence) const {
  return !window_ || !last_ || last_->at + silence > window_->until;
}

void Windows::forget_old() {
  const Duration reach = std::max(before_, after_) + kStep;
  while (passed_.size() > 1 && passed_[1].at + reach <= last_->at) passed_.pop_front();
}

std::optional<Position> Windows::resume_at() const {
  return passed_.empty() ? seen_ : std::optional(passed_.front().begin);
}

}  // namespace cantrail::mcap_sink
