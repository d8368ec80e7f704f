// Small text work that several folders need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace cantrail {

// Glob: `*` any run, `?` one character, nothing else special. Case counts.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// The candidate nearest to `word` by edit distance (a transposition counts 1), if near enough to be a slip of
// the finger (at most a third of the word's length, at least 1). For "did you mean".
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

// "64MiB", "8GB", "512" → bytes. KB/MB/GB/TB are powers of 1000, KiB/MiB/GiB/TiB of 1024; "B" or nothing is
// bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
// True for what would be a size if it were not past 9.2e18 bytes, which parse_bytes() refuses.
[[nodiscard]] bool is_too_many_bytes(std::string_view text);
// "64 MiB", "1.5 GB": the shortest that reads well.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

// "10s", "500ms", "1h30m", "30d", "1.5s"; units ns us ms s m h d w. A bare number is refused: units are
// required.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// True for what would be a time if it were not longer than 292 years, which parse_duration() refuses.
[[nodiscard]] bool is_too_long_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration duration);

// Thousands separated by commas: 41208 → "41,208".
[[nodiscard]] std::string format_count(std::uint64_t count);

// With its noun, whose plural takes an s, or es: "1 frame", "41,208 frames".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

// Bytes of the UTF-8 character at the front; 0 if there is none (overlong forms and surrogates are none).
[[nodiscard]] std::size_t utf8_length(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text);
// CP1252 to UTF-8; the five undefined bytes become U+FFFD.
[[nodiscard]] std::string cp1252_to_utf8(std::string_view text);
// Valid UTF-8 as it is; anything else is taken for CP1252.
[[nodiscard]] std::string as_utf8(const std::string& text);

// Quotes for a message: control characters and broken UTF-8 become \xNN, at most `limit` bytes, then "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);  // spaces, tabs, CR, LF

[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes, bool upper = false);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

}  // namespace cantrail
