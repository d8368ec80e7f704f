// From (channel, identifier) to bucket: one bucket per stream that the decoder can fill, ascending by stream.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "decode/dbc/plan.hpp"
#include "model/catalog.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {

struct ChannelPlan;

// Immutable after construction.
class Routes {
 public:
  static constexpr std::uint32_t kNoBucket = 0;  // so that a table of zeros routes nothing

  struct Target {
    StreamId stream = 0;
    const MessagePlan* message = nullptr;  // null for kNoBucket and aside() only
  };

  explicit Routes(std::span<const ChannelPlan> channels);

  // Targets of all buckets, kNoBucket and aside() included.
  [[nodiscard]] std::span<const Target> targets() const { return targets_; }
  // The last bucket: frames that are decoded elsewhere.
  [[nodiscard]] std::uint32_t aside() const { return static_cast<std::uint32_t>(targets_.size() - 1); }
  // kNoBucket if the stream is not one of the decoder's.
  [[nodiscard]] std::uint32_t bucket_of(StreamId stream) const;

  [[nodiscard]] std::uint32_t find(ChannelId channel, std::uint32_t id) const {
    return channel >= channels_.size() ? kNoBucket : channels_[channel].find(id);
  }

 private:
  using Channel = IdentifierTable<std::uint32_t, kNoBucket>;

  std::vector<Target> targets_;
  std::vector<Channel> channels_;
};

}  // namespace cantrail::dbc
