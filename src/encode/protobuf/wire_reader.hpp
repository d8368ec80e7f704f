// The fields of a message, one after the other, from bytes that anyone may have written.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "encode/protobuf/wire.hpp"

namespace cantrail::encode::protobuf::wire {

// Not thread-safe. Never reads outside of the bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  // The next field; false at the end, and at bytes that are no field (then failed()). Groups are passed over.
  [[nodiscard]] bool next();
  [[nodiscard]] bool failed() const { return failed_; }

  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] bool is(Type type) const { return type_ == type; }
  // Of the field: a number, or what its length was followed by.
  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  [[nodiscard]] bool take_varint(std::uint64_t& value);
  [[nodiscard]] bool take_fixed(std::size_t bytes);
  [[nodiscard]] bool take_field();
  [[nodiscard]] bool pass_group();

  std::string_view rest_, bytes_;
  std::uint64_t value_ = 0;
  std::uint32_t number_ = 0;
  Type type_ = Type::varint;
  bool failed_ = false;
};

// A google.protobuf.Timestamp, of which a message may hold several pieces: they are merged.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;

  [[nodiscard]] bool merge(std::string_view bytes);  // false: they are none
  [[nodiscard]] std::optional<WallTime> time() const;  // nullopt: no time, or none that int64 nanoseconds hold
};

}  // namespace cantrail::encode::protobuf::wire
