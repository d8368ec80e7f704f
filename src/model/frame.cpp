#include "model/frame.hpp"

#include <array>
#include <cassert>
#include <cstring>

namespace cantrail {

FrameBlock::FrameBlock() : payload_(kSlack, 0) {}

void FrameBlock::append(const FrameView& frame) {
  assert(frame.length <= kMaxFrameBytes && frame.data.size() <= frame.length);
  const std::size_t offset = payload_.size() - kSlack;
  const std::size_t slot = payload_slot(frame.id, frame.length);
  payload_.resize(payload_.size() + slot);  // the old slack becomes the slot's first bytes: zero already
  if (!frame.data.empty()) std::memcpy(payload_.data() + offset, frame.data.data(), frame.data.size());
  time_.push_back(frame.time.ns);
  id_.push_back(frame.id);
  flags_.push_back(frame.flags);
  channel_.push_back(frame.channel);
  length_.push_back(frame.length);
  offset_.push_back(static_cast<std::uint32_t>(offset));
}

void FrameBlock::append(const ClassicRows& rows) {
  const std::size_t count = rows.time_ns.size();
  assert(rows.id.size() == count && rows.flags.size() == count && rows.channel.size() == count &&
         rows.length.size() == count && rows.payload.size() == count);
  const std::size_t first = size();
  const std::size_t offset = payload_.size() - kSlack;
  payload_.resize(payload_.size() + count * 8);
  if (count != 0) std::memcpy(payload_.data() + offset, rows.payload.data(), count * 8);
  std::memset(payload_.data() + payload_.size() - kSlack, 0, kSlack);
  time_.insert(time_.end(), rows.time_ns.begin(), rows.time_ns.end());
  id_.insert(id_.end(), rows.id.begin(), rows.id.end());
  flags_.insert(flags_.end(), rows.flags.begin(), rows.flags.end());
  channel_.insert(channel_.end(), rows.channel.begin(), rows.channel.end());
  length_.insert(length_.end(), rows.length.begin(), rows.length.end());
  offset_.resize(first + count);
  for (std::size_t i = 0; i < count; ++i) {
    offset_[first + i] = static_cast<std::uint32_t>(offset + i * 8);
  }
}

void FrameBlock::clear() {
  time_.clear();
  id_.clear();
  flags_.clear();
  channel_.clear();
  length_.clear();
  offset_.clear();
  payload_.assign(kSlack, 0);
}

void FrameBlock::reserve(std::size_t frames, std::size_t payload_bytes) {
  time_.reserve(frames);
  id_.reserve(frames);
  flags_.reserve(frames);
  channel_.reserve(frames);
  length_.reserve(frames);
  offset_.reserve(frames);
  payload_.reserve(payload_bytes + kSlack);
}

FrameView FrameBlock::operator[](std::size_t index) const {
  const bool carries_data = (id_[index] & kIdRemote) == 0;
  return {WallTime{time_[index]},
          id_[index],
          flags_[index],
          channel_[index],
          length_[index],
          {payload_.data() + offset_[index], carries_data ? length_[index] : std::size_t{0}}};
}

std::size_t FrameBlock::memory_bytes() const {
  return time_.capacity() * sizeof(time_[0]) + id_.capacity() * sizeof(id_[0]) +
         flags_.capacity() * sizeof(flags_[0]) + channel_.capacity() * sizeof(channel_[0]) +
         length_.capacity() + offset_.capacity() * sizeof(offset_[0]) + payload_.capacity();
}

bool FrameBlock::assign(std::span<const std::int64_t> time_ns, std::span<const std::uint32_t> id,
                        std::span<const FrameFlags> flags, std::span<const ChannelId> channel,
                        std::span<const std::uint8_t> length, std::span<const std::uint8_t> payload) {
  clear();
  const std::size_t count = time_ns.size();
  if (id.size() != count || flags.size() != count || channel.size() != count || length.size() != count) {
    return false;
  }
  offset_.resize(count);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    offset_[i] = static_cast<std::uint32_t>(at);
    at += payload_slot(id[i], length[i]);
    if (length[i] > kMaxFrameBytes || at > payload.size()) break;
  }
  if (at != payload.size()) {
    clear();
    return false;
  }
  time_.assign(time_ns.begin(), time_ns.end());
  id_.assign(id.begin(), id.end());
  flags_.assign(flags.begin(), flags.end());
  channel_.assign(channel.begin(), channel.end());
  length_.assign(length.begin(), length.end());
  payload_.resize(payload.size() + kSlack);
  if (!payload.empty()) std::memcpy(payload_.data(), payload.data(), payload.size());
  std::memset(payload_.data() + payload.size(), 0, kSlack);
  return true;
}

namespace {
constexpr std::array<std::uint8_t, 16> kFdLengths{0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64};
}

std::uint8_t fd_length_from_dlc(std::uint8_t dlc) {
  return kFdLengths[dlc & 15];
}

std::uint8_t fd_round_up_length(std::size_t bytes) {
  for (const std::uint8_t length : kFdLengths) {
    if (length >= bytes) return length;
  }
  return kMaxFrameBytes;
}

}  // namespace cantrail
