#include "encode/protobuf/descriptors.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "encode/protobuf/recording_types.hpp"
#include "encode/protobuf/test_types.hpp"
#include "encode/sample_catalog.hpp"
#include "model/frame.hpp"
#include "model/gap.hpp"

namespace cantrail::encode::protobuf {
namespace {

using testing::LoadedTypes;
namespace pb = google::protobuf;

TEST(ProtoText, IsWhatAPersonWouldHaveWritten) {
  Catalog catalog = sample_catalog();
  catalog.streams.resize(1);
  const auto text = proto_text(descriptor_set(StreamTypes(catalog, "race.car")));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, R"(syntax = "proto3";

import "google/protobuf/timestamp.proto";
package race.car;

// id: 0x1F2
// length: 0
// node: 2
// room: Flower "front"
message Battery {
  enum Gear_Value {
    // not in the value table
    Gear_0 = 0;
    Gear_REVERSE = -1;
    Gear_DRIVE = 3;
  }
  // unit: V
  // value 1.5: LOW
  optional double Voltage = 1;
  optional .race.car.Battery.Gear_Value Gear = 2;
  optional uint64 Counter = 3;
  // of the frame
  uint32 can_id = 2046;
  // when the frame was received
  .google.protobuf.Timestamp timestamp = 2047;
}

)");
}

TEST(ProtoText, HasAMapOfReasonsWhereThereCanBeSome) {
  RowSchema signal;
  signal.name = "vpd";
  signal.fields = {make_field("value", FieldType::f64, "kPa")};
  signal.fields[0].optional = true;
  const auto text = proto_text(descriptor_set(StreamTypes(testing::catalog_of({signal}))));
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("  // unit: kPa\n"
                       "  optional double value = 1;\n"
                       "  // why fields are absent, where it is not that they were not sent: not_available, "
                       "error, out_of_range, stale\n"
                       "  map<string, string> quality = 2044;\n"
                       "  // when it was so\n"),
            std::string::npos)
      << *text;
}

TEST(DescriptorSet, OfOneTypeHoldsThatTypeAlone) {
  const StreamTypes types(sample_catalog());
  const std::string set = descriptor_set(types, 2);
  LoadedTypes loaded(set);
  EXPECT_EQ(loaded.error(), "");
  EXPECT_EQ(loaded.file().name(), "cantrail/stream/climate.proto");
  EXPECT_EQ(loaded.file().message_type_count(), 1);
  ASSERT_NE(loaded.type("cantrail.stream.climate"), nullptr);
  EXPECT_EQ(loaded.type("cantrail.stream.climate")->FindFieldByName("can_id"), nullptr);  // of no frame
  EXPECT_EQ(set.find("Battery"), std::string::npos);
}

// Enums and oneofs are compared too: the printed text, compiled, is the descriptor that it was printed from.
void expect_text_compiles(const std::string& set) {
  const auto text = proto_text(set);
  RC_ASSERT(text.ok());
  LoadedTypes loaded(set);
  RC_ASSERT(loaded.error() == "");
  const testing::Compiled compiled = testing::compile(*text, loaded.file().name());
  RC_ASSERT(compiled.error == "");
  pb::FileDescriptorProto expected;
  loaded.file().CopyTo(&expected);
  RC_ASSERT(compiled.file.SerializeAsString() == expected.SerializeAsString());
}

RC_GTEST_PROP(DescriptorSet, IsLegalWhateverTheNames, ()) {
  const auto schemas = testing::any_schemas();
  const StreamTypes types(testing::catalog_of(schemas));
  expect_text_compiles(descriptor_set(types));
  for (std::size_t type = 0; type < types.types().size(); ++type)
    expect_text_compiles(descriptor_set(types, type));
}

RC_GTEST_PROP(DescriptorSet, HasEqualBytesForEqualCatalogs, ()) {
  const auto schemas = testing::any_schemas();
  RC_ASSERT(descriptor_set(StreamTypes(testing::catalog_of(schemas))) ==
            descriptor_set(StreamTypes(testing::catalog_of(schemas))));
}

TEST(ProtoText, RefusesWhatIsNoDescriptorSet) {
  EXPECT_FALSE(proto_text("\xFF\xFF"));
  EXPECT_FALSE(proto_text(""));
  pb::FileDescriptorSet set;
  set.add_file()->set_name("a.proto");
  set.mutable_file(0)->add_message_type()->set_name("no name");
  const auto text = proto_text(set.SerializeAsString());
  ASSERT_FALSE(text);
  EXPECT_NE(text.fault().message.find("\"no name\" is not a valid identifier"), std::string::npos)
      << text.fault().message;
}

TEST(RecordingTypes, CarryTheirCommentsAndWhatTheyImport) {
  LoadedTypes loaded(recording_descriptor_set());
  EXPECT_EQ(loaded.error(), "");
  for (const std::string_view name : {kFrameType, kGapType, kLedgerType, kCursorType}) {
    EXPECT_NE(loaded.type(std::string(name)), nullptr) << name;
  }
  pb::SourceLocation comments;
  ASSERT_TRUE(loaded.type("cantrail.Gap")->GetSourceLocation(&comments));
  EXPECT_NE(comments.leading_comments.find("Something is missing"), std::string::npos);
}

// Journals store these numbers; recordings hold the same.
TEST(RecordingTypes, HaveTheGapReasonsOfTheJournal) {
  LoadedTypes loaded(recording_descriptor_set());
  const pb::EnumDescriptor* reasons = loaded.file().FindEnumTypeByName("GapReason");
  ASSERT_NE(reasons, nullptr);
  for (int number = 1; number < 256; ++number) {
    const std::string_view name = to_string(static_cast<GapReason>(number));
    const pb::EnumValueDescriptor* value = reasons->FindValueByNumber(number);
    ASSERT_EQ(value == nullptr, name == "unknown") << number;
    if (value == nullptr) continue;
    std::string expected = "GAP_REASON_";
    for (const char c : name) expected += static_cast<char>(std::toupper(c));
    EXPECT_EQ(value->name(), expected);
  }
}

}  // namespace
}  // namespace cantrail::encode::protobuf
