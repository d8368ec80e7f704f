// Puts the packets of SAE J1939-21 (TP.CM, TP.DT) together: broadcasts (BAM) and connections (RTS, CTS), up
// to 1,785 bytes, as one who listens to both sides. A state machine fed with the frames of one bus in arrival
// order; time is that of the frames, so the same frames give the same messages whenever they are read.
//
// A connection's CTS may ask for packets again, from any number on. Bounded: kMostConversations at a time,
// the one that is quiet for longest goes; none lasts longer than kLongestConversation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/j1939_identifier.hpp"
#include "model/transport_loss.hpp"

namespace cantrail::j1939 {

inline constexpr std::int64_t kBroadcastTimeoutNs = 750'000'000;     // T1
inline constexpr std::int64_t kConnectionTimeoutNs = 1'250'000'000;  // T2, T3
inline constexpr std::int64_t kLongestConversationNs = 60'000'000'000;
inline constexpr std::size_t kMostConversations = 32;

// Valid until the next feed().
struct Message {
  Identifier said;  // the message's group; addresses of its packets; priority of the packet at hand
  std::span<const std::uint8_t> data;
};

class Reassembler {
 public:
  // Conversations about other groups are passed over: their frames are nobody's.
  explicit Reassembler(std::vector<std::uint32_t> groups);

  struct Fed {
    bool is_part = false;  // of a conversation about one of the groups
    std::optional<Message> message;
  };
  // A frame of one of the two groups above.
  Fed feed(std::int64_t time_ns, std::uint32_t id, std::span<const std::uint8_t> data);

  void forget();
  // Counted since the last call.
  [[nodiscard]] TransportLosses take_losses();

 private:
  struct Conversation {
    bool open = false;
    std::uint8_t source = 0, destination = 0;
    std::uint32_t group = 0;
    std::size_t size = 0;
    std::uint32_t packets = 0, next = 1;
    std::int64_t begun_ns = 0, last_ns = 0;
    std::vector<std::uint8_t> data;  // keeps its memory
  };

  Fed manage(std::int64_t time_ns, const Identifier& said, std::span<const std::uint8_t> data);
  Fed take_packet(std::int64_t time_ns, const Identifier& said, std::span<const std::uint8_t> data);
  void begin(std::int64_t time_ns, const Identifier& said, std::uint32_t group,
             std::span<const std::uint8_t> data);
  void go_on_from(std::int64_t time_ns, const Identifier& said, std::span<const std::uint8_t> data);
  [[nodiscard]] Conversation* find(std::uint8_t source, std::uint8_t destination);
  [[nodiscard]] static bool is_over(const Conversation& one, std::int64_t time_ns);
  void lose(Conversation& one, TransportLoss why);

  std::vector<std::uint32_t> groups_;  // ascending
  std::vector<Conversation> conversations_;
  TransportLosses losses_;
};

}  // namespace cantrail::j1939
