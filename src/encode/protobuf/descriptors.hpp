// Descriptor sets: what a reader who knows nothing of cantrail needs to read its messages. A set is a
// serialised google.protobuf.FileDescriptorSet (descriptor.proto) with everything that it imports, imports
// first. Equal types give equal bytes. Comments are carried (source_code_info).
#pragma once

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "encode/protobuf/stream_types.hpp"

namespace cantrail::encode::protobuf {

// One type alone, in a file of its own: for the schema of an MCAP channel or of a viewer.
[[nodiscard]] std::string descriptor_set(const StreamTypes& types, std::size_t type);
// All types in one file.
[[nodiscard]] std::string descriptor_set(const StreamTypes& types);

// The last file of a set as .proto text, comments included, that protoc compiles to the same types. Fault
// `corrupt`: the bytes are no descriptor set, or one that contradicts itself.
[[nodiscard]] Result<std::string> proto_text(std::string_view descriptor_set);

}  // namespace cantrail::encode::protobuf
