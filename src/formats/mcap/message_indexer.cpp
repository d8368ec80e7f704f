#include "formats/mcap/message_indexer.hpp"

#include <algorithm>
#include <utility>

namespace cantrail::mcap {
namespace {

// Calls take(offset, record) for each message, `record` at its opcode. False if the bytes are no records to
// their end.
template <class Take>
bool each_message(std::span<const std::byte> records, Take&& take) {
  const std::byte* const begin = records.data();
  std::size_t at = 0;
  while (at < records.size()) {
    const std::size_t left = records.size() - at;
    if (left < kPrefixBytes) return false;
    const auto length = load<std::uint64_t>(begin + at + 1);
    if (length > left - kPrefixBytes || begin[at] == std::byte{0}) return false;
    if (begin[at] == static_cast<std::byte>(Opcode::message)) {
      if (length < kMessageHeaderBytes) return false;
      take(at, begin + at);
    }
    at += kPrefixBytes + length;
  }
  return true;
}

std::uint16_t channel_of(const std::byte* record) {
  return load<std::uint16_t>(record + kPrefixBytes);
}

std::uint64_t log_time_of(const std::byte* record) {
  return load<std::uint64_t>(record + kPrefixBytes + 6);
}

}  // namespace

bool MessageIndexer::tally(std::span<const std::byte> records, MessageTally& tally) {
  tally.messages = 0;
  tally.channels.clear();
  std::uint64_t start = ~std::uint64_t{0}, end = 0;
  const bool whole = each_message(records, [&](std::size_t, const std::byte* record) {
    const std::uint16_t channel = channel_of(record);
    if (channel >= of_channel_.size()) of_channel_.resize(std::size_t{channel} + 1);
    if (of_channel_[channel]++ == 0) tally.channels.push_back({channel, 0});
    const std::uint64_t time = log_time_of(record);
    start = std::min(start, time);
    end = std::max(end, time);
    ++tally.messages;
  });
  tally.start_ns = tally.messages == 0 ? 0 : start;
  tally.end_ns = end;
  std::sort(tally.channels.begin(), tally.channels.end(),
            [](const ChannelCount& a, const ChannelCount& b) { return a.channel < b.channel; });
  for (ChannelCount& count : tally.channels) count.messages = std::exchange(of_channel_[count.channel], 0U);
  return whole;
}

void MessageIndexer::write_index(std::span<const std::byte> records, const MessageTally& tally,
                                 ByteBuffer& index) {
  std::uint64_t bytes = 0;
  for (const ChannelCount& count : tally.channels) bytes += index_record_bytes(count.messages);
  index.clear();
  index.reserve(bytes);
  for (const ChannelCount& count : tally.channels) {
    const std::uint64_t length = index_record_bytes(count.messages) - kPrefixBytes;
    std::byte* head = index.extend(kPrefixBytes + length);
    store(head, static_cast<std::uint8_t>(Opcode::message_index));
    store(head + 1, length);
    store(head + 9, count.channel);
    store(head + 11, static_cast<std::uint32_t>(count.messages * kIndexEntryBytes));
    // Where its next entry goes. Chunks are at most 1 GiB, so their index is less.
    of_channel_[count.channel] = static_cast<std::uint32_t>(index.size() - count.messages * kIndexEntryBytes);
  }
  each_message(records, [&](std::size_t offset, const std::byte* record) {
    std::uint32_t& next = of_channel_[channel_of(record)];
    store(index.data() + next, log_time_of(record));
    store(index.data() + next + 8, std::uint64_t{offset});
    next += kIndexEntryBytes;
  });
  for (const ChannelCount& count : tally.channels) of_channel_[count.channel] = 0;
}

}  // namespace cantrail::mcap
