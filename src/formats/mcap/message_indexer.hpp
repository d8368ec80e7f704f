// Walks the records of a chunk: how many messages of which channel, from when to when, and the message index.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

struct MessageTally {
  std::uint64_t messages = 0;
  std::uint64_t start_ns = 0;  // least and greatest log time; 0 without messages
  std::uint64_t end_ns = 0;
  std::vector<ChannelCount> channels;  // those with messages, by ascending id
};

// Not thread-safe. Holds 4 bytes for each channel id up to the highest it has seen.
class MessageIndexer {
 public:
  // False if `records` are not whole records to their end; `tally` then holds those before.
  [[nodiscard]] bool tally(std::span<const std::byte> records, MessageTally& tally);
  // Message index records, one for each of tally.channels in their order, replace `index`. Takes what tally()
  // has made of the same records.
  void write_index(std::span<const std::byte> records, const MessageTally& tally, ByteBuffer& index);

 private:
  std::vector<std::uint32_t> of_channel_;  // all 0 between calls
};

// The length of the message index record of a channel with so many messages in the chunk.
[[nodiscard]] constexpr std::uint64_t index_record_bytes(std::uint64_t messages) {
  return kPrefixBytes + kIndexHeaderBytes + messages * kIndexEntryBytes;
}

}  // namespace cantrail::mcap
