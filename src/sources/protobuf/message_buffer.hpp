// A stream of messages, each with its size in front as a varint, from bytes that come in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

// Its memory grows with what has come, never with what a size announces, and never past the largest message.
// A message that is larger is passed over, and counted. A size that is none (more than 10 bytes, 2 GiB or
// more) breaks the stream: nothing behind it can be read.
class MessageBuffer {
 public:
  explicit MessageBuffer(std::size_t largest_message) : largest_(largest_message) {}

  // Where the next bytes go; never empty. Only while complete() is false; what was taken is no longer valid
  // then.
  [[nodiscard]] std::span<std::uint8_t> room();
  void filled(std::size_t bytes);

  // Whether take() would give a message.
  [[nodiscard]] bool complete() const { return state_ == State::whole; }
  [[nodiscard]] bool broken() const { return state_ == State::broken; }
  // ByteSpan of a message are there, or were passed over, and its end is missing.
  [[nodiscard]] bool in_message() const { return begin_ != end_ || passing_ != 0; }

  // The next message; valid until the next room(). Precondition: complete().
  [[nodiscard]] ByteSpan take();
  // Messages that were larger, since the last call.
  [[nodiscard]] std::uint64_t take_too_large() { return std::exchange(too_large_, 0); }

 private:
  enum class State : std::uint8_t { part, whole, broken };
  void look();
  void pass_over();

  std::size_t largest_;
  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0, end_ = 0;  // not taken
  std::size_t head_ = 0, size_ = 0;  // of the message at begin_, if whole
  std::uint64_t passing_ = 0;        // bytes still to be passed over
  std::uint64_t too_large_ = 0;
  bool was_filled_ = false;  // by the last bytes that came: there may be many more
  State state_ = State::part;
};

}  // namespace cantrail::protobuf
