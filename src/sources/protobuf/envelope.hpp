// cantrail.Envelope (envelope.proto), read off the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

inline constexpr std::size_t kLongestTypeName = 512;

struct Envelope {
  std::string_view type;  // in the message, as are the bytes
  std::optional<std::int64_t> time_ns;
  ByteSpan payload;
};

// nullopt: it is none, or names no type.
[[nodiscard]] std::optional<Envelope> read_envelope(ByteSpan message);

}  // namespace cantrail::protobuf
