#include "encode/protobuf/message_type.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "encode/protobuf/comment.hpp"
#include "encode/protobuf/names.hpp"

namespace cantrail::encode::protobuf {
namespace {

constexpr std::uint32_t kFirstOwn = 2040, kOwn = 8;                // for what is no signal
constexpr std::uint32_t kFirstReserved = 19000, kReserved = 1000;  // by protobuf

// The values that a field's bits can give. In double arithmetic: exact wherever the ends are near 32 bits.
struct Range {
  double low = 0, high = 0;
  [[nodiscard]] bool within(double least, double most) const { return low >= least && high <= most; }
};

constexpr double kLeastInt32 = std::numeric_limits<std::int32_t>::min();
constexpr double kMostInt32 = std::numeric_limits<std::int32_t>::max();
constexpr double kMostUint32 = std::numeric_limits<std::uint32_t>::max();

Range range_of(const BitLayout& bits) {
  const double span = std::ldexp(1.0, static_cast<int>(bits.length_bits) - (bits.is_signed ? 1 : 0));
  const double at_low = (bits.is_signed ? -span : 0) * bits.factor + bits.offset;
  const double at_high = (span - 1) * bits.factor + bits.offset;
  return {std::min(at_low, at_high), std::max(at_low, at_high)};
}

bool is_unscaled(const FieldSchema& field) {
  return !field.layout || (field.layout->factor == 1 && field.layout->offset == 0);
}

bool is_one_bit(const FieldSchema& field) {
  return field.layout && field.layout->length_bits == 1 && !field.layout->is_signed && is_unscaled(field);
}

bool fits_int32(const Label& label, FieldType type) {
  if (type == FieldType::i64) {
    return std::in_range<std::int32_t>(static_cast<std::int64_t>(label.word));
  }
  return std::in_range<std::int32_t>(label.word);
}

bool is_enumeration(const FieldSchema& field) {
  if (field.labels.empty() || !is_unscaled(field)) return false;
  if (field.layout && !range_of(*field.layout).within(kLeastInt32, kMostInt32)) return false;
  return std::all_of(field.labels.begin(), field.labels.end(),
                     [&](const Label& label) { return fits_int32(label, field.type); });
}

FieldKind integer_kind(const FieldSchema& field) {
  if (!field.layout) return field.type == FieldType::u64 ? FieldKind::uint64 : FieldKind::sint64;
  const Range range = range_of(*field.layout);
  if (range.within(0, kMostUint32)) return FieldKind::uint32;
  if (range.within(kLeastInt32, kMostInt32)) return FieldKind::sint32;
  return range.low >= 0 ? FieldKind::uint64 : FieldKind::sint64;
}

FieldKind kind_of(const FieldSchema& field) {
  switch (field.type) {
    case FieldType::f64:
      return FieldKind::f64;
    case FieldType::text:
      return FieldKind::text;
    case FieldType::blob:
      return FieldKind::blob;
    case FieldType::boolean:
      return is_enumeration(field) ? FieldKind::enumeration : FieldKind::boolean;
    case FieldType::i64:
    case FieldType::u64:
      break;
  }
  if (is_enumeration(field)) return FieldKind::enumeration;
  return is_one_bit(field) && field.labels.empty() ? FieldKind::boolean : integer_kind(field);
}

struct NamedNumber {
  std::int32_t number = 0;
  const std::string* label = nullptr;  // nullptr: the table does not name it
};

// Ascending, but 0 first, which proto3 asks for.
std::vector<NamedNumber> zero_first(const FieldSchema& field) {
  std::vector<NamedNumber> numbers;
  for (const Label& label : field.labels) {
    numbers.push_back({static_cast<std::int32_t>(label.word), &label.text});
  }
  std::sort(numbers.begin(), numbers.end(), [](const NamedNumber& a, const NamedNumber& b) {
    return std::pair(a.number != 0, a.number) < std::pair(b.number != 0, b.number);
  });
  if (numbers.front().number != 0) numbers.insert(numbers.begin(), NamedNumber{});
  return numbers;
}

// `prefix`: the field's name.
EnumType make_enum(const FieldSchema& field, const std::string& prefix, NameScope& scope) {
  EnumType type;
  type.name = scope.take(prefix + "_Value");
  for (const auto& [number, label] : zero_first(field)) {
    std::string letters = label != nullptr ? legal_letters(*label) : "";
    if (letters.empty()) letters = number_letters(number);
    std::string name = scope.take_value(prefix + "_" + letters, type.name, number);
    std::string comment = label != nullptr ? label_comment(*label, name) : "not in the value table";
    type.values.push_back({std::move(name), number, std::move(comment)});
  }
  return type;
}

// What a DBC makes of its own frames is there, or was not sent (decision 0033). J1939 has values that say why
// there is none, and so have named signals, trouble codes and what a source delivers.
bool may_tell_why(const RowSchema& schema) {
  return !schema.can_id || schema.group;
}

}  // namespace

std::uint32_t field_number(std::size_t field) {
  auto number = static_cast<std::uint32_t>(field) + 1;
  if (number >= kFirstOwn) number += kOwn;
  if (number >= kFirstReserved) number += kReserved;
  return number;
}

MessageType make_message_type(const RowSchema& schema, std::string name) {
  MessageType type;
  type.comment = message_comment(schema, name);
  type.name = std::move(name);
  type.can_id = schema.can_id;
  NameScope scope;
  for (const std::string_view own : {"timestamp", "can_id", "extended"}) (void)scope.take_field(own);
  const bool tells_why =
      may_tell_why(schema) && std::any_of(schema.fields.begin(), schema.fields.end(),
                                          [](const FieldSchema& field) { return field.optional; });
  if (tells_why) {
    (void)scope.take_field(kQualityField);
    (void)scope.take(kQualityEntry);
  }
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const FieldSchema& field = schema.fields[i];
    MessageField& made = type.fields.emplace_back();
    made.name = scope.take_field(legal_name(field.name, "field"));
    made.number = field_number(i);
    made.kind = kind_of(field);
    made.column = field.type;
    made.tells_why = tells_why && field.optional;
    made.comment = field_comment(field, made.name, made.kind != FieldKind::enumeration);
  }
  // Behind all fields, so that those keep their names.
  for (MessageField& field : type.fields) field.oneof = scope.take_oneof(field.name);
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    MessageField& made = type.fields[i];
    if (made.kind == FieldKind::enumeration) made.values = make_enum(schema.fields[i], made.name, scope);
  }
  return type;
}

}  // namespace cantrail::encode::protobuf
