#include "encode/protobuf/test_types.hpp"

#include <bit>
#include <cmath>

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/timestamp.pb.h>
#include <rapidcheck.h>

#include "model/frame.hpp"

namespace cantrail::encode::protobuf::testing {
namespace {

namespace pb = google::protobuf;

class Complaints final : public pb::DescriptorPool::ErrorCollector, public pb::io::ErrorCollector {
 public:
  explicit Complaints(std::string& text) : text_(text) {}
  void AddError(const std::string& file, const std::string& element, const pb::Message* /*descriptor*/,
                ErrorLocation /*location*/, const std::string& message) override {
    text_ += file + ": " + element + ": " + message + "\n";
  }
  void AddError(int line, int /*column*/, const std::string& message) override {
    text_ += "line " + std::to_string(line + 1) + ": " + message + "\n";
  }

 private:
  std::string& text_;
};

}  // namespace

LoadedTypes::LoadedTypes(std::string_view descriptor_set) {
  pb::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size()))) error_ = "no set";
  Complaints complaints(error_);
  for (const auto& file : set.file()) last_ = pool_.BuildFileCollectingErrors(file, &complaints);
}

std::unique_ptr<pb::Message> LoadedTypes::parse(const std::string& full_name, std::string_view bytes) {
  std::unique_ptr<pb::Message> message(factory_.GetPrototype(type(full_name))->New());
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ? std::move(message) : nullptr;
}

Compiled compile(const std::string& proto_text, const std::string& file_name) {
  Compiled compiled;
  Complaints complaints(compiled.error);
  pb::io::ArrayInputStream input(proto_text.data(), static_cast<int>(proto_text.size()));
  pb::io::Tokenizer tokenizer(&input, &complaints);
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&complaints);
  pb::FileDescriptorProto parsed, timestamp;
  if (!parser.Parse(&tokenizer, &parsed)) return compiled;
  parsed.set_name(file_name);
  pb::Timestamp::descriptor()->file()->CopyTo(&timestamp);
  pb::DescriptorPool pool;
  pool.BuildFile(timestamp);
  const pb::FileDescriptor* file = pool.BuildFileCollectingErrors(parsed, &complaints);
  if (file != nullptr) file->CopyTo(&compiled.file);
  return compiled;
}

Catalog catalog_of(std::vector<RowSchema> schemas) {
  Catalog catalog;
  catalog.sources = {{"bus", "socketcan"}};
  catalog.channels = {{"can0", 0, {}}};
  for (RowSchema& schema : schemas) {
    catalog.streams.push_back({std::make_shared<RowSchema>(std::move(schema)), ChannelId{0}, 0});
  }
  return catalog;
}

std::string any_name() {
  return *rc::gen::oneOf(
      rc::gen::element<std::string>("Speed", "speed", "Sp_eed", "Speed 2", "Speed_2", "(Speed)", "", "_",
                                    "3rd", "_Speed", "X_Speed", "__Speed", "timestamp", "can_id", "Extended",
                                    "quality", "QualityEntry", "Gear", "Gear_Value", "Gear_Value_Gear_0",
                                    "Value", "message", "optional", "reserved", "google", "cantrail",
                                    "\xC3\x96l", "a\nb", "a*/b", "\\", "\"", "// x", std::string(300, 'n')),
      rc::gen::string<std::string>(),
      rc::gen::container<std::string>(rc::gen::element('a', 'A', '_', ' ', '1')));
}

