// Where a new conversation goes, among a bounded number of them.
#pragma once

#include <cstddef>
#include <vector>

#include "model/transport_loss.hpp"

namespace cantrail::transport {

// One that is closed, one more, or the one that has been quiet for longest. `is_over(one)`: its time is up;
// `lose(one, why)` closes it. A conversation has `open` and `last_ns`.
template <class Conversation, class IsOver, class Lose>
[[nodiscard]] Conversation& place_in(std::vector<Conversation>& all, std::size_t most, const IsOver& is_over,
                                     const Lose& lose) {
  Conversation* closed = nullptr;
  Conversation* quietest = nullptr;
  for (Conversation& one : all) {
    if (one.open && is_over(one)) lose(one, TransportLoss::timeout);
    if (!one.open) {
      closed = &one;
    } else if (quietest == nullptr || one.last_ns < quietest->last_ns) {
      quietest = &one;
    }
  }
  if (closed != nullptr) return *closed;
  if (all.size() < most) return all.emplace_back();
  lose(*quietest, TransportLoss::no_room);
  return *quietest;
}

}  // namespace cantrail::transport
