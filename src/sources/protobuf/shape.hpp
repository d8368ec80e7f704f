// Message types as the decoder needs them: copied out of protobuf's descriptors, so that data is decoded
// without them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

enum class Kind : std::uint8_t {
  f64,
  f32,
  int32,
  int64,
  uint32,
  uint64,
  sint32,
  sint64,
  fixed32,
  fixed64,
  sfixed32,
  sfixed64,
  boolean,
  enumeration,
  text,
  bytes,
  message,
  group,
};

[[nodiscard]] WireType wire_type(Kind kind);
[[nodiscard]] constexpr bool is_message(Kind kind) {
  return kind >= Kind::message;
}
// Whose repeated values may be packed.
[[nodiscard]] constexpr bool is_number(Kind kind) {
  return kind < Kind::text;
}

// Ascending by number; of several names of a number the first.
using EnumNames = std::vector<std::pair<std::int32_t, std::string>>;
[[nodiscard]] const std::string* name_of(const EnumNames& names, std::int32_t number);  // nullptr: none

struct FieldShape {
  std::string name;
  std::uint32_t number = 0;
  Kind kind = Kind::int32;
  bool repeated = false;  // maps too: their entries are messages
  bool map = false;
  bool presence = false;                              // singular: it can be told whether it is there
  std::optional<std::uint32_t> oneof = std::nullopt;  // index in the message
  std::uint32_t message = 0;                          // of messages: index into Shapes::messages
  std::uint32_t names = 0;                            // of enums: index into Shapes::enums
  std::string comment = {}, unit = {};
};

enum class WellKnown : std::uint8_t { none, timestamp, duration };

struct MessageShape {
  std::string name;  // with its package
  std::string comment;
  WellKnown well_known = WellKnown::none;
  std::uint32_t oneofs = 0;
  std::vector<FieldShape> fields;  // ascending by number

  // The field's index; `hint` is where it is looked for first, and becomes the place behind it: fields mostly
  // come in order.
  [[nodiscard]] std::optional<std::size_t> find(std::uint32_t number, std::size_t& hint) const;
};

// A type and all that it is made of; the type is messages[0]. Types may contain themselves.
struct Shapes {
  std::vector<MessageShape> messages;
  std::vector<EnumNames> enums;
};

}  // namespace cantrail::protobuf
