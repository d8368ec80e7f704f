// The bytes of MCAP, version 0: https://mcap.dev/spec. Everything is little endian; a record is an opcode,
// the length of its content (u64), its content. Times are unsigned nanoseconds, by convention since 1970.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace cantrail::mcap {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

// At the very beginning and the very end of a file.
inline constexpr std::array<std::uint8_t, 8> kMagic{0x89, 'M', 'C', 'A', 'P', '0', '\r', '\n'};

enum class Opcode : std::uint8_t {
  header = 0x01,
  footer = 0x02,
  schema = 0x03,
  channel = 0x04,
  message = 0x05,
  chunk = 0x06,
  message_index = 0x07,
  chunk_index = 0x08,
  attachment = 0x09,
  attachment_index = 0x0A,
  statistics = 0x0B,
  metadata = 0x0C,
  metadata_index = 0x0D,
  summary_offset = 0x0E,
  data_end = 0x0F,
  // 0x10–0x7F are reserved, 0x80–0xFF private; 0 is none.
};
inline constexpr std::uint8_t kLastKnownOpcode = 0x0F;
inline constexpr std::uint8_t kFirstPrivateOpcode = 0x80;

inline constexpr std::size_t kPrefixBytes = 9;          // opcode and length, before each content
inline constexpr std::size_t kMessageHeaderBytes = 22;  // channel u16, sequence u32, log and publish time u64
inline constexpr std::size_t kMessageOverheadBytes = kPrefixBytes + kMessageHeaderBytes;
inline constexpr std::size_t kIndexEntryBytes = 16;  // of a message index: log time u64, offset u64
inline constexpr std::size_t kIndexHeaderBytes = 6;  // of a message index: channel u16, bytes of entries u32
inline constexpr std::size_t kChunkFixedBytes = 40;  // of a chunk, without the name of its compression
inline constexpr std::size_t kFooterBytes = 20;
inline constexpr std::size_t kDataEndBytes = 4;
// What follows the summary: the footer and the magic bytes.
inline constexpr std::size_t kEndingBytes = kPrefixBytes + kFooterBytes + kMagic.size();

template <class T>
[[nodiscard]] T load(const std::byte* from) {
  static_assert(std::is_unsigned_v<T>);
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void store(std::byte* to, T value) {
  static_assert(std::is_unsigned_v<T>);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace cantrail::mcap
