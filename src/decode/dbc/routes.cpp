#include "decode/dbc/routes.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "decode/dbc/decoder.hpp"

namespace cantrail::dbc {

void Routes::Channel::insert(std::uint32_t id, std::uint32_t bucket) {
  if (id <= kIdStandardMask) {
    if (standard[id] == kNoBucket) standard[id] = bucket;
    return;
  }
  std::size_t slot = (id * 0x9E3779B1U) >> hash_shift;
  while (keys[slot] != 0) {
    if (keys[slot] == id) return;  // an earlier plan knows it
    slot = (slot + 1) & (keys.size() - 1);
  }
  keys[slot] = id;
  buckets[slot] = bucket;
}

Routes::Routes(std::span<const ChannelPlan> channels) {
  targets_.push_back({});
  for (const ChannelPlan& channel : channels) {
    assert(channel.plans.size() == channel.stream_base.size());
    for (std::size_t p = 0; p < channel.plans.size(); ++p) {
      const std::span<const MessagePlan> messages = channel.plans[p]->messages();
      for (std::size_t k = 0; k < messages.size(); ++k) {
        targets_.push_back({static_cast<StreamId>(channel.stream_base[p] + k), &messages[k]});
      }
    }
  }
  // Channels may share a stream: then they share the bucket.
  const auto by_stream = [](const Target& a, const Target& b) { return a.stream < b.stream; };
  std::stable_sort(targets_.begin() + 1, targets_.end(), by_stream);
  targets_.erase(std::unique(targets_.begin() + 1, targets_.end(),
                             [](const Target& a, const Target& b) { return a.stream == b.stream; }),
                 targets_.end());

  for (const ChannelPlan& channel : channels) {
    std::size_t count = 1;
    for (const auto& plan : channel.plans) count += plan->messages().size();
    const std::size_t slots = std::bit_ceil(count * 2);
    Channel& table = channels_.emplace_back();
    table.standard.assign(kIdStandardMask + 1, kNoBucket);
    table.keys.assign(slots, 0);
    table.buckets.assign(slots, kNoBucket);
    table.hash_shift = static_cast<unsigned>(32 - std::bit_width(slots - 1));
    for (std::size_t p = 0; p < channel.plans.size(); ++p) {
      const std::span<const MessagePlan> messages = channel.plans[p]->messages();
      for (std::size_t k = 0; k < messages.size(); ++k) {
        table.insert(messages[k].id, bucket_of(static_cast<StreamId>(channel.stream_base[p] + k)));
      }
    }
  }
}

std::uint32_t Routes::bucket_of(StreamId stream) const {
  const auto at =
      std::lower_bound(targets_.begin() + 1, targets_.end(), stream,
                       [](const Target& target, StreamId wanted) { return target.stream < wanted; });
  if (at == targets_.end() || at->stream != stream) return kNoBucket;
  return static_cast<std::uint32_t>(at - targets_.begin());
}

}  // namespace cantrail::dbc
