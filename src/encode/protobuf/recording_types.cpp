#include "encode/protobuf/recording_types.hpp"

#include <cassert>

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/timestamp.pb.h>

namespace cantrail::encode::protobuf {

namespace pb = google::protobuf;

std::string recording_descriptor_set() {
  const std::string_view text = recording_proto();
  pb::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  pb::io::Tokenizer tokenizer(&input, nullptr);
  pb::FileDescriptorProto parsed, imported;
  [[maybe_unused]] const bool is_proto = pb::compiler::Parser().Parse(&tokenizer, &parsed);
  assert(is_proto);
  parsed.set_name("cantrail/recording.proto");
  pb::Timestamp::descriptor()->file()->CopyTo(&imported);
  // The parser leaves open what a type's name means; the pool finds it.
  pb::DescriptorPool pool;
  pool.BuildFile(imported);
  const pb::FileDescriptor* file = pool.BuildFile(parsed);
  assert(file != nullptr);
  pb::FileDescriptorSet set;
  *set.add_file() = imported;
  file->CopyTo(set.add_file());
  file->CopySourceCodeInfoTo(set.mutable_file(1));
  return set.SerializeAsString();
}

}  // namespace cantrail::encode::protobuf
