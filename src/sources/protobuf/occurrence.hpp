// A value of a field as it stands on the wire, for what is put together only when the whole message is known.
#pragma once

#include <cstdint>

#include "sources/protobuf/shape.hpp"

namespace cantrail::protobuf {

struct Occurrence {
  std::uint64_t number = 0;  // of numbers, as the wire has them
  ByteSpan bytes;            // of texts, bytes, messages; of packed numbers all of them
  bool packed = false;
};

// Reads the value behind a tag. A tag whose wire type does not fit the field is one that nobody wants: then
// `out` is nothing and the value is skipped.
enum class Reading : std::uint8_t { value, unwanted, malformed };
[[nodiscard]] Reading read_occurrence(WireReader& wire, Tag tag, const FieldShape& field, Occurrence& out);

// What a number on the wire says, in the 64 bits of a column: a double, an int64, a uint64, 0 or 1.
[[nodiscard]] std::uint64_t column_word(Kind kind, std::uint64_t wire_number);

}  // namespace cantrail::protobuf
