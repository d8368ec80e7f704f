#include "decode/dbc/routes.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "decode/dbc/decoder.hpp"

namespace cantrail::dbc {

Routes::Routes(std::span<const ChannelPlan> channels) {
  targets_.push_back({});
  for (const ChannelPlan& channel : channels) {
    assert(channel.plans.size() == channel.stream_base.size());
    each_message(channel, [this](StreamId stream, const MessagePlan& message) {
      targets_.push_back({stream, &message});
    });
  }
  // Channels may share a stream: then they share the bucket.
  const auto by_stream = [](const Target& a, const Target& b) { return a.stream < b.stream; };
  std::stable_sort(targets_.begin() + 1, targets_.end(), by_stream);
  targets_.erase(std::unique(targets_.begin() + 1, targets_.end(),
                             [](const Target& a, const Target& b) { return a.stream == b.stream; }),
                 targets_.end());
  targets_.push_back({std::numeric_limits<StreamId>::max(), nullptr});

  for (const ChannelPlan& channel : channels) {
    std::size_t count = 1;
    for (const auto& plan : channel.plans) count += plan->messages().size();
    Channel& table = channels_.emplace_back(count + channel.aside.size());
    for (const ChannelPlan::Aside& one : channel.aside) table.insert(one.id, one.match, aside());
    each_message(channel, [&](StreamId stream, const MessagePlan& message) {
      const bool is_aside = message.j1939() && table.find(message.id, Match::group) == aside();
      if (!is_aside) table.insert(message.id, message.match, bucket_of(stream));
    });
  }
}

std::uint32_t Routes::bucket_of(StreamId stream) const {
  const auto at =
      std::lower_bound(targets_.begin() + 1, targets_.end(), stream,
                       [](const Target& target, StreamId wanted) { return target.stream < wanted; });
  if (at == targets_.end() || at->stream != stream || at->message == nullptr) return kNoBucket;
  return static_cast<std::uint32_t>(at - targets_.begin());
}

}  // namespace cantrail::dbc
