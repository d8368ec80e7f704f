// For tests: libprotobuf reading descriptor sets and messages, and schemas that nobody would write.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode::protobuf::testing {

// The types of a descriptor set, as a reader has them who was given nothing else.
class LoadedTypes {
 public:
  explicit LoadedTypes(std::string_view descriptor_set);

  // What libprotobuf complained about; "" where it takes the set.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const google::protobuf::FileDescriptor& file() const { return *last_; }
  [[nodiscard]] const google::protobuf::Descriptor* type(const std::string& full_name) const {
    return pool_.FindMessageTypeByName(full_name);
  }
  // nullptr: libprotobuf does not take the bytes.
  std::unique_ptr<google::protobuf::Message> parse(const std::string& full_name, std::string_view bytes);

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* last_ = nullptr;
  std::string error_;
};

// What protoc makes of a .proto: the descriptor without comments, or what it complains about.
struct Compiled {
  google::protobuf::FileDescriptorProto file;
  std::string error;
};
[[nodiscard]] Compiled compile(const std::string& proto_text, const std::string& file_name);

[[nodiscard]] Catalog catalog_of(std::vector<RowSchema> schemas);

// From rapidcheck: names of any bytes, often alike; all types; layouts of any width; labels.
[[nodiscard]] std::string any_name();
[[nodiscard]] RowSchema any_schema();
[[nodiscard]] std::vector<RowSchema> any_schemas();  // at least one
// Rows that the schema's bits can give, each field absent at times.
[[nodiscard]] StreamBlock any_rows(StreamId stream, const RowSchema& schema);

}  // namespace cantrail::encode::protobuf::testing
