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
    const MessagePlan* message = nullptr;  // null for kNoBucket only
  };

  explicit Routes(std::span<const ChannelPlan> channels);

  // Targets of all buckets, kNoBucket included.
  [[nodiscard]] std::span<const Target> targets() const { return targets_; }
  // kNoBucket if the stream is not one of the decoder's.
  [[nodiscard]] std::uint32_t bucket_of(StreamId stream) const;

  [[nodiscard]] std::uint32_t find(ChannelId channel, std::uint32_t id) const {
    if (channel >= channels_.size()) return kNoBucket;
    const Channel& table = channels_[channel];
    return id <= kIdStandardMask ? table.standard[id] : find_extended(table, id);
  }

 private:
  struct Channel {
    std::vector<std::uint32_t> standard;  // 2,048 buckets
    std::vector<std::uint32_t> keys;      // open addressing, a power of two, at most half full
    std::vector<std::uint32_t> buckets;
    unsigned hash_shift = 32;

    void insert(std::uint32_t id, std::uint32_t bucket);
  };

  [[nodiscard]] static std::uint32_t find_extended(const Channel& table, std::uint32_t id) {
    const std::size_t last = table.keys.size() - 1;
    std::size_t slot = (id * 0x9E3779B1U) >> table.hash_shift;
    while (table.keys[slot] != 0) {  // remote and error flags make an identifier equal to no key
      if (table.keys[slot] == id) return table.buckets[slot];
      slot = (slot + 1) & last;
    }
    return kNoBucket;
  }

  std::vector<Target> targets_;
  std::vector<Channel> channels_;
};

}  // namespace cantrail::dbc
