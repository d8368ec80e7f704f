// The messages of the benchmark: 60 bytes each, on 60 channels in turn, 100 us apart. 22 bytes of a message
// are random below 40 and the rest is 0, which compresses as the peer's input did (85 and 114 MB for 2 M
// messages).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/mcap/chunk_builder.hpp"

namespace cantrail::bench {

inline constexpr std::uint16_t kChannels = 60;
inline constexpr std::size_t kMessageBytes = 60;
inline constexpr std::size_t kRecordBytes = kMessageBytes + mcap::kMessageOverheadBytes;

class Traffic {
 public:
  explicit Traffic(std::size_t messages);

  [[nodiscard]] std::size_t messages() const { return channel_.size(); }
  [[nodiscard]] mcap::MessageColumns rows(std::size_t first, std::size_t count) const;

 private:
  std::vector<std::uint16_t> channel_;
  std::vector<std::uint64_t> time_;
  std::vector<std::uint32_t> sequence_;
  std::vector<std::uint32_t> offset_;
  std::vector<std::uint32_t> length_;
  std::vector<std::byte> data_;
};

}  // namespace cantrail::bench
