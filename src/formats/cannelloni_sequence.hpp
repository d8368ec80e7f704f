// Which packets of a cannelloni peer are missing, by their sequence numbers (one byte, so it wraps). How many
// frames a missing packet held is not known.
#pragma once

#include <cstdint>

namespace cantrail::cannelloni {

enum class Arrival : std::uint8_t {
  in_order,
  ahead,      // packets before it are missing so far
  late,       // one that was missing: UDP changed the order
  duplicate,  // came before; its frames should not be taken again
  restarted,  // the peer counts from another number: what is missing in between cannot be known
};

// A missing packet counts as lost once kWindow newer ones have come, or at settle(): so that changed order is
// not reported as loss. Up to 255 - kWindow packets in a row are counted exactly; more come out modulo 256.
// Not thread-safe.
class SequenceTracker {
 public:
  static constexpr unsigned kWindow = 32;

  struct Step {
    Arrival arrival = Arrival::in_order;
    std::uint32_t lost = 0;  // packets that became lost by this step
  };

  Step observe(std::uint8_t sequence);
  // Gives up on what is missing (nothing came for a while; end). Returns how many packets that made lost.
  std::uint32_t settle();

  [[nodiscard]] std::uint64_t received() const { return received_; }  // without duplicates
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }
  [[nodiscard]] bool waiting() const { return missing_ != 0; }  // something is missing, not lost yet

 private:
  std::uint32_t advance(unsigned by);
  std::uint32_t restart(std::uint8_t sequence);

  bool begun_ = false;
  std::uint8_t newest_ = 0;
  std::uint32_t missing_ = 0;  // bit i: packet newest_ - i has not come
  bool last_was_duplicate_ = false;
  std::uint8_t last_duplicate_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace cantrail::cannelloni
