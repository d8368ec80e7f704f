// Hexadecimal and decimal text, eight or sixteen characters at a time, each character checked. For readers of
// text logs, where this is where the time goes. Loads may read up to 16 characters: the caller has them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cantrail {

inline constexpr std::uint8_t kNoHexDigit = 0xFF;

inline constexpr std::array<std::uint8_t, 256> kHexValue = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoHexDigit);
  for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) table['a' + i] = table['A' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}();

[[nodiscard]] inline std::uint8_t hex_value(char c) {
  return kHexValue[static_cast<unsigned char>(c)];
}

// The first character in the lowest byte, on every machine.
[[nodiscard]] inline std::uint64_t load_text8(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// The other way: the lowest byte first.
inline void store_text8(std::uint8_t* out, std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  std::memcpy(out, &word, sizeof word);
}

// 0x80 in the byte of each character that is no hexadecimal digit.
[[nodiscard]] constexpr std::uint64_t no_hex_mask(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  const std::uint64_t low = word & (0x7F * kEach);
  const std::uint64_t digit = low ^ (0x30 * kEach);                      // '0'…'9' → 0…9
  const std::uint64_t letter = (low | (0x20 * kEach)) ^ (0x60 * kEach);  // 'a'…'f', 'A'…'F' → 1…6
  const std::uint64_t is_digit = ~(digit + 0x76 * kEach);
  const std::uint64_t is_letter = (letter + 0x7F * kEach) & ~(letter + 0x79 * kEach);
  return ~((is_digit | is_letter) & ~word) & (0x80 * kEach);
}

// Eight hexadecimal digits as four bytes, the first in the lowest byte. Characters that are 0 give 0.
[[nodiscard]] constexpr std::uint32_t pack_hex8(std::uint64_t word) {
  const std::uint64_t nibbles = (word & 0x0F0F0F0F0F0F0F0FU) + 9 * ((word >> 6) & 0x0101010101010101U);
  std::uint64_t bytes = ((nibbles << 4) | (nibbles >> 8)) & 0x00FF00FF00FF00FFU;
  bytes = (bytes | (bytes >> 8)) & 0x0000FFFF0000FFFFU;
  return static_cast<std::uint32_t>(bytes | (bytes >> 16));
}

// Hexadecimal digits at the front of a text, at most 16, as bytes in memory order.
struct HexRun {
  std::uint64_t bytes = 0;  // the first pair of digits in the lowest byte; unused bytes are 0
  unsigned digits = 0;      // if odd, the last digit is not in `bytes`
};

[[nodiscard]] constexpr std::uint64_t keep_pairs(std::uint64_t bytes, unsigned digits) {
  return digits >= 16 ? bytes : bytes & ((std::uint64_t{1} << (digits / 2 * 8)) - 1);
}

[[nodiscard]] inline HexRun read_hex16_portable(const char* text) {
  const std::uint64_t first = load_text8(text), second = load_text8(text + 8);
  const unsigned in_first = static_cast<unsigned>(std::countr_zero(no_hex_mask(first))) / 8;
  const unsigned in_second =
      in_first == 8 ? static_cast<unsigned>(std::countr_zero(no_hex_mask(second))) / 8 : 0;
  const unsigned digits = in_first + in_second;
  const std::uint64_t bytes = pack_hex8(first) | static_cast<std::uint64_t>(pack_hex8(second)) << 32;
  return {keep_pairs(bytes, digits), digits};
}

#if defined(__SSE2__)
[[nodiscard]] inline HexRun read_hex16(const char* text) {
  const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i digit = _mm_sub_epi8(chars, _mm_set1_epi8('0'));
  const __m128i letter = _mm_sub_epi8(_mm_or_si128(chars, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
  const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
  const __m128i is_hex = _mm_or_si128(is_digit, is_letter);
  const auto valid = static_cast<std::uint32_t>(_mm_movemask_epi8(is_hex));
  const auto digits = static_cast<unsigned>(std::countr_one(valid));
  const __m128i nibbles = _mm_or_si128(_mm_and_si128(is_digit, digit),
                                       _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
  const __m128i pairs = _mm_and_si128(_mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)),
                                      _mm_set1_epi16(0xFF));
  const auto bytes = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs)));
  return {keep_pairs(bytes, digits), digits};
}
#else
[[nodiscard]] inline HexRun read_hex16(const char* text) {
  return read_hex16_portable(text);
}
#endif

// Whether all eight characters are decimal digits.
[[nodiscard]] constexpr bool all_decimal8(std::uint64_t word) {
  constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0U;
  return ((word & kHigh) | (((word + 0x0606060606060606U) & kHigh) >> 4)) == 0x3333333333333333U;
}

// Eight decimal digits as a number.
[[nodiscard]] constexpr std::uint32_t decimal8(std::uint64_t word) {
  word = (word & 0x0F0F0F0F0F0F0F0FU) * 10 + ((word >> 8) & 0x000F0F0F0F0F0F0FU);
  return static_cast<std::uint32_t>((((word & 0x000000FF000000FFU) * 0x000F424000000064U) +
                                     (((word >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
                                    32);
}

}  // namespace cantrail
