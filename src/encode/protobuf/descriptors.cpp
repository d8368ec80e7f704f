#include "encode/protobuf/descriptors.hpp"

#include <algorithm>
#include <cassert>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "encode/protobuf/wire.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
namespace {

namespace pb = google::protobuf;

// Puts comments where descriptor.proto wants them: beside the file's content, found by a path of field
// numbers and indexes.
class Comments {
 public:
  explicit Comments(pb::FileDescriptorProto& file) : file_(file) {}

  void add(std::initializer_list<int> path, const std::string& text) {
    if (text.empty()) return;
    pb::SourceCodeInfo::Location& location = *file_.mutable_source_code_info()->add_location();
    location.mutable_path()->Add(path.begin(), path.end());
    for (const int place : {line_++, 0, 0}) location.add_span(place);  // line, column, column behind the end
    location.set_leading_comments(text);
  }

 private:
  pb::FileDescriptorProto& file_;
  int line_ = 0;
};

constexpr int kMessages = pb::FileDescriptorProto::kMessageTypeFieldNumber;
constexpr int kFields = pb::DescriptorProto::kFieldFieldNumber;
constexpr int kEnums = pb::DescriptorProto::kEnumTypeFieldNumber;
constexpr int kValues = pb::EnumDescriptorProto::kValueFieldNumber;

pb::FieldDescriptorProto::Type wire_type(FieldKind kind) {
  using Field = pb::FieldDescriptorProto;
  switch (kind) {
    case FieldKind::f64:
      return Field::TYPE_DOUBLE;
    case FieldKind::boolean:
      return Field::TYPE_BOOL;
    case FieldKind::uint32:
      return Field::TYPE_UINT32;
    case FieldKind::uint64:
      return Field::TYPE_UINT64;
    case FieldKind::sint32:
      return Field::TYPE_SINT32;
    case FieldKind::sint64:
      return Field::TYPE_SINT64;
    case FieldKind::enumeration:
      return Field::TYPE_ENUM;
    case FieldKind::text:
      return Field::TYPE_STRING;
    case FieldKind::blob:
      break;
  }
  return Field::TYPE_BYTES;
}

pb::FieldDescriptorProto& add_field(pb::DescriptorProto& message, const std::string& name,
                                    std::uint32_t number, pb::FieldDescriptorProto::Type type) {
  pb::FieldDescriptorProto& field = *message.add_field();
  field.set_name(name);
  field.set_number(static_cast<int>(number));
  field.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(type);
  return field;
}

void add_enum(pb::DescriptorProto& message, int message_index, const EnumType& type, Comments& comments) {
  const int index = message.enum_type_size();
  pb::EnumDescriptorProto& made = *message.add_enum_type();
  made.set_name(type.name);
  for (const EnumValue& value : type.values) {
    comments.add({kMessages, message_index, kEnums, index, kValues, made.value_size()}, value.comment);
    pb::EnumValueDescriptorProto& made_value = *made.add_value();
    made_value.set_name(value.name);
    made_value.set_number(value.number);
  }
}

// map<string, string>, as protoc writes it down: a list of messages of two fields.
void add_quality(pb::DescriptorProto& message, const std::string& full_name) {
  using Field = pb::FieldDescriptorProto;
  Field& map = add_field(message, std::string(kQualityField), kQualityNumber, Field::TYPE_MESSAGE);
  map.set_label(Field::LABEL_REPEATED);
  map.set_type_name("." + full_name + "." + std::string(kQualityEntry));
  pb::DescriptorProto& entry = *message.add_nested_type();
  entry.set_name(std::string(kQualityEntry));
  entry.mutable_options()->set_map_entry(true);
  add_field(entry, "key", wire::kMapKey, Field::TYPE_STRING);
  add_field(entry, "value", wire::kMapValue, Field::TYPE_STRING);
}

void add_own_fields(pb::DescriptorProto& message, int message_index, const MessageType& type,
                    Comments& comments) {
  const auto add = [&](const char* name, std::uint32_t number, pb::FieldDescriptorProto::Type wire,
                       const char* comment) -> auto& {
    comments.add({kMessages, message_index, kFields, message.field_size()}, comment);
    return add_field(message, name, number, wire);
  };
  if (type.can_id) {
    if ((*type.can_id & kIdExtended) != 0) {
      add("extended", kExtendedNumber, pb::FieldDescriptorProto::TYPE_BOOL, "can_id has 29 bits");
    }
    add("can_id", kCanIdNumber, pb::FieldDescriptorProto::TYPE_UINT32, "of the frame");
  }
  add("timestamp", kTimestampNumber, pb::FieldDescriptorProto::TYPE_MESSAGE,
      type.can_id ? "when the frame was received" : "when it was so")
      .set_type_name(".google.protobuf.Timestamp");
}

void add_message(pb::FileDescriptorProto& file, const MessageType& type, Comments& comments) {
  const int index = file.message_type_size();
  comments.add({kMessages, index}, type.comment);
  pb::DescriptorProto& message = *file.add_message_type();
  message.set_name(type.name);
  for (const MessageField& field : type.fields) {
    comments.add({kMessages, index, kFields, message.field_size()}, field.comment);
    pb::FieldDescriptorProto& made = add_field(message, field.name, field.number, wire_type(field.kind));
    made.set_proto3_optional(true);
    made.set_oneof_index(message.oneof_decl_size());
    message.add_oneof_decl()->set_name(field.oneof);
    if (!field.values) continue;
    made.set_type_name("." + file.package() + "." + type.name + "." + field.values->name);
    add_enum(message, index, *field.values, comments);
  }
  if (type.tells_why()) {
    comments.add({kMessages, index, kFields, message.field_size()},
                 "why fields are absent, where it is not that they were not sent: not_available, error, "
                 "out_of_range, stale");
    add_quality(message, file.package() + "." + type.name);
  }
  add_own_fields(message, index, type, comments);
}

// The file of that name with these types, behind the one that it imports.
std::string make_set(const std::string& package, const std::string& file_name,
                     std::span<const MessageType> types) {
  pb::FileDescriptorSet set;
  if (!types.empty()) pb::Timestamp::descriptor()->file()->CopyTo(set.add_file());
  pb::FileDescriptorProto& file = *set.add_file();
  file.set_name(file_name);
  file.set_package(package);
  file.set_syntax("proto3");
  if (!types.empty()) file.add_dependency(set.file(0).name());
  Comments comments(file);
  for (const MessageType& type : types) add_message(file, type, comments);
  return set.SerializeAsString();
}

std::string file_stem(const StreamTypes& types) {
  std::string stem = types.package();
  std::replace(stem.begin(), stem.end(), '.', '/');
  return stem;
}

// Of a set that contradicts itself the first complaint is enough.
class FirstError final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const pb::Message* /*descriptor*/,
                ErrorLocation /*location*/, const std::string& message) override {
    if (text_.empty()) text_ = file + ": " + element + ": " + message;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string descriptor_set(const StreamTypes& types, std::size_t type) {
  assert(type < types.types().size());
  const MessageType& one = types.types()[type];
  return make_set(types.package(), file_stem(types) + "/" + one.name + ".proto", {&one, 1});
}

std::string descriptor_set(const StreamTypes& types) {
  return make_set(types.package(), file_stem(types) + ".proto", types.types());
}

Result<std::string> proto_text(std::string_view descriptor_set) {
  pb::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size())) ||
      set.file_size() == 0) {
    return Fault{FaultKind::corrupt, "these bytes are no protobuf descriptor set"};
  }
  pb::DescriptorPool pool;
  const pb::FileDescriptor* last = nullptr;
  FirstError error;
  for (const pb::FileDescriptorProto& file : set.file()) {
    last = pool.BuildFileCollectingErrors(file, &error);
    if (last == nullptr)
      return Fault{FaultKind::corrupt, "a descriptor set that contradicts itself: " + error.text()};
  }
  pb::DebugStringOptions options;
  options.include_comments = true;
  return last->DebugStringWithOptions(options);
}

}  // namespace cantrail::encode::protobuf
