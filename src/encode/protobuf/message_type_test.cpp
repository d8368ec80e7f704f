#include "encode/protobuf/message_type.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "encode/protobuf/stream_types.hpp"
#include "encode/protobuf/test_types.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
namespace {

FieldSchema integer(std::uint32_t bits, bool is_signed = false, double factor = 1, double offset = 0) {
  FieldSchema field;
  field.name = "Signal";
  field.type = FieldType::i64;
  field.layout = BitLayout{};
  field.layout->length_bits = bits;
  field.layout->is_signed = is_signed;
  field.layout->factor = factor;
  field.layout->offset = offset;
  return field;
}

FieldSchema labelled(FieldSchema field, std::vector<Label> labels) {
  field.labels = std::move(labels);
  return field;
}

FieldSchema column(FieldType type) {
  FieldSchema field;
  field.name = "Signal";
  field.type = type;
  return field;
}

MessageType type_of(std::vector<FieldSchema> fields) {
  RowSchema schema;
  schema.name = "Battery";
  schema.fields = std::move(fields);
  return make_message_type(schema, schema.name);
}

FieldKind kind_of(const FieldSchema& field) {
  return type_of({field}).fields[0].kind;
}

std::uint64_t word(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

TEST(MessageType, HasIntegersAsNarrowAsAllTheirValues) {
  EXPECT_EQ(kind_of(integer(32)), FieldKind::uint32);
  EXPECT_EQ(kind_of(integer(33)), FieldKind::uint64);
  EXPECT_EQ(kind_of(integer(32, true)), FieldKind::sint32);
  EXPECT_EQ(kind_of(integer(33, true)), FieldKind::sint64);
  EXPECT_EQ(kind_of(integer(8, false, 1, -40)), FieldKind::sint32);
  EXPECT_EQ(kind_of(integer(31, true, 1, 1 << 30)), FieldKind::uint32);
  EXPECT_EQ(kind_of(integer(31, false, 2)), FieldKind::uint32);
  EXPECT_EQ(kind_of(integer(32, false, 2)), FieldKind::uint64);
  EXPECT_EQ(kind_of(integer(32, false, -1)), FieldKind::sint64);
  EXPECT_EQ(kind_of(column(FieldType::i64)), FieldKind::sint64);  // of a source: no width declared
  EXPECT_EQ(kind_of(column(FieldType::u64)), FieldKind::uint64);
}

TEST(MessageType, HasOneBitAsBool) {
  EXPECT_EQ(kind_of(integer(1)), FieldKind::boolean);
  EXPECT_EQ(kind_of(column(FieldType::boolean)), FieldKind::boolean);
  EXPECT_EQ(kind_of(integer(1, true)), FieldKind::sint32);  // 0 and -1
  EXPECT_EQ(kind_of(integer(1, false, 2)), FieldKind::uint32);
  EXPECT_EQ(kind_of(labelled(integer(1), {{0, "Off"}, {1, "On"}})), FieldKind::enumeration);
}

TEST(MessageType, HasDoublesTextAndBlobs) {
  EXPECT_EQ(kind_of(column(FieldType::f64)), FieldKind::f64);
  EXPECT_EQ(kind_of(column(FieldType::text)), FieldKind::text);
  EXPECT_EQ(kind_of(column(FieldType::blob)), FieldKind::blob);
  EXPECT_EQ(kind_of(labelled(column(FieldType::f64), {{0, "Zero"}})), FieldKind::f64);
}

TEST(MessageType, HasEnumsOnlyWhereEveryValueFits) {
  EXPECT_EQ(kind_of(labelled(integer(4), {{3, "Drive"}})), FieldKind::enumeration);
  EXPECT_EQ(kind_of(labelled(integer(32, true), {{word(-1), "Error"}})), FieldKind::enumeration);
  EXPECT_EQ(kind_of(labelled(integer(32), {{3, "Drive"}})), FieldKind::uint32);  // 2^31 and up would not
  EXPECT_EQ(kind_of(labelled(integer(4, false, 2), {{6, "Drive"}})), FieldKind::uint32);  // scaled
  EXPECT_EQ(kind_of(labelled(column(FieldType::u64), {{3, "Drive"}})), FieldKind::enumeration);
  EXPECT_EQ(kind_of(labelled(column(FieldType::u64), {{word(-1), "Error"}})), FieldKind::uint64);
  EXPECT_EQ(kind_of(labelled(column(FieldType::i64), {{word(-1), "Error"}})), FieldKind::enumeration);
  EXPECT_EQ(kind_of(labelled(column(FieldType::boolean), {{1, "open"}})), FieldKind::enumeration);
}

std::string values_of(const FieldSchema& field) {
  const MessageType type = type_of({field});
  std::string text = type.fields[0].values->name + ":";
  for (const EnumValue& value : type.fields[0].values->values) {
    text += " " + value.name + "=" + std::to_string(value.number);
    if (!value.comment.empty()) text += "(" + value.comment + ")";
  }
  return text;
}

TEST(MessageType, PutsZeroFirstAndAddsItWhereTheTableHasNone) {
  EXPECT_EQ(values_of(labelled(integer(8, true), {{0, "Off"}, {1, "On"}, {word(-1), "Error"}})),
            "Signal_Value: Signal_Off=0 Signal_Error=-1 Signal_On=1");
  EXPECT_EQ(values_of(labelled(integer(8), {{3, "Drive"}})),
            "Signal_Value: Signal_0=0(not in the value table) Signal_Drive=3");
}

TEST(MessageType, MakesLabelsLegalAndDifferent) {
  EXPECT_EQ(values_of(labelled(integer(8, true), {{0, "not used"},
                                                  {1, "Not_Used"},
                                                  {2, "90\xC2\xB0 left"},
                                                  {3, ""},
                                                  {4, "not used"},
                                                  {word(-2), "?"}})),
            "Signal_Value: Signal_not_used=0(not used) Signal_minus_2=-2(?) Signal_Not_Used_1=1(Not_Used) "
            "Signal_90__left=2(90\xC2\xB0 left) Signal_3=3 Signal_not_used_4=4(not used)");
}

TEST(MessageType, NumbersSignalsInTheirOrder) {
  const MessageType type = type_of(std::vector<FieldSchema>(30'000, integer(8)));
  EXPECT_EQ(type.fields[0].number, 1U);
  EXPECT_EQ(type.fields[1].number, 2U);
  EXPECT_EQ(type.fields[2038].number, 2039U);
  EXPECT_EQ(type.fields[2039].number, 2048U);  // 2040 to 2047 are for what is no signal
  EXPECT_EQ(type.fields[18'990].number, 18'999U);
  EXPECT_EQ(type.fields[18'991].number, 20'000U);  // 19000 to 19999 are protobuf's own
  EXPECT_EQ(type.fields[1].name, "Signal_2");
}

TEST(MessageType, LeavesItsOwnFieldsTheirNames) {
  FieldSchema time = integer(8);
  time.name = "TimeStamp";
  EXPECT_EQ(type_of({time}).fields[0].name, "TimeStamp_2");
  EXPECT_EQ(type_of({time}).fields[0].comment, "name: TimeStamp");
}

TEST(MessageType, TellsUnitRangeLabelsAndOriginalNames) {
  FieldSchema field = labelled(integer(8, false, 2), {{4, "two\nlines"}});
  field.name = "Pack Voltage (V)";
  field.unit = "V";
  field.minimum = 0;
  field.maximum = 510.5;
  field.comment = "Of the whole pack,\r\n  measured at \x1b[2J the contactor\n\n";
  EXPECT_EQ(
      type_of({field}).fields[0].comment,
      "Of the whole pack,\nmeasured at \\x1B[2J the contactor\nname: Pack Voltage (V)\nunit: V\nrange: 0 to "
      "510.5\nvalue 4: two\\x0Alines");
  field = labelled(column(FieldType::f64), {{std::bit_cast<std::uint64_t>(-0.5), "low"}});
  field.minimum = -1;
  EXPECT_EQ(type_of({field}).fields[0].comment, "minimum: -1\nvalue -0.5: low");
}

TEST(MessageType, TellsOfTheMessage) {
  RowSchema schema;
  schema.name = "Engine Data";
  schema.comment = "Of the engine";
  schema.can_id = 0x18FEE000 | kIdExtended;
  schema.length_bytes = 8;
  schema.cycle_ms = 100;
  schema.sender = "ECU";
  schema.labels = {{"room", "Flower back"}};
  EXPECT_EQ(make_message_type(schema, "Engine_Data").comment,
            "Of the engine\nname: Engine Data\nid: 0x18FEE000 extended\nlength: 8\ncycle: 100 ms\nsender: "
            "ECU\nroom: Flower "
            "back");
}

bool tells_why(std::optional<std::uint32_t> id, std::optional<std::uint32_t> group, bool optional) {
  RowSchema schema;
  schema.can_id = id;
  schema.group = group;
  schema.fields = {integer(8), integer(8)};
  schema.fields[1].optional = optional;
  const MessageType type = make_message_type(schema, "Engine");
  EXPECT_FALSE(type.fields[0].tells_why);
  return type.tells_why();
}

TEST(MessageType, TellsWhyOnlyWhereThereCanBeAReason) {
  EXPECT_TRUE(tells_why(std::nullopt, std::nullopt, true));  // a named signal
  EXPECT_TRUE(tells_why(0x18FEE000 | kIdExtended, 0xFEE0, true));
  EXPECT_FALSE(tells_why(0x18FEE000 | kIdExtended, 0xFEE0, false));
  EXPECT_FALSE(tells_why(0x1F2, std::nullopt, true));  // multiplexed: sent or not
}

TEST(MessageType, LeavesTheReasonsTheirNames) {
  FieldSchema field = integer(8);
  field.name = "Quality";
  EXPECT_EQ(type_of({field}).fields[0].name, "Quality");
  field.optional = true;
  EXPECT_EQ(type_of({field}).fields[0].name, "Quality_2");
}

RowSchema named(const std::string& name, std::optional<std::uint32_t> id, const std::string& unit) {
  RowSchema schema;
  schema.name = name;
  schema.can_id = id;
  schema.fields.push_back(integer(8));
  schema.fields[0].unit = unit;
  return schema;
}

TEST(StreamTypes, AreSharedByStreamsOfEqualSchemas) {
  const StreamTypes types(testing::catalog_of({named("Bus", std::nullopt, "V"), named("Motor", 1, "V"),
                                               named("Bus", std::nullopt, "V"),
                                               named("Bus", std::nullopt, "A"), named("Motor", 2, "V")}));
  EXPECT_EQ(types.type_of(), (std::vector<std::size_t>{0, 1, 0, 2, 3}));
  EXPECT_EQ(types.full_name(0), "cantrail.stream.Bus");
  EXPECT_EQ(types.full_name(2), "cantrail.stream.Bus_2");
  EXPECT_EQ(types.full_name(3), "cantrail.stream.Motor_2");
}

TEST(StreamTypes, StayWhenACatalogGrows) {
  std::vector<RowSchema> schemas{named("Motor", 1, "V"), named("Motor", 2, "V")};
  const StreamTypes before(testing::catalog_of(schemas));
  schemas.push_back(named("Motor", 3, "V"));
  const StreamTypes after(testing::catalog_of(schemas));
  EXPECT_EQ(after.types()[0], before.types()[0]);
  EXPECT_EQ(after.types()[1], before.types()[1]);
}

}  // namespace
}  // namespace cantrail::encode::protobuf
