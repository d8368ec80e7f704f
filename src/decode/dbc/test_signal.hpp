// Signals in one line, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "decode/dbc/database.hpp"

namespace cantrail::dbc::testing {

inline Signal signal(std::string name, std::uint32_t start, std::uint32_t length) {
  Signal result;
  result.name = std::move(name);
  result.start_bit = start;
  result.length_bits = length;
  return result;
}

}  // namespace cantrail::dbc::testing
