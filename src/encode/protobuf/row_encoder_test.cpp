#include "encode/protobuf/row_encoder.hpp"

#include <bit>
#include <cmath>
#include <map>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"
#include "encode/protobuf/descriptors.hpp"
#include "encode/protobuf/test_types.hpp"
#include "encode/sample_catalog.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
namespace {

using testing::LoadedTypes;
namespace pb = google::protobuf;

// What the rest of cantrail writes for broken text.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = utf8_length(text);
    out += bytes != 0 ? text.substr(0, bytes) : "\xEF\xBF\xBD";
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

// The field that libprotobuf read holds what the block holds.
void require_same_value(const pb::Message& message, const pb::FieldDescriptor* field,
                        const StreamBlock& block, std::size_t column, std::size_t row) {
  const pb::Reflection& read = *message.GetReflection();
  const std::uint64_t word = block.word(column, row);
  switch (field->type()) {
    case pb::FieldDescriptor::TYPE_DOUBLE:
      RC_ASSERT(std::bit_cast<std::uint64_t>(read.GetDouble(message, field)) == word);
      return;
    case pb::FieldDescriptor::TYPE_BOOL:
      RC_ASSERT(read.GetBool(message, field) == (word == 1));
      return;
    case pb::FieldDescriptor::TYPE_UINT32:
      RC_ASSERT(read.GetUInt32(message, field) == word);
      return;
    case pb::FieldDescriptor::TYPE_UINT64:
      RC_ASSERT(read.GetUInt64(message, field) == word);
      return;
    case pb::FieldDescriptor::TYPE_SINT32:
      RC_ASSERT(static_cast<std::uint64_t>(std::int64_t{read.GetInt32(message, field)}) == word);
      return;
    case pb::FieldDescriptor::TYPE_SINT64:
      RC_ASSERT(static_cast<std::uint64_t>(read.GetInt64(message, field)) == word);
      return;
    case pb::FieldDescriptor::TYPE_ENUM:
      RC_ASSERT(static_cast<std::uint64_t>(std::int64_t{read.GetEnumValue(message, field)}) == word);
      return;
    case pb::FieldDescriptor::TYPE_STRING:
      RC_ASSERT(read.GetString(message, field) == repaired(block.text(column, row)));
      return;
    case pb::FieldDescriptor::TYPE_BYTES:
      RC_ASSERT(read.GetString(message, field) == block.text(column, row));
      return;
    default:
      RC_FAIL("a type that no signal has");
  }
}

// A value of a source that no enum can have: the one thing that is left out.
bool is_left_out(const pb::FieldDescriptor* field, FieldType type, std::uint64_t word) {
  if (field->type() != pb::FieldDescriptor::TYPE_ENUM) return false;
  return type == FieldType::i64 ? !std::in_range<std::int32_t>(static_cast<std::int64_t>(word))
                                : !std::in_range<std::int32_t>(word);
}

// What the map says is what the block says, of those that can say it.
void require_same_reasons(const pb::Message& message, const RowSchema& schema, const StreamBlock& block,
                          std::size_t row) {
  const pb::Descriptor& type = *message.GetDescriptor();
  std::map<std::string, std::string> expected, told;
  for (std::size_t column = 0; column < schema.fields.size(); ++column) {
    const bool can = schema.fields[column].optional && (!schema.can_id || schema.group);
    if (!can || block.valid(column, row) || block.quality(column, row) == Quality::inactive) continue;
    expected[type.FindFieldByNumber(static_cast<int>(field_number(column)))->name()] =
        to_string(block.quality(column, row));
  }
  const pb::FieldDescriptor* map = type.FindFieldByNumber(kQualityNumber);
  if (map != nullptr) {
    const pb::Reflection& read = *message.GetReflection();
    for (int i = 0; i < read.FieldSize(message, map); ++i) {
      const pb::Message& entry = read.GetRepeatedMessage(message, map, i);
      const pb::Descriptor& pair = *entry.GetDescriptor();
      told[entry.GetReflection()->GetString(entry, pair.map_key())] =
          entry.GetReflection()->GetString(entry, pair.map_value());
    }
  }
  RC_ASSERT(told == expected);
}

// Equal maps give equal bytes.
std::string serialized(const pb::Message& message) {
  std::string out;
  {
    pb::io::StringOutputStream stream(&out);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    RC_ASSERT(message.SerializeToCodedStream(&coded));
  }
  return out;
}

void require_same_row(const pb::Message& message, const RowSchema& schema, const StreamBlock& block,
                      std::size_t row) {
  const pb::Descriptor& type = *message.GetDescriptor();
  const pb::Reflection& read = *message.GetReflection();
  for (std::size_t column = 0; column < schema.fields.size(); ++column) {
    const pb::FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(field_number(column)));
    const bool there =
        block.valid(column, row) && !is_left_out(field, schema.fields[column].type, block.word(column, row));
    RC_ASSERT(read.HasField(message, field) == there);
    if (there) require_same_value(message, field, block, column, row);
  }
  require_same_reasons(message, schema, block, row);
  const pb::FieldDescriptor* id = type.FindFieldByName("can_id");
  const pb::FieldDescriptor* extended = type.FindFieldByName("extended");
  RC_ASSERT((id != nullptr) == schema.can_id.has_value());
  if (id != nullptr) RC_ASSERT(read.GetUInt32(message, id) == (*schema.can_id & kIdExtendedMask));
  if (extended != nullptr) RC_ASSERT(read.GetBool(message, extended));
  pb::Timestamp time;
  const pb::FieldDescriptor* timestamp = type.FindFieldByName("timestamp");
  RC_ASSERT(read.HasField(message, timestamp));
  RC_ASSERT(time.ParseFromString(read.GetMessage(message, timestamp).SerializeAsString()));
  RC_ASSERT(time.nanos() >= 0 && time.nanos() < 1'000'000'000);
  const auto ns =
      static_cast<std::uint64_t>(time.seconds()) * 1'000'000'000U + static_cast<std::uint64_t>(time.nanos());
  RC_ASSERT(static_cast<std::int64_t>(ns) == block.time_ns()[row]);
}

RC_GTEST_PROP(RowEncoder, IsReadByLibprotobufAndWritesItsBytes, ()) {
  const auto schemas = testing::any_schemas();
  const StreamTypes types(testing::catalog_of(schemas));
  LoadedTypes loaded(descriptor_set(types));
  const RowEncoder encoder(types);
  std::string out;
  for (StreamId stream = 0; stream < schemas.size(); ++stream) {
    const StreamBlock block = testing::any_rows(stream, schemas[stream]);
    for (std::size_t row = 0; row < block.rows(); ++row) {
      const std::size_t before = out.size();
      encoder.append(out, block, row);
      const std::string bytes = out.substr(before);
      const auto message = loaded.parse(types.full_name(types.type_of()[stream]), bytes);
      RC_ASSERT(static_cast<bool>(message));
      RC_ASSERT(message->GetReflection()->GetUnknownFields(*message).empty());
      require_same_row(*message, schemas[stream], block, row);
      RC_ASSERT(serialized(*message) == bytes);
    }
  }
}

TEST(RowEncoder, TellsTheIdentifierOfTheFrame) {
  Catalog catalog = sample_catalog();
  const StreamTypes types(catalog);
  LoadedTypes loaded(descriptor_set(types));
  const RowEncoder encoder(types);
  std::string schemas_id, frames_id;
  encoder.append(schemas_id, hostile_rows(), 0);
  encoder.append(frames_id, hostile_rows(), 0, 0x18FEE001 | kIdExtended);
  const auto id_of = [&](const std::string& bytes) {
    const auto message = loaded.parse(types.full_name(1), bytes);
    return message->GetReflection()->GetUInt32(*message, message->GetDescriptor()->FindFieldByName("can_id"));
  };
  EXPECT_EQ(id_of(schemas_id), 0x18FEE000U);
  EXPECT_EQ(id_of(frames_id), 0x18FEE001U);
}

// A named signal of that word, in a row without validity or with.
std::string signal_row(const StreamTypes& types, std::optional<Quality> why) {
  StreamBlock block;
  block.reset(0, 1, 1, false);
  block.time_ns()[0] = 1;
  block.f64(0)[0] = 3.5;
  if (why) block.set_absent(0, 0, *why);
  std::string out;
  RowEncoder(types).append(out, block, 0);
  return out;
}

TEST(RowEncoder, SaysWhyAValueIsAbsentAndOnlyThen) {
  RowSchema schema;
  schema.name = "vpd";
  schema.fields = {make_field("value", FieldType::f64, "kPa")};
  const StreamTypes silent(testing::catalog_of({schema}));
  schema.fields[0].optional = true;
  const StreamTypes types(testing::catalog_of({schema}));
  EXPECT_EQ(signal_row(types, {}), signal_row(silent, {}));  // no byte for what is not said
  EXPECT_EQ(signal_row(types, Quality::inactive), signal_row(silent, Quality::inactive));
  const std::string stale = signal_row(types, Quality::stale);
  EXPECT_EQ(stale.substr(0, 17), "\xE2\x7F\x0E\x0A\x05value\x12\x05stale");
  EXPECT_EQ(stale.substr(17), signal_row(silent, Quality::inactive));
}

TEST(RowEncoder, WritesValuesOutsideOfTheTableAsNumbers) {
  const StreamTypes types(sample_catalog());
  LoadedTypes loaded(descriptor_set(types));
  StreamBlock block = battery_rows();
  block.i64(1)[0] = 77;
  std::string out;
  RowEncoder(types).append(out, block, 0);
  const auto message = loaded.parse(types.full_name(0), out);
  EXPECT_EQ(
      message->GetReflection()->GetEnumValue(*message, message->GetDescriptor()->FindFieldByName("Gear")),
      77);
}

TEST(RowEncoder, WritesWideMessagesInTheOrderOfTheirNumbers) {
  RowSchema schema;
  schema.name = "Wide";
  schema.can_id = 5 | kIdExtended;
  schema.fields.assign(21'000, make_field("n", FieldType::u64));
  const StreamTypes types(testing::catalog_of({schema}));
  StreamBlock block;
  block.reset(0, schema.fields.size(), 1, true);
  block.time_ns()[0] = 1;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) block.u64(i)[0] = i;
  std::string out;
  RowEncoder(types).append(out, block, 0);
  LoadedTypes loaded(descriptor_set(types));
  ASSERT_EQ(loaded.error(), "");
  const auto message = loaded.parse(types.full_name(0), out);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->SerializeAsString(), out);
  const auto* last = message->GetDescriptor()->FindFieldByNumber(22'008);
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(message->GetReflection()->GetUInt64(*message, last), 20'999U);
}

}  // namespace
}  // namespace cantrail::encode::protobuf
