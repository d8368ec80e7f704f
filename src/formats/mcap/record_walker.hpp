// Records in memory, one after the other: all of them, or the messages.
#pragma once

#include <span>

#include "formats/mcap/format.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

// What lies at `record`, the opcode of a message that is whole.
inline void load_message(const std::byte* record, Message& message) {
  message.channel = load<std::uint16_t>(record + kPrefixBytes);
  message.sequence = load<std::uint32_t>(record + kPrefixBytes + 2);
  message.log_time_ns = load<std::uint64_t>(record + kPrefixBytes + 6);
  message.publish_time_ns = load<std::uint64_t>(record + kPrefixBytes + 14);
  message.data = {record + kMessageOverheadBytes, load<std::uint64_t>(record + 1) - kMessageHeaderBytes};
}

// Stops before the first bytes that are no record.
class RecordWalker {
 public:
  explicit RecordWalker(std::span<const std::byte> records) : records_(records) {}

  [[nodiscard]] bool next() {
    at_ = end_;
    const std::size_t left = records_.size() - at_;
    if (left < kPrefixBytes) return false;
    const auto length = load<std::uint64_t>(record() + 1);
    if (record()[0] == std::byte{0} || length > left - kPrefixBytes) return false;
    if (opcode() == Opcode::message && length < kMessageHeaderBytes) return false;
    end_ = at_ + kPrefixBytes + length;
    return true;
  }
  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(record()[0]); }
  [[nodiscard]] const std::byte* record() const { return records_.data() + at_; }
  [[nodiscard]] std::span<const std::byte> body() const {
    return records_.subspan(at_ + kPrefixBytes, end_ - at_ - kPrefixBytes);
  }
  [[nodiscard]] std::size_t offset() const { return at_; }  // of the record; at the end, of what is none
  // After the last next(): there was nothing but records.
  [[nodiscard]] bool all() const { return end_ == records_.size(); }

 private:
  std::span<const std::byte> records_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

// The messages among `records`, in their order.
class MessageWalker {
 public:
  explicit MessageWalker(std::span<const std::byte> records) : walker_(records) {}

  [[nodiscard]] bool next(Message& message) {
    while (walker_.next()) {
      if (walker_.opcode() != Opcode::message) continue;
      load_message(walker_.record(), message);
      return true;
    }
    return false;
  }

 private:
  RecordWalker walker_;
};

}  // namespace cantrail::mcap
