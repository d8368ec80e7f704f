// The fields of a message, one after the other, from bytes that anyone may have written.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "encode/protobuf/wire.hpp"

namespace cantrail::encode::protobuf::wire {

// The bytes of a varint behind its first. Returns the place behind them; nullptr: they end too late.
const char* take_more(const char* at, const char* end, std::uint64_t& value);
inline const char* take_varint(const char* at, const char* end, std::uint64_t& value) {
  if (at == end) return nullptr;
  const auto byte = static_cast<std::uint8_t>(*at++);
  value = byte;
  if (byte < 0x80) return at;
  std::uint64_t more = 0;  // its address leaves, that of `value` must not
  at = take_more(at, end, more);
  value = (value & 0x7F) | more << 7;
  return at;
}

// Not thread-safe. Never reads outside of the bytes. A local Reader lives in registers: what is not inlined
// does not get it.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // The next field; false at the end, and at bytes that are no field (then failed()). Groups are passed over.
  [[nodiscard, gnu::always_inline]] bool next() {
    while (at_ != end_ && at_ != nullptr) {
      if (!take_field()) return false;
      if (type_ == Type::group) {
        at_ = pass_group(at_, end_, number_);
        continue;
      }
      if (type_ == Type::end_group) at_ = nullptr;  // of no group
      return at_ != nullptr;
    }
    return false;
  }
  [[nodiscard]] bool failed() const { return at_ != end_; }

  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] bool is(Type type) const { return type_ == type; }
  // Of the field: a number, or what its length was followed by.
  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  // The place behind the group whose begin was before `at`; nullptr: it has no end.
  [[nodiscard]] static const char* pass_group(const char* at, const char* end, std::uint32_t number);

  // Begins and ends of groups too.
  [[nodiscard, gnu::always_inline]] bool take_field() {
    at_ = take_tag();
    if (at_ != nullptr) at_ = take_content();
    return at_ != nullptr;
  }

  [[nodiscard, gnu::always_inline]] const char* take_tag() {
    std::uint64_t tag = 0;
    const char* const behind = take_varint(at_, end_, tag);
    number_ = static_cast<std::uint32_t>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    return number_ == 0 || tag > 0xFFFFFFFF ? nullptr : behind;
  }

  [[nodiscard, gnu::always_inline]] const char* take_content() {
    switch (type_) {
      case Type::varint:
        return take_varint(at_, end_, value_);
      case Type::length:
        at_ = take_varint(at_, end_, value_);
        return at_ == nullptr ? nullptr : take_bytes(value_);
      case Type::fixed64:
        return take_bytes(8);
      case Type::fixed32:
        return take_bytes(4);
      case Type::group:
      case Type::end_group:
        return at_;
    }
    return nullptr;
  }

  [[nodiscard, gnu::always_inline]] const char* take_bytes(std::uint64_t count) {
    if (count > static_cast<std::uint64_t>(end_ - at_)) return nullptr;
    bytes_ = {at_, static_cast<std::size_t>(count)};
    return at_ + count;
  }

  const char* at_;  // nullptr: failed
  const char* end_;
  std::string_view bytes_;
  std::uint64_t value_ = 0;
  std::uint32_t number_ = 0;
  Type type_ = Type::varint;
};

// A google.protobuf.Timestamp, of which a message may hold several pieces: they are merged.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;

  [[nodiscard]] bool merge(std::string_view bytes);  // false: they are none
  [[nodiscard]] std::optional<WallTime> time()
      const;  // nullopt: no time, or none that int64 nanoseconds hold
};

}  // namespace cantrail::encode::protobuf::wire
