// Who sends, and which of each one's packets are missing. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/socket.h>

#include "base/time.hpp"
#include "formats/cannelloni_sequence.hpp"

namespace cantrail::cannelloni {

// Lost packets lie between these moments, which are when packets around them came.
struct LostPackets {
  std::uint32_t count = 0;
  WallTime from, to;

  void add(const LostPackets& more);
};

// Sequence numbers are each sender's own. At most kMost senders are remembered; then the one silent for
// longest is forgotten.
class Peers {
 public:
  static constexpr std::size_t kMost = 16;

  struct Moment {
    MonoTime now;
    WallTime time;  // of the packet
  };

  // What kind of arrival this one is. Adds to `lost` what is known to be lost now: a hole whole, at the place
  // where it is, once all of it is known; where one hole follows the other, kMostTogether or more.
  Arrival observe(const sockaddr_storage& sender, std::uint8_t sequence, Moment at, LostPackets& lost);
  // Gives up on what is missing of senders silent since `before`. Returns the packets that made lost.
  LostPackets settle(MonoTime before);
  void clear() { peers_.clear(); }

 private:
  // Not less than the window of the tracker: what is missing still when they are told came after the time
  // before.
  static constexpr std::uint32_t kMostTogether = 128;

  struct Peer {
    sockaddr_storage address;
    SequenceTracker sequence;
    MonoTime heard;
    WallTime last;         // packet
    LostPackets hole;      // count: lost, not told yet
    WallTime told_before;  // when `hole` was told last, or its beginning

    void give_up(LostPackets& lost);
  };
  Peer& find(const sockaddr_storage& sender, LostPackets& lost);
  std::vector<Peer> peers_;
};

}  // namespace cantrail::cannelloni
