#include "sources/obd2/schedule.hpp"

#include <algorithm>

namespace cantrail::obd2 {
namespace {

constexpr unsigned kMostTries = 5;  // of what is asked once

}  // namespace

void Schedule::add(const Question& question, Duration every, MonoTime first) {
  const auto known =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.question == question; });
  if (known == items_.end()) {
    items_.push_back({question, every, first});
  } else if (known->done && known->every == Duration::zero()) {
    *known = {question, every, first};
  }
}

std::optional<std::size_t> Schedule::due(MonoTime now) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].done || items_[i].next > now) continue;
    if (!found || items_[i].next < items_[*found].next) found = i;
  }
  return found;
}

std::optional<MonoTime> Schedule::next_due() const {
  std::optional<MonoTime> first;
  for (const Item& item : items_) {
    if (!item.done && (!first || item.next < *first)) first = item.next;
  }
  return first;
}

// What comes too late to be asked at its rate is asked less often, and not in a burst later.
void Schedule::asked(std::size_t index, MonoTime now) {
  Item& item = items_[index];
  item.next = std::max(item.next + item.every, now);
  ++item.tries;
}

void Schedule::answered(std::size_t index) {
  Item& item = items_[index];
  item.pause = Duration::zero();
  item.tries = 0;
  item.done = item.every == Duration::zero();
}

void Schedule::unanswered(std::size_t index, MonoTime now) {
  Item& item = items_[index];
  item.pause =
      std::min(std::max({2 * item.pause, item.every, kFirstPause}), std::max(longest_pause_, item.every));
  item.next = now + item.pause;
  item.done = item.every == Duration::zero() && item.tries >= kMostTries;
}

double Schedule::wanted_per_second() const {
  double sum = 0;
  for (const Item& item : items_) {
    if (!item.done && item.every > Duration::zero()) sum += 1e9 / static_cast<double>(item.every.count());
  }
  return sum;
}

}  // namespace cantrail::obd2
