// Puts the frames of ISO 15765-2 (ISO-TP) together: what one identifier sends, classic CAN or CAN FD, up to
// 4,095 bytes. A state machine fed with the frames of that identifier in arrival order; time is that of the
// frames. Flow control goes the other way and is not needed to listen.
//
// Extended and mixed addressing put an address before the protocol's bytes: each has its conversation, at
// most kMostAddresses at a time. No conversation lasts longer than kLongestConversationNs. Lengths of 32 bits
// are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/transport_loss.hpp"

namespace cantrail::isotp {

inline constexpr std::int64_t kTimeoutNs = 1'000'000'000;  // N_Cr
inline constexpr std::int64_t kLongestConversationNs = 60'000'000'000;
inline constexpr std::size_t kMostAddresses = 16;

enum class Addressing : std::uint8_t {
  normal,       // also normal fixed: the identifier says it all
  with_address  // extended, mixed: the first byte is an address
};

// Valid until the next feed(). What one frame would hold if frames had no end: behind the address, if there
// is one, the low byte of the length, then the payload.
struct Message {
  std::span<const std::uint8_t> frame;
  std::span<const std::uint8_t> payload;  // the end of `frame`
};

class Reassembler {
 public:
  explicit Reassembler(Addressing addressing) : lead_(addressing == Addressing::normal ? 0 : 1) {}

  // Every frame of the identifier.
  std::optional<Message> feed(std::int64_t time_ns, std::span<const std::uint8_t> data);

  void forget();
  // Counted since the last call.
  [[nodiscard]] TransportLosses take_losses();

 private:
  struct Conversation {
    bool open = false;
    std::uint8_t address = 0;
    std::uint8_t next = 1;
    std::size_t frame_bytes = 0;     // of each frame but the last
    std::size_t have = 0, size = 0;  // with what goes before the payload
    std::int64_t begun_ns = 0, last_ns = 0;
    std::vector<std::uint8_t> bytes;  // keeps its memory
  };

  std::optional<Message> single(std::int64_t time_ns, std::span<const std::uint8_t> data);
  void first(std::int64_t time_ns, std::span<const std::uint8_t> data);
  std::optional<Message> consecutive(std::int64_t time_ns, std::span<const std::uint8_t> data);
  [[nodiscard]] std::uint8_t address_of(std::span<const std::uint8_t> data) const;
  [[nodiscard]] Conversation* find(std::uint8_t address);
  // A place for what begins here; what was unfinished at that address is lost.
  Conversation& begin(std::int64_t time_ns, std::span<const std::uint8_t> data, std::size_t payload_bytes);
  [[nodiscard]] Message whole(const Conversation& one) const;
  [[nodiscard]] static bool is_over(const Conversation& one, std::int64_t time_ns);
  void lose(Conversation& one, TransportLoss why);

  std::size_t lead_;  // bytes before those of the protocol
  std::vector<Conversation> conversations_;
  TransportLosses losses_;
};

}  // namespace cantrail::isotp
