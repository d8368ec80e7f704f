#include "sources/protobuf/shape.hpp"

#include <algorithm>

namespace cantrail::protobuf {

WireType wire_type(Kind kind) {
  switch (kind) {
    case Kind::f64:
    case Kind::fixed64:
    case Kind::sfixed64:
      return WireType::fixed64;
    case Kind::f32:
    case Kind::fixed32:
    case Kind::sfixed32:
      return WireType::fixed32;
    case Kind::text:
    case Kind::bytes:
    case Kind::message:
      return WireType::bytes;
    case Kind::group:
      return WireType::group;
    default:
      return WireType::varint;
  }
}

const std::string* name_of(const EnumNames& names, std::int32_t number) {
  const auto at =
      std::lower_bound(names.begin(), names.end(), number,
                       [](const auto& entry, std::int32_t wanted) { return entry.first < wanted; });
  return at != names.end() && at->first == number ? &at->second : nullptr;
}

std::optional<std::size_t> MessageShape::find(std::uint32_t number, std::size_t& hint) const {
  if (hint < fields.size() && fields[hint].number == number) return hint++;
  const auto at =
      std::lower_bound(fields.begin(), fields.end(), number,
                       [](const FieldShape& field, std::uint32_t wanted) { return field.number < wanted; });
  if (at == fields.end() || at->number != number) return std::nullopt;
  const auto index = static_cast<std::size_t>(at - fields.begin());
  hint = index + 1;
  return index;
}

}  // namespace cantrail::protobuf
