#include "sources/protobuf/occurrence.hpp"

#include <bit>

namespace cantrail::protobuf {
namespace {

constexpr std::uint64_t sign_extended(std::uint64_t low_half) {
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(low_half)});
}

constexpr std::uint64_t zigzag(std::uint64_t number) {
  return (number >> 1) ^ (0 - (number & 1));
}

}  // namespace

Reading read_occurrence(WireReader& wire, Tag tag, const FieldShape& field, Occurrence& out) {
  const WireType wanted = wire_type(field.kind);
  const auto outcome = [](bool read) { return read ? Reading::value : Reading::malformed; };
  out.packed = tag.type == WireType::bytes && field.repeated && is_number(field.kind);
  if (tag.type != wanted && !out.packed) return wire.skip(tag) ? Reading::unwanted : Reading::malformed;
  switch (tag.type) {
    case WireType::varint:
      return outcome(wire.varint(out.number));
    case WireType::fixed64:
      return outcome(wire.fixed64(out.number));
    case WireType::fixed32: {
      std::uint32_t half = 0;
      const bool read = wire.fixed32(half);
      out.number = half;
      return outcome(read);
    }
    case WireType::group:
      return outcome(wire.group(tag.number, out.bytes));
    default:
      return outcome(wire.bytes(out.bytes));
  }
}

std::uint64_t column_word(Kind kind, std::uint64_t wire_number) {
  switch (kind) {
    case Kind::f32:
      return std::bit_cast<std::uint64_t>(
          static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(wire_number))));
    case Kind::int32:
    case Kind::enumeration:
    case Kind::sfixed32:
      return sign_extended(wire_number);
    case Kind::uint32:
    case Kind::fixed32:
      return wire_number & 0xFFFFFFFFU;
    case Kind::sint32:
      return sign_extended(zigzag(wire_number & 0xFFFFFFFFU));
    case Kind::sint64:
      return zigzag(wire_number);
    case Kind::boolean:
      return wire_number != 0 ? 1 : 0;
    default:
      return wire_number;
  }
}

}  // namespace cantrail::protobuf
