#include "decode/j1939/reassembler.hpp"

#include <algorithm>
#include <utility>

#include "decode/transport/elapsed.hpp"
#include "decode/transport/place.hpp"

namespace cantrail::j1939 {
namespace {

constexpr std::size_t kPacketBytes = 7;
constexpr std::size_t kMostBytes = 255 * kPacketBytes;
constexpr std::size_t kFrameBytes = 8;

// First byte of TP.CM.
enum : std::uint8_t { kRts = 16, kCts = 17, kEndAck = 19, kBroadcast = 32, kAbort = 255 };

std::uint32_t group_of(std::span<const std::uint8_t> data) {
  return data[5] | static_cast<std::uint32_t>(data[6]) << 8 | static_cast<std::uint32_t>(data[7] & 3) << 16;
}

}  // namespace

Reassembler::Reassembler(std::vector<std::uint32_t> groups) : groups_(std::move(groups)) {
  std::sort(groups_.begin(), groups_.end());
}

void Reassembler::forget() {
  for (Conversation& one : conversations_) one.open = false;
}

TransportLosses Reassembler::take_losses() {
  return std::exchange(losses_, {});
}

Reassembler::Fed Reassembler::feed(std::int64_t time_ns, std::uint32_t id,
                                   std::span<const std::uint8_t> data) {
  const Identifier said = parse(id);
  return said.group == kConnectionManagement ? manage(time_ns, said, data) : take_packet(time_ns, said, data);
}

Reassembler::Fed Reassembler::manage(std::int64_t time_ns, const Identifier& said,
                                     std::span<const std::uint8_t> data) {
  if (data.size() < kFrameBytes) return {};
  const std::uint32_t group = group_of(data);
  const bool is_ours = std::binary_search(groups_.begin(), groups_.end(), group);
  switch (data[0]) {
    case kRts:
    case kBroadcast:
      // Two of one pair cannot talk about two things at a time.
      if (Conversation* const earlier = find(said.source, said.destination)) {
        lose(*earlier, is_over(*earlier, time_ns) ? TransportLoss::timeout : TransportLoss::aborted);
      }
      if (is_ours) begin(time_ns, said, group, data);
      break;
    case kCts:
      if (is_ours) go_on_from(time_ns, said, data);
      break;
    case kAbort:
      for (const auto& [source, destination] :
           {std::pair(said.source, said.destination), std::pair(said.destination, said.source)}) {
        Conversation* const one = find(source, destination);
        if (one != nullptr && one->group == group) lose(*one, TransportLoss::aborted);
      }
      break;
    default:  // end of message acknowledged; later versions' own
      break;
  }
  return {is_ours, std::nullopt};
}

void Reassembler::begin(std::int64_t time_ns, const Identifier& said, std::uint32_t group,
                        std::span<const std::uint8_t> data) {
  const std::size_t size = data[1] | static_cast<std::size_t>(data[2]) << 8;
  const std::size_t packets = (size + kPacketBytes - 1) / kPacketBytes;
  if (size == 0 || size > kMostBytes || data[3] != packets) {
    losses_.add(TransportLoss::malformed);
    return;
  }
  Conversation& one = transport::place_in(
      conversations_, kMostConversations, [&](const Conversation& other) { return is_over(other, time_ns); },
      [&](Conversation& other, TransportLoss why) { lose(other, why); });
  one.open = true;
  one.source = said.source;
  one.destination = said.destination;
  one.group = group;
  one.size = size;
  one.packets = static_cast<std::uint32_t>(packets);
  one.next = 1;
  one.begun_ns = one.last_ns = time_ns;
  one.data.resize(packets * kPacketBytes);
}

// What is asked for may have come before: then it comes again.
void Reassembler::go_on_from(std::int64_t time_ns, const Identifier& said,
                             std::span<const std::uint8_t> data) {
  Conversation* const one = find(said.destination, said.source);
  if (one == nullptr || one->group != group_of(data)) return;
  if (is_over(*one, time_ns)) return lose(*one, TransportLoss::timeout);
  one->last_ns = time_ns;
  const std::uint8_t packets = data[1], from = data[2];
  if (packets == 0) return;  // asks to wait
  if (from == 0 || from > one->next) return lose(*one, TransportLoss::wrong_sequence);
  one->next = from;
}

Reassembler::Fed Reassembler::take_packet(std::int64_t time_ns, const Identifier& said,
                                          std::span<const std::uint8_t> data) {
  Conversation* const one = find(said.source, said.destination);
  if (one == nullptr) return {};
  if (is_over(*one, time_ns)) {
    lose(*one, TransportLoss::timeout);
    return {};
  }
  if (data.size() < kFrameBytes) {
    lose(*one, TransportLoss::malformed);
    return {true, std::nullopt};
  }
  if (data[0] != one->next) {
    lose(*one, TransportLoss::wrong_sequence);
    return {true, std::nullopt};
  }
  one->last_ns = time_ns;
  std::copy_n(data.data() + 1, kPacketBytes,
              one->data.begin() + static_cast<std::ptrdiff_t>((one->next - 1) * kPacketBytes));
  if (one->next++ < one->packets) return {true, std::nullopt};
  one->open = false;
  Message message{said, std::span(one->data).first(one->size)};
  message.said.group = one->group;
  return {true, message};
}

Reassembler::Conversation* Reassembler::find(std::uint8_t source, std::uint8_t destination) {
  for (Conversation& one : conversations_) {
    if (one.open && one.source == source && one.destination == destination) return &one;
  }
  return nullptr;
}

bool Reassembler::is_over(const Conversation& one, std::int64_t time_ns) {
  const std::int64_t timeout = one.destination == kGlobal ? kBroadcastTimeoutNs : kConnectionTimeoutNs;
  return transport::is_longer_ago(time_ns, one.last_ns, timeout) ||
         transport::is_longer_ago(time_ns, one.begun_ns, kLongestConversationNs);
}

void Reassembler::lose(Conversation& one, TransportLoss why) {
  one.open = false;
  losses_.add(why);
}

}  // namespace cantrail::j1939
