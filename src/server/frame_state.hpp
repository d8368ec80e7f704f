// The newest raw frame of every identifier, whether a DBC knows it or not: what /api/frames shows. Filled by
// the live lane, read by the server.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "model/frame.hpp"

namespace cantrail::server {

// One identifier's newest frame. `id` keeps its flag bits: a remote frame is not the data frame of that id.
struct LatestFrame {
  std::string channel;
  std::uint32_t id = 0;
  FrameFlags flags = 0;
  std::uint8_t length = 0;      // bytes; of a remote frame what it asks for
  std::uint8_t data_bytes = 0;  // of `data`
  std::array<std::uint8_t, kMaxFrameBytes> data{};
  WallTime time;               // of the frame, as stamped
  MonoTime seen;               // when the node got it
  std::uint64_t count = 0;     // frames since start
  std::optional<double> rate;  // frames a second; nullopt: watched for less than a second

  [[nodiscard]] std::uint32_t number() const {  // the identifier alone
    return id & ((id & (kIdExtended | kIdError)) != 0 ? kIdExtendedMask : kIdStandardMask);
  }
};

// What a group of batches brought of one identifier.
struct FramesSeen {
  FrameView newest;
  MonoTime at;
  std::uint64_t count = 0;
};

struct FrameQuery {
  std::string channel = {};              // glob; empty: all
  std::optional<std::uint32_t> id = {};  // the number alone, of 11 or of 29 bits
  std::size_t limit = 1000;              // the identifiers seen last
};

// Thread-safe. Memory: at most `capacity` identifiers; beyond that the one not seen for longest is dropped
// and counted.
class FrameState {
 public:
  static constexpr std::size_t kCapacity = 4096;
  explicit FrameState(std::size_t capacity = kCapacity) : capacity_(capacity) {}

  struct Found {
    std::vector<LatestFrame> frames;  // by channel, then identifier
    bool more = false;                // the limit left some out
    std::uint64_t dropped = 0;        // identifiers dropped since start
  };
  [[nodiscard]] Found find(const FrameQuery& query, MonoTime now) const;

  // The names of the channels that frames refer to. Where known channels change their place, what was kept is
  // forgotten.
  void set_channels(std::vector<std::string> aliases);
  // One lock for all; allocates only for identifiers met for the first time.
  void take(std::span<const FramesSeen> seen);

 private:
  struct Entry {
    LatestFrame frame;  // without channel name and rate
    ChannelId channel = 0;
    // The rate is counted in windows of a second or more.
    MonoTime window_start;
    std::uint64_t window_count = 0;
    std::optional<double> last_rate;
    std::list<std::uint64_t>::iterator age;
  };
  [[nodiscard]] static std::optional<double> rate_of(const Entry& entry, MonoTime now);
  Entry& entry_of(std::uint64_t key, const FramesSeen& seen);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::vector<std::string> channels_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // key: channel << 32 | id
  std::list<std::uint64_t> ages_;                     // keys, the one seen last at the end
  std::uint64_t dropped_ = 0;
};

}  // namespace cantrail::server
