#include "encode/protobuf/record_encoder.hpp"

#include <algorithm>

#include "encode/protobuf/wire.hpp"

namespace cantrail::encode::protobuf {
namespace {

using namespace wire;

// All fields of recording.proto have numbers whose tags take at most two bytes.
constexpr std::size_t kMostField = 2 + kMostVarintBytes;

// Room for `most` bytes behind what `out` holds; what is not used of it is given back.
template <class Put>
void append_at_most(std::string& out, std::size_t most, Put put) {
  const std::size_t before = out.size();
  out.resize(before + most);
  const char* end = put(out.data() + before);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

char* put_time(char* at, std::uint32_t number, WallTime time) {
  return put_timestamp(put_varint(at, tag(number, Type::length)), time);
}

char* put_text_field(char* at, std::uint32_t number, std::string_view text) {
  return text.empty() ? at : put_text(put_varint(at, tag(number, Type::length)), text);
}

char* put_hex(char* at, const JournalId& id) {
  for (const std::uint8_t byte : id.bytes) {
    *at++ = "0123456789abcdef"[byte >> 4];
    *at++ = "0123456789abcdef"[byte & 15];
  }
  return at;
}

}  // namespace

FrameEncoder::FrameEncoder(const Catalog& catalog) {
  std::size_t longest = 0;
  for (const ChannelInfo& channel : catalog.channels) {
    append_at_most(channels_.emplace_back(), kMostField + most_text_bytes(channel.alias),
                   [&](char* at) { return put_text_field(at, 2, channel.alias); });
    longest = std::max(longest, channels_.back().size());
  }
  constexpr std::size_t kFields = 16;
  most_bytes_ = kFields * kMostField + kMostTimestampBytes + longest + kMaxFrameBytes;
}

char* FrameEncoder::put(char* at, const FrameBlock& frames, std::size_t index, const Position* batch) const {
  const FrameView frame = frames[index];
  at = put_time(at, 1, frame.time);
  if (frame.channel < channels_.size()) at = put_bytes(at, channels_[frame.channel]);
  at = put_field(at, 3, frame.id & kIdExtendedMask);
  at = put_field(at, 4, frame.extended());
  at = put_field(at, 5, frame.remote());
  at = put_field(at, 6, frame.error());
  at = put_field(at, 7, (frame.flags & kFlagFd) != 0);
  at = put_field(at, 8, (frame.flags & kFlagBrs) != 0);
  at = put_field(at, 9, (frame.flags & kFlagEsi) != 0);
  at = put_field(at, 10, (frame.flags & kFlagTx) != 0);
  at = put_field(at, 11, static_cast<std::uint64_t>(time_origin(frame.flags)) + 1);
  at = put_field(at, 12, frame.length);
  at = put_field(at, 13, (frame.flags & kDlcMask) >> kDlcShift);
  if (!frame.data.empty()) {
    at = put_varint(at, tag(14, Type::length));
    at = put_blob(at, {reinterpret_cast<const char*>(frame.data.data()), frame.data.size()});
  }
  if (batch == nullptr) return at;
  at = put_field(at, 15, batch->epoch);
  at = put_field(at, 16, batch->seq);
  return put_field(at, 17, index);
}

void FrameEncoder::append(std::string& out, const FrameBlock& frames, std::size_t index,
                          const Position* batch) const {
  append_at_most(out, most_bytes_, [&](char* at) { return put(at, frames, index, batch); });
}

void append_gap(std::string& out, const GapRecord& gap, const Position* batch) {
  append_at_most(out, 8 * kMostField + 2 * kMostTimestampBytes + most_text_bytes(gap.where), [&](char* at) {
    at = put_time(at, 1, gap.from);
    at = put_time(at, 2, gap.to);
    at = put_field(at, 3, static_cast<std::uint64_t>(gap.reason));
    at = put_text_field(at, 4, gap.where);
    if (gap.count) at = put_varint(put_varint(at, tag(5, Type::varint)), *gap.count);  // 0 is said too
    if (batch != nullptr) {
      at = put_field(at, 6, batch->epoch);
      at = put_field(at, 7, batch->seq);
    }
    return put_field(at, 8, gap.before_index);
  });
}

void append_ledger(std::string& out, const Ledger& ledger, std::string_view lane, std::uint32_t epoch,
                   WallTime time) {
  append_at_most(out, 11 * kMostField + kMostTimestampBytes + most_text_bytes(lane), [&](char* at) {
    at = put_time(at, 1, time);
    at = put_text_field(at, 2, lane);
    at = put_field(at, 3, epoch);
    at = put_field(at, 4, ledger.received);
    at = put_field(at, 5, ledger.delivered);
    at = put_field(at, 6, ledger.filtered);
    at = put_field(at, 7, ledger.undecoded);
    at = put_field(at, 8, ledger.superseded);
    at = put_field(at, 9, ledger.rejected);
    at = put_field(at, 10, ledger.dropped);
    return put_field(at, 11, ledger.pending);
  });
}

void append_cursor(std::string& out, const Position& cursor, WallTime time) {
  constexpr std::size_t kDigits = 2 * sizeof(JournalId);
  append_at_most(out, 5 * kMostField + kMostTimestampBytes + kDigits, [&](char* at) {
    at = put_time(at, 1, time);
    at = put_varint(put_varint(at, tag(2, Type::length)), kDigits);
    at = put_hex(at, cursor.journal);
    at = put_field(at, 3, cursor.epoch);
    at = put_field(at, 4, cursor.seq);
    return put_field(at, 5, cursor.index);
  });
}

}  // namespace cantrail::encode::protobuf
