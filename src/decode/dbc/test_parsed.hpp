// A DBC from a text, for tests.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "decode/dbc/parser.hpp"

namespace cantrail::dbc::testing {

// Of a file named x.dbc.
inline Parsed parsed(const std::string& text) {
  auto result = parse(text, "x.dbc");
  EXPECT_TRUE(result.ok());
  return result ? std::move(*result) : Parsed{};
}

}  // namespace cantrail::dbc::testing
