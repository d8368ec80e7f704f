#include "formats/cannelloni_sequence.hpp"

#include <bit>

namespace cantrail::cannelloni {

// Moves the newest packet on by `by` (> 0): the ones in between are missing, the ones that leave the window
// are lost.
std::uint32_t SequenceTracker::advance(unsigned by) {
  std::uint32_t lost = 0;
  if (by < kWindow) {
    lost = static_cast<std::uint32_t>(std::popcount(missing_ >> (kWindow - by)));
    missing_ = missing_ << by | ((std::uint32_t{1} << by) - 2);
  } else {
    lost = static_cast<std::uint32_t>(std::popcount(missing_)) + (by - kWindow);
    missing_ = ~std::uint32_t{1};
  }
  newest_ = static_cast<std::uint8_t>(newest_ + by);
  lost_ += lost;
  return lost;
}

std::uint32_t SequenceTracker::restart(std::uint8_t sequence) {
  const std::uint32_t lost = settle();
  newest_ = sequence;
  ++restarts_;
  ++received_;
  return lost;
}

SequenceTracker::Step SequenceTracker::observe(std::uint8_t sequence) {
  if (!begun_) {
    begun_ = true;
    newest_ = sequence;
    ++received_;
    return {};
  }
  const auto ahead = static_cast<std::uint8_t>(sequence - newest_);
  const auto behind = static_cast<std::uint8_t>(newest_ - sequence);
  if (behind >= kWindow) {
    last_was_duplicate_ = false;
    ++received_;
    return {ahead == 1 ? Arrival::in_order : Arrival::ahead, advance(ahead)};
  }
  const std::uint32_t bit = std::uint32_t{1} << behind;
  if ((missing_ & bit) != 0) {
    last_was_duplicate_ = false;
    missing_ &= ~bit;
    ++received_;
    return {Arrival::late, 0};
  }
  // Two duplicates in sequence: not the network's copies but a peer that has started again a little below.
  if (last_was_duplicate_ && sequence == static_cast<std::uint8_t>(last_duplicate_ + 1)) {
    last_was_duplicate_ = false;
    return {Arrival::restarted, restart(sequence)};
  }
  last_was_duplicate_ = true;
  last_duplicate_ = sequence;
  return {Arrival::duplicate, 0};
}

std::uint32_t SequenceTracker::settle() {
  const auto lost = static_cast<std::uint32_t>(std::popcount(missing_));
  missing_ = 0;
  lost_ += lost;
  return lost;
}

}  // namespace cantrail::cannelloni
