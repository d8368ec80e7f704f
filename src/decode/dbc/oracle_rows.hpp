// For tests: reads what an independent implementation (cantools) made of frames, one JSON object a line in a
// gzip file. Numbers are kept as text, so that comparing them is exact.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cantrail::dbc::testing {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct OracleRow {
  std::uint32_t id = 0;
  bool extended = false;
  std::string message;
  std::vector<std::uint8_t> data;
  NamedTexts raw, physical;  // numbers as written; NaN and infinities as nan, inf, -inf
  std::string error;         // the implementation refused the frame
};

// Throws std::runtime_error where the file is not what the format says.
[[nodiscard]] std::vector<OracleRow> read_oracle_rows(const std::string& path);

}  // namespace cantrail::dbc::testing
