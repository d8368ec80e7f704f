// From protobuf's descriptors to shapes.
#pragma once

#include "base/status.hpp"
#include "sources/protobuf/shape.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace cantrail::protobuf {

// Fault `config`: a type that cannot be decoded here (message_set_wire_format), or made of more than 10,000
// types.
[[nodiscard]] Result<Shapes> read_shapes(const google::protobuf::Descriptor& type);

}  // namespace cantrail::protobuf
