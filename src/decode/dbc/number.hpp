// Numbers as DBC files write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cantrail::dbc {

struct Number {
  double value = 0;                      // beyond a double's range: ±infinity, or 0
  std::optional<std::int64_t> integer;   // set where the value is an integer ("2", "4.0", "1E3") that fits
  std::optional<std::uint64_t> natural;  // the same, 0 … 2^64-1
  bool bare_point = false;               // ".25" or "1."
};

// How many characters at the front of `text` are a number: [+-] digits [. digits] [E [+-] digits], with
// digits missing on one side of the point at most; also "inf", "nan" and Microsoft's "1.#INF" in any case. 0
// if none.
[[nodiscard]] std::size_t number_length(std::string_view text);

// `text` is what number_length() measured. Independent of the locale.
[[nodiscard]] Number to_number(std::string_view text);

}  // namespace cantrail::dbc
