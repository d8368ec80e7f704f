#include "sources/cannelloni/peers.hpp"

#include <algorithm>
#include <utility>

#include "sources/datagram/address.hpp"

namespace cantrail::cannelloni {

void LostPackets::add(const LostPackets& more) {
  if (more.count == 0) return;
  from = count == 0 ? more.from : std::min(from, more.from);
  to = count == 0 ? more.to : std::max(to, more.to);
  count += more.count;
}

void Peers::Peer::give_up(LostPackets& lost) {
  hole.count += sequence.settle();
  lost.add(hole);
  hole.count = 0;
}

Peers::Peer& Peers::find(const sockaddr_storage& sender, LostPackets& lost) {
  for (Peer& peer : peers_) {
    if (datagram::same_sender(peer.address, sender)) return peer;
  }
  if (peers_.size() < kMost) return peers_.emplace_back(Peer{sender, {}, {}, {}, {}, {}});
  Peer& oldest = *std::min_element(peers_.begin(), peers_.end(),
                                   [](const Peer& a, const Peer& b) { return a.heard < b.heard; });
  oldest.give_up(lost);
  return oldest = Peer{sender, {}, {}, {}, {}, {}};
}

Arrival Peers::observe(const sockaddr_storage& sender, std::uint8_t sequence, Moment at, LostPackets& lost) {
  Peer& peer = find(sender, lost);
  const bool was_whole = !peer.sequence.waiting();
  const SequenceTracker::Step step = peer.sequence.observe(sequence);
  if (step.arrival == Arrival::ahead) {
    if (was_whole) peer.hole.from = peer.told_before = peer.last;
    peer.hole.to = at.time;
  }
  peer.hole.count += step.lost;
  const bool whole = !peer.sequence.waiting();
  if (whole || peer.hole.count >= kMostTogether) {
    lost.add(peer.hole);
    peer.hole.count = 0;
    if (!whole) peer.hole.from = std::exchange(peer.told_before, at.time);
  }
  peer.heard = at.now;
  peer.last = at.time;
  return step.arrival;
}

LostPackets Peers::settle(MonoTime before) {
  LostPackets lost;
  for (Peer& peer : peers_) {
    if (peer.heard <= before && peer.sequence.waiting()) peer.give_up(lost);
  }
  return lost;
}

}  // namespace cantrail::cannelloni
