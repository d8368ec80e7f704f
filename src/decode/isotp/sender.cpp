#include "decode/isotp/sender.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cantrail::isotp {
namespace {

constexpr std::uint8_t kFirstFrame = 0x10, kConsecutiveFrame = 0x20, kFlowControlFrame = 0x30;
enum : std::uint8_t { kContinue = 0, kWait = 1 };
constexpr std::size_t kInFirst = 6;
constexpr Duration kLongestApart = std::chrono::milliseconds(127);

// The least time between two frames, as flow control says it; what is reserved counts as the longest.
Duration time_of(std::uint8_t separation) {
  if (separation <= 0x7F) return std::chrono::milliseconds(separation);
  if (separation >= 0xF1 && separation <= 0xF9) return std::chrono::microseconds(100 * (separation - 0xF0));
  return kLongestApart;
}

ClassicFrame filled() {
  ClassicFrame frame{};
  frame.fill(kFiller);
  return frame;
}

}  // namespace

ClassicFrame single_frame(std::span<const std::uint8_t> payload) {
  assert(!payload.empty() && payload.size() <= kMostInOneFrame);
  ClassicFrame frame = filled();
  frame[0] = static_cast<std::uint8_t>(payload.size());
  std::copy(payload.begin(), payload.end(), frame.begin() + 1);
  return frame;
}

ClassicFrame continue_to_send() {
  ClassicFrame frame = filled();
  frame[0] = kFlowControlFrame | kContinue;
  frame[1] = 0;  // no end of the block
  frame[2] = 0;  // no time between frames
  return frame;
}

void Sender::begin(std::vector<std::uint8_t> payload, MonoTime now) {
  assert(!payload.empty() && payload.size() <= kMostBytes);
  payload_ = std::move(payload);
  sent_ = 0;
  number_ = 1;
  waits_ = false;
  next_at_ = now;
}

void Sender::hear(std::span<const std::uint8_t> data, MonoTime now) {
  if (!waits_ || data.size() < 3 || (data[0] & 0xF0) != kFlowControlFrame) return;
  switch (data[0] & 0x0F) {
    case kContinue:
      waits_ = false;
      left_in_block_ = data[1];
      apart_ = time_of(data[2]);
      next_at_ = now;
      return;
    case kWait:
      next_at_ = now + kFlowControlTimeout;
      return;
    default:  // too much for the receiver, or nothing that it may say
      payload_.clear();
      waits_ = false;
  }
}

std::optional<MonoTime> Sender::due() const {
  if (is_idle() || waits_) return std::nullopt;
  return next_at_;
}

std::optional<ClassicFrame> Sender::next(MonoTime now) {
  if (is_idle() || now < next_at_) return std::nullopt;
  if (waits_) {
    payload_.clear();
    waits_ = false;
    return std::nullopt;
  }
  if (sent_ != 0) return consecutive(now);
  if (payload_.size() > kMostInOneFrame) {
    next_at_ = now + kFlowControlTimeout;
    return first();
  }
  const ClassicFrame frame = single_frame(payload_);
  payload_.clear();
  return frame;
}

ClassicFrame Sender::first() {
  ClassicFrame frame{};
  frame[0] = static_cast<std::uint8_t>(kFirstFrame | payload_.size() >> 8);
  frame[1] = static_cast<std::uint8_t>(payload_.size());
  std::copy_n(payload_.begin(), kInFirst, frame.begin() + 2);
  sent_ = kInFirst;
  waits_ = true;
  return frame;
}

ClassicFrame Sender::consecutive(MonoTime now) {
  ClassicFrame frame = filled();
  frame[0] = static_cast<std::uint8_t>(kConsecutiveFrame | number_);
  const std::size_t size = std::min(payload_.size() - sent_, kMostInOneFrame);
  std::copy_n(payload_.begin() + static_cast<std::ptrdiff_t>(sent_), size, frame.begin() + 1);
  sent_ += size;
  number_ = (number_ + 1) & 0x0F;
  next_at_ = now + apart_;
  if (sent_ == payload_.size()) {
    payload_.clear();
  } else if (left_in_block_ != 0 && --left_in_block_ == 0) {
    waits_ = true;
    next_at_ = now + kFlowControlTimeout;
  }
  return frame;
}

}  // namespace cantrail::isotp
