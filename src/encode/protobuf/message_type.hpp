// What a protobuf message for the rows of a stream looks like: worked out from the schema alone, without
// libprotobuf. From it come the descriptor (descriptors.hpp) and the plan that encodes (row_encoder.hpp).
// README.md says which signal becomes what.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/schema.hpp"

namespace cantrail::encode::protobuf {

enum class FieldKind : std::uint8_t {
  f64,      // double
  boolean,  // bool
  uint32,
  uint64,
  sint32,
  sint64,
  enumeration,  // open: other numbers may come
  text,         // string
  blob,         // bytes
};

struct EnumValue {
  std::string name;
  std::int32_t number = 0;
  std::string comment;
  bool operator==(const EnumValue&) const = default;
};

// Values in ascending order, but 0 first, as proto3 wants it.
struct EnumType {
  std::string name;
  std::vector<EnumValue> values;
  bool operator==(const EnumType&) const = default;
};

struct MessageField {
  std::string name;
  std::string oneof;  // that it is the only member of: how proto3 knows whether it is there
  std::uint32_t number = 0;
  FieldKind kind = FieldKind::f64;
  FieldType column = FieldType::f64;              // what the words of the column are
  std::optional<EnumType> values = std::nullopt;  // of an enumeration
  std::string comment;
  bool tells_why = false;  // where it is absent for a reason, `quality` of its message says which
  bool operator==(const MessageField&) const = default;
};

struct MessageType {
  std::string name;
  std::vector<MessageField> fields;  // one a field of the schema, in its order; every one `optional`
  // With kIdExtended. Where it is, there is a field can_id, and where it has 29 bits a field `extended`.
  std::optional<std::uint32_t> can_id;
  std::string comment;

  // Whether there is a field `quality`: of any of its fields.
  [[nodiscard]] bool tells_why() const {
    return std::any_of(fields.begin(), fields.end(),
                       [](const MessageField& field) { return field.tells_why; });
  }
  bool operator==(const MessageType&) const = default;
};

// Numbers of fields that are no signals. Signals are numbered from 1 in their order, leaving out 2040–2047
// and what protobuf keeps for itself (19000–19999).
inline constexpr std::uint32_t kQualityNumber = 2044;
inline constexpr std::uint32_t kExtendedNumber = 2045;
inline constexpr std::uint32_t kCanIdNumber = 2046;
inline constexpr std::uint32_t kTimestampNumber = 2047;

// `quality` is a map from field to reason, whose entries are messages of this name.
inline constexpr std::string_view kQualityField = "quality", kQualityEntry = "QualityEntry";

[[nodiscard]] std::uint32_t field_number(std::size_t field);  // of the schema's field

// `name` is the message's, unique in its package.
[[nodiscard]] MessageType make_message_type(const RowSchema& schema, std::string name);

}  // namespace cantrail::encode::protobuf
