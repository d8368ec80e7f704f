// Numbers as text: the shortest that reads back to the same value, independent of the locale, without
// allocating beyond the string's growth.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode {

void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);
// Always with '.' or an exponent ("360.0", "1e+22"), so that a reader sees that it is no integer. Not finite:
// "nan", "inf", "-inf".
void append_double(std::string& out, double value);
// Seconds with nine decimals, exact: "1700000000.123456789".
void append_seconds(std::string& out, WallTime time);

// A number or boolean of a column, by its type. False, and nothing appended, for text and blobs, which each
// format quotes in its own way.
bool append_scalar(std::string& out, const StreamBlock& block, std::size_t field, std::size_t row,
                   FieldType type);

}  // namespace cantrail::encode
