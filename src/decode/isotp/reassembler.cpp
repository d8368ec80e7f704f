#include "decode/isotp/reassembler.hpp"

#include <algorithm>
#include <utility>

#include "decode/transport/elapsed.hpp"
#include "decode/transport/place.hpp"

namespace cantrail::isotp {
namespace {

constexpr std::size_t kClassicBytes = 8;
constexpr std::size_t kLeastOfFirst = 8;  // bytes of a payload that needs more than one classic frame

// The high half of the protocol's first byte.
enum : std::uint8_t { kSingle = 0, kFirst = 1, kConsecutive = 2, kFlowControl = 3 };

}  // namespace

void Reassembler::forget() {
  for (Conversation& one : conversations_) one.open = false;
}

TransportLosses Reassembler::take_losses() {
  return std::exchange(losses_, {});
}

std::optional<Message> Reassembler::feed(std::int64_t time_ns, std::span<const std::uint8_t> data) {
  if (data.size() <= lead_) {
    losses_.add(TransportLoss::malformed);
    return std::nullopt;
  }
  switch (data[lead_] >> 4) {
    case kSingle:
      return single(time_ns, data);
    case kFirst:
      first(time_ns, data);
      break;
    case kConsecutive:
      return consecutive(time_ns, data);
    case kFlowControl:
      break;
    default:
      losses_.add(TransportLoss::malformed);
  }
  return std::nullopt;
}

std::optional<Message> Reassembler::single(std::int64_t time_ns, std::span<const std::uint8_t> data) {
  std::size_t begin_at = lead_ + 1;
  std::size_t size = data[lead_] & 0xF;
  if (size == 0 && data.size() > kClassicBytes) size = data[begin_at++];  // CAN FD
  if (size == 0 || begin_at + size > data.size()) {
    losses_.add(TransportLoss::malformed);
    return std::nullopt;
  }
  Conversation& one = begin(time_ns, data, size);
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(begin_at), size,
              one.bytes.begin() + static_cast<std::ptrdiff_t>(one.have));
  one.open = false;
  return whole(one);
}

void Reassembler::first(std::int64_t time_ns, std::span<const std::uint8_t> data) {
  if (data.size() < std::max(kClassicBytes, lead_ + 3)) {
    losses_.add(TransportLoss::malformed);
    return;
  }
  const std::size_t size = static_cast<std::size_t>(data[lead_] & 0xF) << 8 | data[lead_ + 1];
  if (size == 0) {
    losses_.add(TransportLoss::too_long);
    return;
  }
  const std::size_t here = data.size() - lead_ - 2;
  if (size < kLeastOfFirst - lead_ || size <= here) {
    losses_.add(TransportLoss::malformed);
    return;
  }
  Conversation& one = begin(time_ns, data, size);
  std::copy_n(data.end() - static_cast<std::ptrdiff_t>(here), here,
              one.bytes.begin() + static_cast<std::ptrdiff_t>(one.have));
  one.have += here;
  one.next = 1;
  one.frame_bytes = data.size();
}

std::optional<Message> Reassembler::consecutive(std::int64_t time_ns, std::span<const std::uint8_t> data) {
  Conversation* const one = find(address_of(data));
  if (one == nullptr) return std::nullopt;  // its beginning was lost, and counted if it was seen
  if (is_over(*one, time_ns)) {
    lose(*one, TransportLoss::timeout);
    return std::nullopt;
  }
  if ((data[lead_] & 0xF) != one->next) {
    lose(*one, TransportLoss::wrong_sequence);
    return std::nullopt;
  }
  const std::size_t wanted = std::min(one->size - one->have, one->frame_bytes - lead_ - 1);
  if (data.size() < lead_ + 1 + wanted) {
    lose(*one, TransportLoss::malformed);
    return std::nullopt;
  }
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(lead_ + 1), wanted,
              one->bytes.begin() + static_cast<std::ptrdiff_t>(one->have));
  one->have += wanted;
  one->next = (one->next + 1) & 0xF;
  one->last_ns = time_ns;
  if (one->have < one->size) return std::nullopt;
  one->open = false;
  return whole(*one);
}

Message Reassembler::whole(const Conversation& one) const {
  const auto frame = std::span(one.bytes).first(one.size);
  return {frame, frame.subspan(lead_ + 1)};
}

std::uint8_t Reassembler::address_of(std::span<const std::uint8_t> data) const {
  return lead_ == 0 ? std::uint8_t{0} : data[0];
}

Reassembler::Conversation* Reassembler::find(std::uint8_t address) {
  for (Conversation& one : conversations_) {
    if (one.open && one.address == address) return &one;
  }
  return nullptr;
}

Reassembler::Conversation& Reassembler::begin(std::int64_t time_ns, std::span<const std::uint8_t> data,
                                              std::size_t payload_bytes) {
  const std::uint8_t address = address_of(data);
  if (Conversation* const earlier = find(address)) {
    lose(*earlier, is_over(*earlier, time_ns) ? TransportLoss::timeout : TransportLoss::aborted);
  }
  Conversation& place = transport::place_in(
      conversations_, kMostAddresses, [&](const Conversation& one) { return is_over(one, time_ns); },
      [&](Conversation& one, TransportLoss why) { lose(one, why); });
  place.open = true;
  place.address = address;
  place.begun_ns = place.last_ns = time_ns;
  place.have = lead_ + 1;
  place.size = place.have + payload_bytes;
  place.bytes.resize(place.size);
  if (lead_ != 0) place.bytes[0] = address;
  place.bytes[lead_] = static_cast<std::uint8_t>(payload_bytes & 0xFF);
  return place;
}

bool Reassembler::is_over(const Conversation& one, std::int64_t time_ns) {
  return transport::is_longer_ago(time_ns, one.last_ns, kTimeoutNs) ||
         transport::is_longer_ago(time_ns, one.begun_ns, kLongestConversationNs);
}

void Reassembler::lose(Conversation& one, TransportLoss why) {
  one.open = false;
  losses_.add(why);
}

}  // namespace cantrail::isotp
