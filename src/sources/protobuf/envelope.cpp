#include "sources/protobuf/envelope.hpp"

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

constexpr std::uint32_t kTypeField = 1, kTimeField = 2, kPayloadField = 3;  // envelope.proto

}  // namespace

std::optional<Envelope> read_envelope(ByteSpan message) {
  WireReader wire(message);
  Envelope envelope;
  Tag tag;
  while (!wire.at_end()) {
    if (!wire.tag(tag)) return std::nullopt;
    bool good = false;
    ByteSpan bytes;
    if (tag.number == kTypeField && tag.type == WireType::bytes) {
      good = wire.bytes(bytes);
      envelope.type = as_text(bytes);
    } else if (tag.number == kTimeField && tag.type == WireType::varint) {
      std::uint64_t time = 0;
      good = wire.varint(time);
      envelope.time_ns = static_cast<std::int64_t>(time);
    } else if (tag.number == kPayloadField && tag.type == WireType::bytes) {
      good = wire.bytes(envelope.payload);
    } else {
      good = wire.skip(tag);
    }
    if (!good) return std::nullopt;
  }
  const bool named = !envelope.type.empty() && envelope.type.size() <= kLongestTypeName;
  return named && is_valid_utf8(envelope.type) ? std::optional(envelope) : std::nullopt;
}

}  // namespace cantrail::protobuf
