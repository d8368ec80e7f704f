#include "sources/protobuf/message_buffer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace cantrail::protobuf {
namespace {

constexpr std::size_t kFirstBytes = std::size_t{16} << 10;
constexpr std::size_t kKeptBytes = std::size_t{256} << 10;  // beyond it, memory goes back once it is empty
constexpr std::size_t kMostSizeBytes = 10;
constexpr std::uint64_t kLargestSize = (std::uint64_t{1} << 31) - 1;  // protobuf's own limit

}  // namespace

std::span<std::uint8_t> MessageBuffer::room() {
  assert(state_ == State::part);
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (bytes_.size() > kKeptBytes) bytes_ = {};
  } else if (begin_ != 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t most = std::max(largest_, kKeptBytes) + kMostSizeBytes;
  const bool is_short = bytes_.size() - end_ < kFirstBytes / 4;
  if (is_short || (was_filled_ && bytes_.size() < kKeptBytes)) {
    bytes_.resize(std::min(most, std::max(kFirstBytes, 2 * bytes_.size())));
  }
  return std::span(bytes_).subspan(end_);
}

void MessageBuffer::filled(std::size_t bytes) {
  end_ += bytes;
  was_filled_ = end_ == bytes_.size();
  look();
}

void MessageBuffer::pass_over() {
  const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(passing_, end_ - begin_));
  begin_ += passed;
  passing_ -= passed;
}

// What stands at begin_.
void MessageBuffer::look() {
  for (;;) {
    state_ = State::part;
    pass_over();
    std::uint64_t size = 0;
    std::size_t head = 0;
    bool ended = false;
    while (!ended && head < kMostSizeBytes && begin_ + head < end_) {
      const std::uint8_t byte = bytes_[begin_ + head];
      size |= std::uint64_t{byte & 0x7FU} << (7 * head++);
      ended = byte < 0x80;
    }
    if (!ended && head < kMostSizeBytes) return;
    if (!ended || size > kLargestSize) {
      state_ = State::broken;
      return;
    }
    if (size > largest_) {
      ++too_large_;
      passing_ = head + size;
      continue;
    }
    if (end_ - begin_ - head < size) return;
    head_ = head;
    size_ = static_cast<std::size_t>(size);
    state_ = State::whole;
    return;
  }
}

ByteSpan MessageBuffer::take() {
  assert(complete());
  const ByteSpan message(bytes_.data() + begin_ + head_, size_);
  begin_ += head_ + size_;
  look();
  return message;
}

}  // namespace cantrail::protobuf
