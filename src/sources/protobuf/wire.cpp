#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

// Bits beyond the 64th are dropped, as protobuf does.
bool WireReader::long_varint(std::uint64_t& out, int most_bytes) {
  out = 0;
  for (int i = 0; i < most_bytes; ++i) {
    if (at_ == end_) return fail();
    const std::uint8_t byte = *at_++;
    out |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) return true;
  }
  return fail();
}

bool WireReader::skip(Tag tag, int deeper) {
  std::uint64_t word = 0;
  std::uint32_t half = 0;
  ByteSpan bytes_of_it;
  switch (tag.type) {
    case WireType::varint:
      return varint(word);
    case WireType::fixed64:
      return fixed64(word);
    case WireType::fixed32:
      return fixed32(half);
    case WireType::bytes:
      return bytes(bytes_of_it);
    case WireType::group:
      return group(tag.number, bytes_of_it, deeper);
    case WireType::end_group:
      return fail();
  }
  return fail();
}

bool WireReader::group(std::uint32_t number, ByteSpan& out, int deeper) {
  if (deeper == 0) return fail();
  const std::uint8_t* const begin = at_;
  for (;;) {
    const std::uint8_t* const before_tag = at_;
    Tag inner;
    if (!tag(inner)) return fail();
    if (inner.type == WireType::end_group) {
      out = {begin, static_cast<std::size_t>(before_tag - begin)};
      return inner.number == number || fail();
    }
    if (!skip(inner, deeper - 1)) return fail();
  }
}

}  // namespace cantrail::protobuf
