// Comments of a .proto: first what the DBC says in its own words, then one "key: value" a line, for people
// and for programs that read descriptors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/schema.hpp"

namespace cantrail::encode::protobuf {

// Keys: `name` (where protobuf does not take it as it is), `unit`, `range` ("0 to 500") or `minimum` or
// `maximum`, and for labels that are no enum one `value 3` each. Lines are valid UTF-8 without control
// characters.
[[nodiscard]] std::string field_comment(const FieldSchema& field, std::string_view name, bool with_labels);
// Keys: `name`, `id` ("0x1F2", of 29 bits "0x18FEE000 extended"), `length` in bytes, `cycle` in ms, `sender`,
// and the stream's own labels.
[[nodiscard]] std::string message_comment(const RowSchema& schema, std::string_view name);
// The label, where the value's name does not hold all of it.
[[nodiscard]] std::string label_comment(std::string_view label, std::string_view value_name);

}  // namespace cantrail::encode::protobuf