namespace {

BitLayout any_layout() {
  BitLayout layout;
  layout.length_bits = *rc::gen::element(1U, 1U, 2U, 8U, 31U, 32U, 33U, 63U);
  layout.is_signed = *rc::gen::arbitrary<bool>();
  layout.factor = *rc::gen::element(1.0, 1.0, 1.0, 2.0, -3.0);
  layout.offset = *rc::gen::element(0.0, 0.0, 5.0, -40.0);
  return layout;
}

std::int64_t raw_of(const BitLayout& layout, std::uint64_t random) {
  const std::uint64_t bits = random & ((std::uint64_t{1} << layout.length_bits) - 1);
  const bool negative = layout.is_signed && (bits >> (layout.length_bits - 1)) != 0;
  return static_cast<std::int64_t>(negative ? bits | ~std::uint64_t{0} << layout.length_bits : bits);
}

// A word that the column can hold.
std::uint64_t any_word(const FieldSchema& field) {
  const auto random =
      *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange<std::uint64_t>(0, 9));
  if (field.type == FieldType::boolean) return random & 1;
  if (field.type == FieldType::f64) {
    return *rc::gen::element(random, std::bit_cast<std::uint64_t>(0.0), std::bit_cast<std::uint64_t>(-0.0),
                             std::bit_cast<std::uint64_t>(HUGE_VAL),
                             std::bit_cast<std::uint64_t>(std::nan("")));
  }
  if (!field.layout) return random;
  const BitLayout& layout = *field.layout;
  std::int64_t value = raw_of(layout, random);
  if (layout.length_bits < 60) {
    value = value * static_cast<std::int64_t>(layout.factor) + static_cast<std::int64_t>(layout.offset);
  }
  return static_cast<std::uint64_t>(value);
}

FieldSchema any_field() {
  FieldSchema field;
  field.name = any_name();
  field.type = *rc::gen::element(FieldType::f64, FieldType::i64, FieldType::i64, FieldType::u64,
                                 FieldType::boolean, FieldType::text, FieldType::blob);
  field.unit = any_name();
  field.comment = any_name();
  field.optional = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) field.minimum = -0.5;
  if (*rc::gen::arbitrary<bool>()) field.maximum = 500;
  if (field.type == FieldType::i64 && *rc::gen::arbitrary<bool>()) {
    field.layout = any_layout();
    // What would not fit the column has another type in a catalog.
    if (field.layout->length_bits >= 60) field.layout->factor = 1, field.layout->offset = 0;
  }
  if (holds_bytes(field.type)) return field;
  std::map<std::uint64_t, std::string> labels;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) labels[any_word(field)] = any_name();
  for (const auto& [word, text] : labels) field.labels.push_back({word, text});
  return field;
}

}  // namespace

RowSchema any_schema() {
  RowSchema schema;
  schema.name = any_name();
  schema.comment = any_name();
  schema.sender = any_name();
  if (*rc::gen::arbitrary<bool>()) schema.can_id = *rc::gen::element(0U, 0x1F2U, 0x18FEE000U | kIdExtended);
  if (*rc::gen::arbitrary<bool>()) schema.group = 0xFEE0;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) schema.fields.push_back(any_field());
  return schema;
}

std::vector<RowSchema> any_schemas() {
  std::vector<RowSchema> schemas;
  for (int i = *rc::gen::inRange(1, 6); i > 0; --i) schemas.push_back(any_schema());
  return schemas;
}

StreamBlock any_rows(StreamId stream, const RowSchema& schema) {
  StreamBlock block;
  const auto rows = *rc::gen::inRange<std::size_t>(1, 4);
  block.reset(stream, schema.fields.size(), rows, schema.can_id.has_value());
  for (std::size_t row = 0; row < rows; ++row) {
    block.time_ns()[row] =
        *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-3, 3));
    if (schema.can_id) block.frame()[row] = static_cast<std::uint32_t>(row);
  }
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const FieldSchema& field = schema.fields[i];
    for (std::size_t row = 0; row < rows; ++row) {
      if (holds_bytes(field.type)) {
        block.set_text(i, row, any_name());
      } else {
        block.u64(i)[row] = any_word(field);
      }
    }
    if (*rc::gen::arbitrary<bool>()) block.make_validity(i, true)[0] = *rc::gen::inRange(0U, 1U << rows);
  }
  return block;
}

}  // namespace cantrail::encode::protobuf::testing
