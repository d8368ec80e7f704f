// The wire format of protobuf (https://protobuf.dev/programming-guides/encoding), written to memory that is
// known to suffice: each function writes at `at` and returns the place behind. Little-endian machines only,
// as all are that cantrail runs on.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/time.hpp"

namespace cantrail::encode::protobuf::wire {

static_assert(std::endian::native == std::endian::little);

enum class Type : std::uint8_t { varint = 0, fixed64 = 1, length = 2, group = 3, end_group = 4, fixed32 = 5 };

inline constexpr std::size_t kMostVarintBytes = 10;
inline constexpr std::size_t kMostTagBytes = 5;

inline constexpr std::uint32_t kMapKey = 1, kMapValue = 2;  // fields of an entry of a map

[[nodiscard]] constexpr std::uint32_t tag(std::uint32_t number, Type type) {
  return number << 3 | static_cast<std::uint32_t>(type);
}

[[nodiscard]] constexpr std::size_t varint_bytes(std::uint64_t value) {
  return (static_cast<unsigned>(std::bit_width(value | 1)) * 9 + 64) /
         64;  // a seventh of the bits, rounded up
}

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

// Writes eight bytes where fewer are needed: the place must have kMostVarintBytes.
inline char* put_varint(char* at, std::uint64_t value) {
  if (value < 0x80) {
    *at = static_cast<char>(value);
    return at + 1;
  }
  constexpr std::uint64_t kTooLong = std::uint64_t{1} << 56;
  if (value >= kTooLong) {
    do {
      *at++ = static_cast<char>(value | 0x80);
      value >>= 7;
    } while (value >= 0x80);
    *at++ = static_cast<char>(value);
    return at;
  }
  // Without branches, because lengths change from value to value: eight groups of seven bits move apart, by
  // halves.
  std::uint64_t bytes = (value & 0xFFFFFFF) | (value & 0xFFFFFFF0000000) << 4;
  bytes = (bytes & 0x00003FFF00003FFF) | (bytes & 0x0FFFC0000FFFC000) << 2;
  bytes = (bytes & 0x007F007F007F007F) | (bytes & 0x3F803F803F803F80) << 1;
  const std::size_t count = varint_bytes(value);
  bytes |= 0x8080808080808080 & ((std::uint64_t{1} << (8 * (count - 1))) - 1);
  std::memcpy(at, &bytes, sizeof bytes);
  return at + count;
}

inline char* put_double(char* at, std::uint64_t bits) {
  std::memcpy(at, &bits, sizeof bits);
  return at + sizeof bits;
}

inline char* put_bytes(char* at, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

// Behind the tag of a field: length and content.
inline char* put_blob(char* at, std::string_view bytes) {
  return put_bytes(put_varint(at, bytes.size()), bytes);
}
// The same of a string, which must be UTF-8: each byte that is none becomes U+FFFD.
char* put_text(char* at, std::string_view text);
[[nodiscard]] constexpr std::size_t most_text_bytes(std::string_view text) {
  return kMostVarintBytes + text.size() * 3;
}

// A field that is not optional: nothing where the value is what an absent field reads as.
inline char* put_field(char* at, std::uint32_t number, std::uint64_t value) {
  if (value == 0) return at;
  return put_varint(put_varint(at, tag(number, Type::varint)), value);
}

// Seconds and nanoseconds of google.protobuf.Timestamp with their length; nanoseconds are never negative.
inline constexpr std::size_t kMostTimestampBytes = 1 + 2 * (1 + kMostVarintBytes);
inline char* put_timestamp(char* at, WallTime time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t seconds = time.ns / kSecond, nanos = time.ns % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  char* const length = at++;
  at = put_field(at, 1, static_cast<std::uint64_t>(seconds));
  at = put_field(at, 2, static_cast<std::uint64_t>(nanos));
  *length = static_cast<char>(at - length - 1);
  return at;
}

}  // namespace cantrail::encode::protobuf::wire
